package opml.ethereum.chain;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import opml.core.hash.Bytes32;

/// Follows the logs of a filter as the chain grows, and through reorganisations: whoever applies its
/// updates in order has, after each of them, exactly the logs of one chain.
///
/// It remembers blocks that it delivered. As long as the newest is still part of the chain, what was
/// delivered is too, because a block's hash commits to all before it. When it is not, the follower
/// goes back to the newest remembered block that is, says so, and delivers again from there. What it
/// remembers is bounded; a deeper reorganisation only makes it go back further, at most to its
/// beginning.
///
/// One address is often several nodes, and one that is behind leaves out the logs of blocks that it
/// has not seen, without a word. So each poll asks for the last few blocks again. A log that turns up
/// late makes the follower go back and deliver from its block on; one that was there and is missing
/// now stays, since its block stands.
///
/// One that goes on where an earlier process ended begins with what that one remembered ([Memory]), and so reads only
/// the blocks since, and notices what was reorganised while nobody looked.
///
/// Not for several threads at once.
///
/// @param <T> what is kept of a log
public final class LogFollower<T> {
  /// What happened since the last update.
  public sealed interface Update<T> {
    /// The logs of the blocks behind the last update's up to and including `upTo`.
    record Forward<T>(BlockRef upTo, List<T> logs) implements Update<T> {
      public Forward {
        logs = List.copyOf(logs);
      }
    }

    /// Everything after block `upTo` never happened: forget its logs. The blocks there now come next.
    ///
    /// @param upTo a block number; one below the follower's first block if nothing remains
    record Back<T>(long upTo) implements Update<T> {}
  }

  /// What a follower of an earlier process had delivered, and nobody has forgotten since.
  ///
  /// @param blocks that were the last of an update, oldest first; the newest of them is the last block of which
  ///     anything is known, and the older ones say how far a reorganisation goes. None of them: nothing is known
  /// @param recent what is known of the last [#OVERLAP] blocks, oldest first. What is left out here is delivered
  ///     again, behind a [Update.Back]
  public record Memory<T>(List<BlockRef> blocks, List<Kept<T>> recent) {
    public Memory {
      blocks = List.copyOf(blocks);
      recent = List.copyOf(recent);
      for (int i = 1; i < blocks.size(); i++) {
        if (blocks.get(i - 1).number() >= blocks.get(i).number()) {
          throw new IllegalArgumentException(
              "%s does not come before %s".formatted(blocks.get(i - 1), blocks.get(i)));
        }
      }
      long position = blocks.isEmpty() ? -1 : blocks.getLast().number();
      for (Kept<T> log : recent) {
        if (log.block() > position) {
          throw new IllegalArgumentException(
              "a log of block %d, and block %d is the last".formatted(log.block(), position));
        }
      }
    }

    /// {@return the memory of somebody who begins}
    public static <T> Memory<T> nothing() {
      return new Memory<>(List.of(), List.of());
    }
  }

  /// How many of the delivered blocks are asked for again.
  public static final int OVERLAP = 8;

  private static final int REMEMBERED = 256;

  private final Chain chain;
  private final LogFilter filter;
  private final Function<LogEntry, T> keep;
  private final LogReader reader;
  private final long from;
  private final int confirmations;
  private final long piece;

  /// Delivered blocks that were the last of an update, oldest first.
  private final Deque<BlockRef> delivered = new ArrayDeque<>();

  /// What was delivered of the overlap, oldest first.
  private List<Kept<T>> recent = List.of();

  /// @param keep what is kept of a log, from the moment that it is read
  /// @param from the first block to deliver, such as the one that has the contract's deployment
  /// @param confirmations how many blocks a delivered one has on it, itself included; at least 1
  public LogFollower(
      Chain chain, LogFilter filter, Function<LogEntry, T> keep, long from, int confirmations) {
    this(chain, filter, keep, from, confirmations, 2000);
  }

  /// @param piece the most blocks of one update
  public LogFollower(
      Chain chain,
      LogFilter filter,
      Function<LogEntry, T> keep,
      long from,
      int confirmations,
      long piece) {
    this(chain, filter, keep, from, confirmations, piece, Memory.nothing());
  }

