package opml.ethereum.quorum;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.BlockTag;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;

/// A chain behind several nodes. Whatever is asked goes to one after the other until so many say the same; one that is
/// away, slow, or says something else, is told of and left alone for a while. If one must agree, the others only stand
/// in for it; with two of three, nothing that a single node makes up is believed.
///
/// What a chain says after a block is the same at every node that has the block. Of what is still on its way (the
/// newest block, nonces, prices) nodes know more or less: of numbers the greatest is taken that enough of them have
/// reached, so neither a node that is behind nor one that pretends to be ahead decides. Transactions go to all nodes.
///
/// While nodes disagree, or too few answer, a question ends with [ChainException.Unreachable], as if there were no
/// node: whoever asks tries again. All methods may be called by many threads.
public final class Quorum implements NodesChain {
  /// A node of a chain.
  ///
  /// @param name for people; without what is secret in its URL
  /// @param connection connects to the node, and throws if it is not there or serves another chain
  public record Node(String name, Supplier<? extends Chain> connection) {}

  /// Hears of nodes that fail, or say something else than the others.
  @FunctionalInterface
  public interface Listener {
    /// @param node its name
    /// @param what it did, in words
    void fault(String node, String what);
  }

  /// Nodes that are well know of a new block within a few.
  private static final long APART_MOST = 64;

  private final long id;
  private final List<Witness> witnesses;
  private final int needed;
  private final Listener listener;

  /// The number of the newest block that enough nodes had when they were last asked for it.
  private volatile long reached;

  /// How a node is asked that is one of several: another stands in sooner than it would be asked again and again.
  private static final Rpc.Options ONE_OF_SEVERAL =
      new Rpc.Options(
          Duration.ofSeconds(3), Duration.ofSeconds(10), 2, Duration.ofMillis(200), 32 << 20);

  /// {@return the chain that these nodes serve}; those that are away are asked again later
  ///
  /// @param urls http or https, none of them twice
  /// @param id of the chain
  /// @param needed how many must agree, at least 1 and at most all
  /// @throws IllegalArgumentException if one is no such URL, which the message does not repeat
  public static Quorum of(List<URI> urls, long id, int needed, Listener listener) {
    return new Quorum(
        id,
        connections(urls).stream()
            .map(rpc -> new Node(rpc.node(), () -> RpcChain.connect(rpc, id)))
            .toList(),
        needed,
        listener);
  }

  /// {@return how these nodes are asked: one that is alone more patiently than one of several}
  ///
  /// @param urls http or https
  /// @throws IllegalArgumentException if one is no such URL, which the message does not repeat
  public static List<Rpc> connections(List<URI> urls) {
    Rpc.Options options = urls.size() == 1 ? Rpc.Options.DEFAULT : ONE_OF_SEVERAL;
    return urls.stream().map(url -> new Rpc(url, options)).toList();
  }

  /// {@return whether a node is among these twice, and so could agree with itself}
  public static boolean isAnyTwice(List<URI> urls) {
    return urls.stream()
            .map(url -> "".equals(url.getRawPath()) ? url.resolve("/") : url)
            .distinct()
            .count()
        < urls.size();
  }

  /// @param id of the chain, which connections have checked
  /// @param nodes in the order in which they are asked
  /// @param needed how many must agree, at least 1 and at most all
  public Quorum(long id, List<Node> nodes, int needed, Listener listener) {
    this(id, nodes, needed, listener, System::nanoTime);
  }

  Quorum(long id, List<Node> nodes, int needed, Listener listener, LongSupplier nanoTime) {
    if (needed < 1 || needed > nodes.size()) {
      throw new IllegalArgumentException(
          "%d nodes of %d cannot agree".formatted(needed, nodes.size()));
    }
    this.id = id;
    this.witnesses =
        nodes.stream().map(node -> new Witness(node.name(), node.connection(), nanoTime)).toList();
    this.needed = needed;
    this.listener = listener;
  }

