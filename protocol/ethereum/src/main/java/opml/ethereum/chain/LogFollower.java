package opml.ethereum.chain;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Follows the logs of a filter as the chain grows, and through reorganisations: whoever applies its
/// updates in order has, after each of them, exactly the logs of one chain.
///
/// It remembers blocks that it delivered. As long as the newest is still part of the chain, what was
/// delivered is too, because a block's hash commits to all before it. When it is not, the follower
/// goes back to the newest remembered block that is, says so, and delivers again from there. What it
/// remembers is bounded; a deeper reorganisation only makes it go back further, at most to its
/// beginning.
///
/// Not for several threads at once.
public final class LogFollower {
  /// What happened since the last update.
  public sealed interface Update {
    /// The logs of the blocks behind the last update's up to and including `upTo`.
    record Forward(BlockRef upTo, List<LogEntry> logs) implements Update {
      public Forward {
        logs = List.copyOf(logs);
      }
    }

    /// Everything after block `upTo` never happened: forget its logs. The blocks there now come next.
    ///
    /// @param upTo a block number; one below the follower's first block if nothing remains
    record Back(long upTo) implements Update {}
  }

  private static final int REMEMBERED = 256;

  private final Chain chain;
  private final LogFilter filter;
  private final LogReader reader;
  private final long from;
  private final int confirmations;
  private final long piece;

  /// Delivered blocks that were the last of an update, oldest first.
  private final Deque<BlockRef> delivered = new ArrayDeque<>();

  /// @param from the first block to deliver, such as the one that has the contract's deployment
  /// @param confirmations how many blocks a delivered one has on it, itself included; at least 1
  public LogFollower(Chain chain, LogFilter filter, long from, int confirmations) {
    this(chain, filter, from, confirmations, 2000);
  }

  /// @param piece the most blocks of one update
  public LogFollower(Chain chain, LogFilter filter, long from, int confirmations, long piece) {
    if (from < 0 || confirmations < 1) {
      throw new IllegalArgumentException("from " + from + ", confirmations " + confirmations);
    }
    this.chain = chain;
    this.filter = filter;
    this.reader = new LogReader(chain, piece);
    this.from = from;
    this.confirmations = confirmations;
    this.piece = piece;
  }

  /// {@return the newest block delivered}
  public Optional<BlockRef> position() {
    return Optional.ofNullable(delivered.peekLast());
  }

  /// {@return everything that is new now, which may be nothing}
  public List<Update> poll() {
    List<Update> updates = new ArrayList<>();
    while (true) {
      Optional<Update> update;
      try {
        update = next();
      } catch (ChainException e) {
        if (updates.isEmpty()) {
          throw e;
        }
        // What was delivered is not delivered again, so it must not get lost. The next call meets
        // the same trouble.
        return updates;
      }
      if (update.isEmpty()) {
        return updates;
      }
      updates.add(update.get());
    }
  }

  /// {@return the next update, or nothing if there is nothing new}
  public Optional<Update> next() {
    if (!delivered.isEmpty() && !isCurrent(delivered.peekLast())) {
      return Optional.of(goBack());
    }
    long head = chain.latest().number();
    long first = delivered.isEmpty() ? from : delivered.peekLast().number() + 1;
    long last = Math.min(head - confirmations + 1, first + piece - 1);
    return first <= last ? forward(first, last) : Optional.empty();
  }

  private Update goBack() {
    while (!delivered.isEmpty() && !isCurrent(delivered.peekLast())) {
      delivered.removeLast();
    }
    return new Update.Back(delivered.isEmpty() ? from - 1 : delivered.peekLast().number());
  }

  /// Reads logs by number between two looks at the block that ends them. If it is the same one both
  /// times, and the block before them too, then the logs are those of the chain between the two.
  private Optional<Update> forward(long first, long last) {
    Optional<BlockRef> end = chain.block(last);
    if (end.isEmpty()) {
      return Optional.empty();
    }
    List<LogEntry> logs = reader.read(filter, first, last);
    if ((!delivered.isEmpty() && !isCurrent(delivered.peekLast())) || !isCurrent(end.get())) {
      // Something was reorganised meanwhile. The next call finds out what; nothing was delivered.
      return Optional.empty();
    }
    for (LogEntry log : logs) {
      if (log.blockNumber() == last && !log.blockHash().equals(end.get().hash())) {
        throw new ChainException.Malformed(
            "a log of block " + last + " names another block's hash");
      }
    }
    delivered.addLast(end.get());
    if (delivered.size() > REMEMBERED) {
      delivered.removeFirst();
    }
    return Optional.of(new Update.Forward(end.get(), logs));
  }

  private boolean isCurrent(BlockRef block) {
    return chain.block(block.number()).filter(now -> now.hash().equals(block.hash())).isPresent();
  }
}