  /// A follower that goes on.
  ///
  /// @param memory its first update comes behind the newest of these blocks, or goes back to one of them, or, where
  ///     none of them is part of the chain any more, to the beginning
  /// @throws IllegalArgumentException if a remembered block is before `from`
  public LogFollower(
      Chain chain,
      LogFilter filter,
      Function<LogEntry, T> keep,
      long from,
      int confirmations,
      long piece,
      Memory<T> memory) {
    if (from < 0 || confirmations < 1) {
      throw new IllegalArgumentException("from " + from + ", confirmations " + confirmations);
    }
    this.chain = chain;
    this.filter = filter;
    this.keep = keep;
    this.reader = new LogReader(chain, piece);
    this.from = from;
    this.confirmations = confirmations;
    this.piece = piece;
    if (!memory.blocks().isEmpty() && memory.blocks().getFirst().number() < from) {
      throw new IllegalArgumentException(
          "%s is remembered, which is before block %d".formatted(memory.blocks().getFirst(), from));
    }
    List<BlockRef> blocks = memory.blocks();
    delivered.addAll(blocks.subList(Math.max(0, blocks.size() - REMEMBERED), blocks.size()));
    recent =
        memory.recent().stream()
            .filter(log -> log.block() > blocks.getLast().number() - OVERLAP)
            .toList();
  }

  /// {@return the newest block delivered}
  public Optional<BlockRef> position() {
    return Optional.ofNullable(delivered.peekLast());
  }

  /// Remembers one more block of those delivered, such as one that is final: a reorganisation that leaves it goes
  /// back no further.
  ///
  /// @param block one that is part of the chain
  /// @throws IllegalArgumentException if it is not among what was delivered
  public void remember(BlockRef block) {
    if (block.number() < from
        || delivered.isEmpty()
        || delivered.peekLast().number() < block.number()) {
      throw new IllegalArgumentException(block + " was not delivered");
    }
    Deque<BlockRef> newer = new ArrayDeque<>();
    while (!delivered.isEmpty() && delivered.peekLast().number() > block.number()) {
      newer.addFirst(delivered.removeLast());
    }
    if (delivered.isEmpty() || delivered.peekLast().number() < block.number()) {
      delivered.addLast(block);
    }
    delivered.addAll(newer);
  }

  /// {@return the newest delivered block up to this number that is still remembered}
  public Optional<BlockRef> delivered(long number) {
    return delivered.reversed().stream().filter(block -> block.number() <= number).findFirst();
  }

  /// {@return everything that is new now, which may be nothing}
  public List<Update<T>> poll() {
    List<Update<T>> updates = new ArrayList<>();
    poll(chain.latest(), updates::add);
    return updates;
  }

  /// Delivers everything that is new now, piece by piece: none is read before the one before it was heard.
  ///
  /// @param head the newest block, as the caller has just asked for it
  /// @param hear takes updates in their order; if it throws, this follower is ahead of it, and is to be made anew
  public void poll(BlockRef head, Consumer<Update<T>> hear) {
    BlockRef newest = head;
    int overlap = OVERLAP;
    boolean heard = false;
    while (true) {
      List<Update<T>> updates = new ArrayList<>();
      boolean more;
      try {
        more = step(newest, overlap, updates);
        newest = more ? chain.latest() : newest;
      } catch (ChainException e) {
        if (!heard && updates.isEmpty()) {
          throw e;
        }
        // What was delivered is not delivered again, so it must not get lost. The next call meets
        // the same trouble.
        more = false;
      }
      updates.forEach(hear);
      if (!more) {
        return;
      }
      heard |= !updates.isEmpty();
      overlap = 0;
    }
  }

  /// Adds what comes next.
  ///
  /// @return whether there may be more at once
  private boolean step(BlockRef head, int overlap, List<Update<T>> updates) {
    long wanted = head.number() - confirmations + 1;
    Optional<BlockRef> position = position();
    if (position.isPresent() && wanted < position.get().number()) {
      if (isBehind(head)) {
        return false;
      }
      goBack(updates);
      return true;
    }
    if (wanted < from) {
      return false;
    }
    long next = position.map(block -> block.number() + 1).orElse(from);
    long last = Math.min(wanted, next + piece - 1);
    Optional<BlockRef> end = last == head.number() ? Optional.of(head) : chain.block(last);
    if (end.isEmpty()) {
      return false;
    }
    long first = Math.max(from, next - overlap);
    List<Kept<T>> logs = first > last ? List.of() : reader.read(filter, first, last, keep);
    // Logs are read by number between two looks at the block that ends them. If it is the same one
    // both times, and the block before them is in the chain too, then the logs are those of the
    // chain between the two.
    if (!isCurrent(end.get())) {
      return false;
    }
    if (position.isPresent() && !isBefore(position.get(), end.get())) {
      goBack(updates);
      return true;
    }
    deliver(first, end.get(), logs, updates);
    return last < wanted;
  }