  @Override
  public List<String> nodes() {
    return witnesses.stream().map(Witness::toString).toList();
  }

  @Override
  public long id() {
    return id;
  }

  // ------------------------------------------------------------------ the same at every node

  @Override
  public Optional<BlockRef> block(Bytes32 hash) {
    return decided(present("block " + hash, chain -> chain.block(hash)));
  }

  @Override
  public Wei balance(Address account, BlockRef at) {
    return anchored("the balance of %s at %s".formatted(account, at), c -> c.balance(account, at));
  }

  @Override
  public long minedNonce(Address account, BlockRef at) {
    return anchored(
        "the mined nonce of %s at %s".formatted(account, at), c -> c.minedNonce(account, at));
  }

  @Override
  public Data code(Address account, BlockRef at) {
    return anchored("the code of %s at %s".formatted(account, at), c -> c.code(account, at));
  }

  @Override
  public Data call(Call call, Optional<Address> from, BlockRef at) {
    return anchored("%s at %s".formatted(call.name(), at), chain -> chain.call(call, from, at));
  }

  @Override
  public List<LogEntry> logs(LogFilter filter, BlockRef at) {
    return anchored("the logs of " + at, chain -> chain.logs(filter, at));
  }

  @Override
  public List<TxHash> transactions(BlockRef block) {
    return anchored("the transactions of " + block, chain -> chain.transactions(block));
  }

  /// What is the same at every node that has the block: whoever says something else is at fault.
  private <T> T anchored(String question, Function<Chain, T> ask) {
    Vote<T> vote = vote(question, ask, Function.identity());
    blame(vote, question);
    return vote.decided(needed);
  }

  // ------------------------------------------------------------------ of which some may know more

  @Override
  public Optional<BlockRef> block(long number) {
    return decided(present("block " + number, chain -> chain.block(number)));
  }

  @Override
  public Optional<Receipt> receipt(TxHash transaction) {
    return decided(present("the receipt of " + transaction, chain -> chain.receipt(transaction)));
  }

  private record Question<T>(String words, Vote<T> vote) {}

  /// Something that a node which is behind does not have yet.
  private <T> Question<Optional<T>> present(String words, Function<Chain, Optional<T>> ask) {
    return new Question<>(words, vote(words, ask, Function.identity()));
  }

  private <T> T decided(Question<T> question) {
    question
        .vote()
        .outvoted(needed)
        .forEach(one -> listener.fault(one.toString(), otherwise(question.words())));
    return question.vote().decided(needed);
  }

  /// Nodes that are behind lack the last of them, so what is compared are the logs themselves.
  @Override
  public <T> List<Kept<T>> logs(LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
    String question = "the logs of blocks %d to %d".formatted(from, to);
    Vote<List<Kept<Seen<T>>>> vote =
        vote(
            question,
            chain ->
                chain.logs(
                    filter, from, to, log -> new Seen<>(LogFingerprint.of(log), keep.apply(log))),
            kept ->
                kept.stream()
                    .map(one -> new Place(one.place(), one.value().fingerprint()))
                    .toList());
    return decided(new Question<>(question, vote)).stream()
        .map(one -> new Kept<>(one.place(), one.value().kept()))
        .toList();
  }

  private record Seen<T>(Bytes32 fingerprint, T kept) {}

  private record Place(Kept.Place place, Bytes32 fingerprint) {}

  @Override
  public boolean knows(TxHash transaction) {
    Vote<Boolean> vote = all("transaction " + transaction, chain -> chain.knows(transaction));
    if (vote.values().isEmpty()) {
      throw vote.undecided(needed);
    }
    return vote.values().values().stream().filter(known -> known).count() >= needed;
  }

  /// The newest block that enough nodes have: of those that are as high, or higher, so many must have the same there.
  @Override
  public BlockRef latest() {
    String question = "the newest block";
    if (needed == 1) {
      return decided(new Question<>(question, vote(question, Chain::latest, Function.identity())));
    }
    Vote<BlockRef> newest = all(question, Chain::latest);
    Optional<BlockRef> decided = newest(newest.values());
    if (decided.isEmpty() && newest.asked() < witnesses.size()) {
      // One of those that are left alone may be the one that is missing.
      inOrder().stream()
          .filter(witness -> !newest.wasAsked(witness))
          .forEach(witness -> ask(witness, newest, Chain::latest, Function.identity()));
      decided = newest(newest.values());
    }
    BlockRef block = decided.orElseThrow(() -> newest.undecided(needed));
    reached = block.number();
    return block;
  }

  /// Nodes hear of it at different times: the lowest number that enough of them have got to, and the block there that
  /// enough have.
  @Override
  public Optional<BlockRef> block(BlockTag tag) {
    Vote<Optional<BlockRef>> vote = all("the %s block".formatted(tag.word()), c -> c.block(tag));
    long[] numbers =
        vote.values().values().stream()
            .flatMap(Optional::stream)
            .mapToLong(BlockRef::number)
            .sorted()
            .toArray();
    return numbers.length < needed ? Optional.empty() : block(numbers[numbers.length - needed]);
  }

  /// {@return the newest block that enough of these have, if they have one}
  private Optional<BlockRef> newest(Map<Witness, BlockRef> heads) {
    if (heads.size() < needed) {
      return Optional.empty();
    }
    long[] numbers = heads.values().stream().mapToLong(BlockRef::number).sorted().toArray();
    long common = numbers[numbers.length - needed];
    Set<Witness> silent = new HashSet<>();
    for (long height : heights(numbers, common)) {
      Vote<BlockRef> vote = new Vote<>("block " + height);
      heads.forEach(
          (witness, head) -> {
            if (head.number() == height) {
              vote.value(witness, head, head);
            } else if (head.number() > height
                && !silent.contains(witness)
                && ask(witness, vote, chain -> at(chain, height), Function.identity()).isEmpty()) {
              silent.add(witness);
            }
          });
      if (vote.isDecided(needed)) {
        if (height < Math.min(common, reached) - APART_MOST) {
          // Two that part at the top, and one that is far below, do not make a chain that short.
          return Optional.empty();
        }
        BlockRef decided = decided(new Question<>("block " + height, vote));
        heads.forEach((witness, head) -> compare(witness, head, heads, decided));
        return Optional.of(decided);
      }
    }
    return Optional.empty();
  }

  /// {@return where enough may have the same block, highest first: at their newest blocks, and, while the top is
  /// being reorganised, a little below what enough have reached}
  private static NavigableSet<Long> heights(long[] numbers, long common) {
    TreeSet<Long> heights = new TreeSet<>();
    Arrays.stream(numbers).forEach(heights::add);
    for (long below = 1; below <= Math.min(APART_MOST, common); below *= 2) {
      heights.add(common - below);
    }
    return heights.descendingSet();
  }

  /// One that is far from where enough others are is left alone.
  private void compare(
      Witness witness, BlockRef head, Map<Witness, BlockRef> heads, BlockRef decided) {
    long ahead = head.number() - decided.number();
    long others =
        heads.entrySet().stream()
            .filter(other -> !other.getKey().equals(witness))
            .filter(o -> Math.abs(o.getValue().number() - decided.number()) <= APART_MOST)
            .count();
    if (Math.abs(ahead) > APART_MOST && others >= needed) {
      String where = ahead > 0 ? "ahead of" : "behind";
      fault(witness, "says that it is %,d blocks %s the others".formatted(Math.abs(ahead), where));
    }
  }

  private static BlockRef at(Chain chain, long height) {
    return chain
        .block(height)
        .orElseThrow(() -> new ChainException.Malformed("a block below the newest is not there"));
  }

  @Override
  public long minedNonce(Address account) {
    return reached("the mined nonce of " + account, chain -> chain.minedNonce(account));
  }