  /// {@return whether the node, whose newest block comes before the position, may have the position again; otherwise
  /// the chain was reorganised to a shorter one}
  private boolean isBehind(BlockRef head) {
    for (BlockRef block : delivered.reversed()) {
      if (block.number() == head.number() + 1) {
        return block.parent().equals(head.hash());
      }
      if (block.number() <= head.number()) {
        return isCurrent(block);
      }
    }
    return true;
  }

  /// {@return whether a block is part of the chain that ends in another, which is part of the chain}
  private boolean isBefore(BlockRef block, BlockRef end) {
    return block.equals(end) || block.hash().equals(end.parent()) || isCurrent(block);
  }

  private void goBack(List<Update<T>> updates) {
    List<BlockRef> left = new ArrayList<>(delivered);
    while (!left.isEmpty() && !isCurrent(left.getLast())) {
      left.removeLast();
    }
    // The node may fall silent on the way here, and then nothing was forgotten that nobody heard
    // of.
    delivered.clear();
    delivered.addAll(left);
    long upTo = delivered.isEmpty() ? from - 1 : delivered.peekLast().number();
    recent = recent.stream().filter(log -> log.block() <= upTo).toList();
    updates.add(new Update.Back<>(upTo));
  }

  private void deliver(long first, BlockRef end, List<Kept<T>> answer, List<Update<T>> updates) {
    List<Kept<T>> read = eachOnce(answer);
    for (Kept<T> log : read) {
      if (log.block() == end.number() && !log.blockHash().equals(end.hash())) {
        throw new ChainException.Malformed(
            "a log of block " + log.block() + " names another block's hash");
      }
    }
    long position = position().map(BlockRef::number).orElse(from - 1);
    Set<Long> doubted = doubted(first, position, read);
    List<Kept<T>> overlap = new ArrayList<>(recent);
    read.stream().filter(log -> log.block() <= position).forEach(overlap::add);
    List<Kept<T>> known = stillThere(doubted, overlap);
    long good =
        Math.min(position, doubted.stream().mapToLong(block -> block - 1).min().orElse(position));
    if (good < position && !known.equals(recent)) {
      updates.add(new Update.Back<>(good));
    } else {
      good = position;
    }
    read.stream().filter(log -> log.block() > position).forEach(known::add);
    if (good < end.number()) {
      long after = good;
      updates.add(
          new Update.Forward<>(
              end, known.stream().filter(log -> log.block() > after).map(Kept::value).toList()));
    }
    recent = known.stream().filter(log -> log.block() > end.number() - OVERLAP).toList();
    if (end.number() > position) {
      delivered.addLast(end);
      if (delivered.size() > REMEMBERED) {
        delivered.removeFirst();
      }
    }
  }

  /// {@return the delivered blocks whose logs were others this time}
  private Set<Long> doubted(long first, long position, List<Kept<T>> read) {
    Set<Kept.Place> before = places(recent, first, position);
    Set<Kept.Place> now = places(read, first, position);
    Set<Long> doubted = new HashSet<>();
    Stream.concat(before.stream(), now.stream())
        .filter(place -> !before.contains(place) || !now.contains(place))
        .forEach(place -> doubted.add(place.block()));
    return doubted;
  }

  private static Set<Kept.Place> places(List<? extends Kept<?>> logs, long first, long last) {
    return logs.stream()
        .filter(log -> first <= log.block() && log.block() <= last)
        .map(Kept::place)
        .collect(Collectors.toSet());
  }

  /// {@return each of these logs once, oldest first, without those of doubted blocks that are not part of the chain}
  private List<Kept<T>> stillThere(Set<Long> doubted, List<Kept<T>> logs) {
    Map<Long, Bytes32> hashes = new HashMap<>();
    for (long number : doubted) {
      BlockRef block =
          chain
              .block(number)
              .orElseThrow(() -> new ChainException.Reorganised("block " + number + " is gone"));
      hashes.put(number, block.hash());
    }
    return eachOnce(
        logs.stream()
            .filter(
                log ->
                    !doubted.contains(log.block())
                        || log.blockHash().equals(hashes.get(log.block())))
            .toList());
  }

  /// {@return each of these logs once, oldest first}
  private static <T> List<Kept<T>> eachOnce(List<Kept<T>> logs) {
    Map<Kept.Place, Kept<T>> once = new HashMap<>();
    logs.forEach(log -> once.putIfAbsent(log.place(), log));
    List<Kept<T>> sorted = new ArrayList<>(once.values());
    sorted.sort(Kept.BY_PLACE);
    return sorted;
  }

  private boolean isCurrent(BlockRef block) {
    return chain.block(block.number()).filter(now -> now.hash().equals(block.hash())).isPresent();
  }
}