  @Override
  public long pendingNonce(Address account) {
    return reached("the pending nonce of " + account, chain -> chain.pendingNonce(account));
  }

  @Override
  public long estimateGas(Call call, Address from) {
    return reached("the gas of " + call.name(), chain -> chain.estimateGas(call, from));
  }

  @Override
  public Wei suggestedTip() {
    return reached("the tip", Chain::suggestedTip);
  }

  /// {@return the greatest number that enough nodes have reached; what enough of them refuse with, if they do}
  private <T extends Comparable<T>> T reached(String question, Function<Chain, T> ask) {
    if (needed == 1) {
      return vote(question, ask, Function.identity()).decided(1);
    }
    Vote<T> vote = all(question, ask);
    List<T> values = vote.values().values().stream().sorted(Comparator.reverseOrder()).toList();
    return values.size() < needed ? vote.decided(needed) : values.get(needed - 1);
  }

  /// Hands it to all nodes; it is sent if any of them takes it.
  @Override
  public void send(Data signed) {
    Vote<Boolean> vote =
        all(
            "a transaction",
            chain -> {
              chain.send(signed);
              return true;
            });
    if (vote.values().isEmpty()) {
      throw vote.undecided(1);
    }
  }

  // ------------------------------------------------------------------ asking

  /// {@return what nodes say, one after the other, until enough say the same}
  private <T> Vote<T> vote(String question, Function<Chain, T> ask, Function<T, ?> key) {
    Vote<T> vote = new Vote<>(question);
    for (Witness witness : inOrder()) {
      ask(witness, vote, ask, key);
      if (vote.agreement() >= needed) {
        return vote;
      }
    }
    return vote;
  }

  /// {@return what all say who are not left alone, and the others if these are too few}
  private <T> Vote<T> all(String question, Function<Chain, T> ask) {
    Vote<T> vote = new Vote<>(question);
    int answers = 0;
    for (Witness witness : inOrder()) {
      if (!witness.isResting() || answers < needed) {
        answers += ask(witness, vote, ask, Function.identity()).isPresent() ? 1 : 0;
      }
    }
    return vote;
  }

  /// Notes what a node says.
  ///
  /// @return the value, if it is one
  private <T> Optional<T> ask(
      Witness witness, Vote<T> vote, Function<Chain, T> ask, Function<T, ?> key) {
    vote.ask(witness);
    long begun = witness.begin();
    try {
      T value = witness.ask(ask);
      vote.value(witness, value, key.apply(value));
      if (witness.isSlow(begun)) {
        fault(witness, "is slow");
      }
      return Optional.of(value);
    } catch (ChainException e) {
      boolean isAnswer = vote.refusal(witness, e);
      if (!isAnswer && isFault(e)) {
        fault(witness, String.valueOf(e.getMessage()));
      }
      return Optional.empty();
    }
  }

  /// Of a question that a node refuses, or a block that it does not have, it may be right.
  private static boolean isFault(ChainException e) {
    return e instanceof ChainException.Unreachable
        || e instanceof ChainException.Malformed
        || e instanceof ChainException.WrongChain;
  }

  private void blame(Vote<?> vote, String question) {
    vote.outvoted(needed).forEach(witness -> fault(witness, otherwise(question)));
  }

  private String otherwise(String question) {
    return "says something else about %s than %d others".formatted(question, needed);
  }

  private void fault(Witness witness, String what) {
    Duration rest = witness.fault();
    listener.fault(witness.toString(), "%s; left alone for %d s".formatted(what, rest.toSeconds()));
  }

  /// {@return the nodes, those at the end that are left alone for now}
  private List<Witness> inOrder() {
    List<Witness> ordered =
        new ArrayList<>(witnesses.stream().filter(w -> !w.isResting()).toList());
    witnesses.stream().filter(w -> !ordered.contains(w)).forEach(ordered::add);
    return ordered;
  }

  @Override
  public void close() {
    witnesses.forEach(Witness::close);
  }
}
