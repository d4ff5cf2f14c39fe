package opml.ethereum.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Sampler;
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
import opml.ethereum.chain.Revert;
import opml.ethereum.chain.TxHash;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.ForwardingChain;
import opml.ethereum.send.Sender;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class QuorumTest {
  private static final Address ACCOUNT =
      Address.ofHex("0x00000000000000000000000000000000000000aa");

  private static final Wei MANY = Wei.ether(1_000_000);

  private static DevChain dev;
  private static Contract sampler;
  private static Receipt mined;

  private final AtomicLong now = new AtomicLong();
  private final List<String> faults = new ArrayList<>();

  @BeforeAll
  static void start() {
    dev = DevChain.start(DevChain.Options.DEFAULT);
    Sender sender = new Sender(dev.chain(), dev.account(0));
    sampler = sender.deploy(Sampler.abi(), 3);
    mined = sender.send(Call.transfer(ACCOUNT, Wei.of(7)));
    // Blocks and logs for nodes to be behind of.
    for (int i = 0; i < 5; i++) {
      sender.send(sampler.call("emitMany", 2));
    }
  }

  @AfterAll
  static void stop() {
    if (dev != null) {
      dev.close();
    }
  }

  private Quorum quorum(int needed, Chain... nodes) {
    List<Quorum.Node> all = new ArrayList<>();
    for (int i = 0; i < nodes.length; i++) {
      Chain node = nodes[i];
      all.add(new Quorum.Node("node " + i, () -> node));
    }
    return new Quorum(
        dev.chain().id(), all, needed, (node, what) -> faults.add(node + " " + what), now::get);
  }

  private static Chain honest() {
    return new ForwardingChain(dev.chain());
  }

  /// Everything that a chain can be asked, by name.
  private static Map<String, Function<Chain, Object>> questions() {
    BlockRef head = dev.chain().latest();
    LogFilter filter = new LogFilter(List.of(sampler.address()), List.of());
    Call nothing = Call.transfer(ACCOUNT, Wei.ZERO);
    Call tooMuch = Call.transfer(ACCOUNT, MANY);
    Map<String, Function<Chain, Object>> questions = new LinkedHashMap<>();
    questions.put("latest", Chain::latest);
    questions.put("block by number", chain -> chain.block(2));
    questions.put("no block by number", chain -> chain.block(1_000_000));
    questions.put("final block", chain -> chain.block(BlockTag.FINALIZED));
    questions.put("block by hash", chain -> chain.block(head.hash()));
    questions.put("balance", chain -> chain.balance(ACCOUNT, head));
    questions.put("code", chain -> chain.code(sampler.address(), head));
    questions.put("call", chain -> chain.call(nothing, Optional.of(ACCOUNT), head));
    questions.put("logs at", chain -> chain.logs(filter, head));
    questions.put("logs", chain -> chain.logs(filter, 0, head.number()));
    questions.put("transactions", chain -> chain.transactions(head));
    questions.put("mined nonce", chain -> chain.minedNonce(dev.account(0).address()));
    questions.put("nonce at", chain -> chain.minedNonce(dev.account(0).address(), head));
    questions.put("pending nonce", chain -> chain.pendingNonce(dev.account(0).address()));
    questions.put("gas", chain -> chain.estimateGas(nothing, dev.account(1).address()));
    questions.put("tip", Chain::suggestedTip);
    questions.put("receipt", chain -> chain.receipt(mined.transaction()));
    questions.put("knows", chain -> chain.knows(mined.transaction()));
    questions.put("too much", chain -> chain.estimateGas(tooMuch, dev.account(1).address()));
    return questions;
  }

  /// {@return what is answered, an exception by its kind}
  private static Object answer(Chain chain, Function<Chain, Object> question) {
    try {
      return question.apply(chain);
    } catch (ChainException e) {
      return e.getClass();
    }
  }

  @Test
  void nothingThatOneOfThreeMakesUpIsBelieved() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<String, Object> right = new LinkedHashMap<>();
    questions().forEach((name, question) -> right.put(name, answer(dev.chain(), question)));
    for (Map.Entry<String, Chain> lie : lies(random).entrySet()) {
      List<Chain> nodes = new ArrayList<>(List.of(lie.getValue(), honest(), honest()));
      Collections.shuffle(nodes, random);
      Quorum quorum = quorum(2, nodes.toArray(Chain[]::new));
      questions()
          .forEach(
              (name, question) ->
                  assertThat(answer(quorum, question))
                      .as("%s, %s, seed %d", lie.getKey(), name, seed)
                      .isEqualTo(right.get(name)));
    }
  }

  @Test
  void aLiarThatIsAskedFirstIsNamed() {
    for (Map.Entry<String, Chain> lie : lies(new Random(1)).entrySet()) {
      faults.clear();
      Quorum quorum = quorum(2, lie.getValue(), honest(), honest());
      boolean shows =
          questions().values().stream()
              .anyMatch(
                  question ->
                      !answer(lie.getValue(), question).equals(answer(dev.chain(), question)));
      assertThat(shows).as("%s is a lie", lie.getKey()).isTrue();
      questions().values().forEach(question -> answer(quorum, question));
      if (!lie.getKey().startsWith("a number")) { // nodes may well know more or less of these
        assertThat(faults).as(lie.getKey()).isNotEmpty().allMatch(f -> f.startsWith("node 0"));
      }
    }
  }

  /// More than 25 kinds of lie, each a node.
  private static Map<String, Chain> lies(Random random) {
    Map<String, Chain> lies = new LinkedHashMap<>();
    Bytes32 other = Bytes32.of(bytes(random, 32));
    lies.put("another newest block", lying(l -> l.latest = b -> with(b, b.number(), other)));
    lies.put(
        "a number: newest block ahead", lying(l -> l.latest = b -> with(b, b.number() + 9, other)));
    lies.put("an absurd newest block", lying(l -> l.latest = b -> with(b, 1L << 60, other)));
    lies.put(
        "another time",
        lying(
            l ->
                l.latest =
                    b ->
                        new BlockRef(
                            b.number(), b.hash(), b.parent(), b.timestamp() + 99, b.baseFee())));
    lies.put(
        "another base fee",
        lying(
            l ->
                l.latest =
                    b ->
                        new BlockRef(
                            b.number(), b.hash(), b.parent(), b.timestamp(), Wei.gwei(77_000))));
    lies.put(
        "another block at a height",
        lying(l -> l.block = b -> b.map(x -> with(x, x.number(), other))));
    lies.put("no blocks", lying(l -> l.block = _ -> Optional.empty()));
    lies.put(
        "blocks that are not",
        lying(
            l ->
                l.block =
                    b ->
                        b.or(
                            () ->
                                Optional.of(new BlockRef(1_000_000, other, other, 1, Wei.ZERO)))));
    lies.put("more money", lying(l -> l.balance = b -> b.plus(Wei.ether(1))));
    lies.put("no money", lying(l -> l.balance = _ -> Wei.ZERO));
    lies.put("no code", lying(l -> l.code = _ -> Data.EMPTY));
    lies.put("other code", lying(l -> l.code = d -> d.then(Data.of(new byte[] {1}))));
    lies.put("another result", lying(l -> l.call = d -> d.then(Data.of(bytes(random, 32)))));
    lies.put("a result of zeros", lying(l -> l.call = _ -> Data.of(new byte[32])));
    lies.put(
        "a revert",
        lying(
            l ->
                l.call =
                    _ -> {
                      throw reverted();
                    }));
    lies.put("no logs", lying(l -> l.logs = _ -> List.of()));
    lies.put(
        "a log less",
        lying(l -> l.logs = logs -> logs.isEmpty() ? logs : logs.subList(1, logs.size())));
    lies.put(
        "a log more", lying(l -> l.logs = logs -> more(logs, log -> at(log, log.index() + 1))));
    lies.put(
        "logs of another transaction",
        lying(l -> l.logs = logs -> logs.stream().map(log -> of(log, new TxHash(other))).toList()));
    lies.put(
        "logs with other data",
        lying(
            l ->
                l.logs =
                    logs ->
                        logs.stream()
                            .map(log -> saying(log, Data.of(bytes(random, 32))))
                            .toList()));
    lies.put(
        "logs of another fork",
        lying(l -> l.logs = logs -> logs.stream().map(log -> in(log, other)).toList()));
    lies.put("no transactions", lying(l -> l.transactions = _ -> List.of()));
    lies.put("another transaction", lying(l -> l.transactions = _ -> List.of(new TxHash(other))));
    lies.put("no receipt", lying(l -> l.receipt = _ -> Optional.empty()));
    lies.put("a receipt of failure", lying(l -> l.receipt = r -> r.map(x -> failed(x))));
    lies.put("a number: nonce ahead", lying(l -> l.nonce = n -> n + 5));
    lies.put("a number: nonce behind", lying(l -> l.nonce = _ -> 0L));
    lies.put("a number: absurd nonce", lying(l -> l.nonce = _ -> Long.MAX_VALUE));
    lies.put("a number: little gas", lying(l -> l.gas = _ -> 1L));
    lies.put("a number: much gas", lying(l -> l.gas = _ -> 1L << 40));
    lies.put("a number: an absurd tip", lying(l -> l.tip = _ -> new Wei(BigInteger.TWO.pow(200))));
    lies.put("a number: forgets transactions", lying(l -> l.knows = _ -> false));
    return lies;
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    bytes[0] |= 1; // never all zeros
    return bytes;
  }

  private static BlockRef with(BlockRef block, long number, Bytes32 hash) {
    return new BlockRef(number, hash, block.parent(), block.timestamp(), block.baseFee());
  }

  private static ChainException.Reverted reverted() {
    return new ChainException.Reverted("a call", Revert.unnamed(Data.EMPTY), Optional.empty());
  }

  private static LogEntry copy(LogEntry log, Data data, Bytes32 block, TxHash of, long index) {
    return new LogEntry(log.address(), log.topics(), data, log.blockNumber(), block, of, index);
  }

  private static LogEntry at(LogEntry log, long index) {
    return copy(log, log.data(), log.blockHash(), log.transaction(), index);
  }

  private static LogEntry of(LogEntry log, TxHash transaction) {
    return copy(log, log.data(), log.blockHash(), transaction, log.index());
  }

  private static LogEntry saying(LogEntry log, Data data) {
    return copy(log, data, log.blockHash(), log.transaction(), log.index());
  }

  private static LogEntry in(LogEntry log, Bytes32 block) {
    return copy(log, log.data(), block, log.transaction(), log.index());
  }

  private static List<LogEntry> more(List<LogEntry> logs, Function<LogEntry, LogEntry> another) {
    List<LogEntry> all = new ArrayList<>(logs);
    logs.stream().reduce((_, last) -> last).map(another).ifPresent(all::add);
    return all;
  }

  private static Receipt failed(Receipt r) {
    return new Receipt(
        r.transaction(),
        r.blockNumber(),
        r.blockHash(),
        r.from(),
        r.created(),
        false,
        r.gasUsed(),
        r.gasPrice(),
        r.logs());
  }

  private interface Lie {
    void into(Liar liar);
  }

  private static Chain lying(Lie lie) {
    Liar liar = new Liar();
    lie.into(liar);
    return liar;
  }

  /// A node that answers what is made of the truth.
  private static final class Liar extends ForwardingChain {
    Function<BlockRef, BlockRef> latest = Function.identity();
    Function<Optional<BlockRef>, Optional<BlockRef>> block = Function.identity();
    Function<Wei, Wei> balance = Function.identity();
    Function<Data, Data> code = Function.identity();
    Function<Data, Data> call = Function.identity();
    Function<List<LogEntry>, List<LogEntry>> logs = Function.identity();
    Function<List<TxHash>, List<TxHash>> transactions = Function.identity();
    Function<Optional<Receipt>, Optional<Receipt>> receipt = Function.identity();
    Function<Long, Long> nonce = Function.identity();
    Function<Long, Long> gas = Function.identity();
    Function<Wei, Wei> tip = Function.identity();
    Function<Boolean, Boolean> knows = Function.identity();

    Liar() {
      super(dev.chain());
    }

    @Override
    public BlockRef latest() {
      return latest.apply(super.latest());
    }

    @Override
    public Optional<BlockRef> block(long number) {
      return block.apply(super.block(number));
    }

    @Override
    public Optional<BlockRef> block(Bytes32 hash) {
      return block.apply(super.block(hash));
    }

    @Override
    public Wei balance(Address account, BlockRef at) {
      return balance.apply(super.balance(account, at));
    }

    @Override
    public Data code(Address account, BlockRef at) {
      return code.apply(super.code(account, at));
    }

    @Override
    public Data call(Call asked, Optional<Address> from, BlockRef at) {
      return call.apply(super.call(asked, from, at));
    }

    @Override
    public List<LogEntry> logs(LogFilter filter, BlockRef at) {
      return logs.apply(super.logs(filter, at));
    }

    @Override
    public <T> List<Kept<T>> logs(
        LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
      List<LogEntry> truth =
          super.logs(filter, from, to, Function.identity()).stream().map(Kept::value).toList();
      return logs.apply(truth).stream().map(log -> Kept.of(log, keep)).toList();
    }

    @Override
    public List<TxHash> transactions(BlockRef at) {
      return transactions.apply(super.transactions(at));
    }

    @Override
    public Optional<Receipt> receipt(TxHash transaction) {
      return receipt.apply(super.receipt(transaction));
    }

    @Override
    public long minedNonce(Address account) {
      return nonce.apply(super.minedNonce(account));
    }

    @Override
    public long pendingNonce(Address account) {
      return nonce.apply(super.pendingNonce(account));
    }

    @Override
    public long estimateGas(Call asked, Address from) {
      return gas.apply(super.estimateGas(asked, from));
    }

    @Override
    public Wei suggestedTip() {
      return tip.apply(super.suggestedTip());
    }

    @Override
    public boolean knows(TxHash transaction) {
      return knows.apply(super.knows(transaction));
    }
  }

  /// A node that does not answer while it is away.
  private static final class Away extends ForwardingChain {
    final AtomicInteger asked = new AtomicInteger();
    volatile boolean away = true;

    Away() {
      super(dev.chain());
    }

    @Override
    public BlockRef latest() {
      asked.incrementAndGet();
      if (away) {
        throw new ChainException.Unreachable("nobody is at home");
      }
      return super.latest();
    }
  }

  @Test
  void oneThatFailsIsStoodInForAndLeftAloneForAWhile() {
    Away away = new Away();
    Quorum quorum = quorum(1, away, honest());
    BlockRef head = dev.chain().latest();
    for (int i = 0; i < 4; i++) {
      assertThat(quorum.latest()).isEqualTo(head);
    }
    assertThat(away.asked).hasValue(1);
    assertThat(faults).containsExactly("node 0 nobody is at home; left alone for 5 s");
    now.addAndGet(5_000_000_000L);
    quorum.latest();
    assertThat(away.asked).hasValue(2);
    assertThat(faults.getLast()).endsWith("left alone for 10 s");
    now.addAndGet(10_000_000_000L);
    away.away = false;
    quorum.latest();
    assertThat(away.asked).hasValue(3);
    assertThat(faults).hasSize(2);
  }

  @Test
  void whileAllAreAwayThereIsNoNode() {
    Quorum quorum = quorum(2, new Away(), honest(), new Away());
    assertThatThrownBy(quorum::latest)
        .isInstanceOf(ChainException.Unreachable.class)
        .hasMessageContaining("1 of 2 nodes that are needed answered about the newest block")
        .hasMessageContaining("nobody is at home");
    // They rest, but there is nobody else.
    assertThatThrownBy(quorum::latest).isInstanceOf(ChainException.Unreachable.class);
  }

  @Test
  void whileTwoDisagreeNothingIsBelieved() {
    Chain liar = lying(l -> l.balance = _ -> Wei.of(1));
    BlockRef head = dev.chain().latest();
    assertThatThrownBy(() -> quorum(2, liar, honest()).balance(ACCOUNT, head))
        .isInstanceOf(ChainException.Unreachable.class)
        .hasMessageContaining("no 2 nodes agree about the balance of " + ACCOUNT)
        .hasMessageContaining("node 0 says")
        .hasMessageContaining("node 1 says");
  }

  @Test
  void theNewestBlockIsOneThatEnoughHave() {
    BlockRef head = dev.chain().latest();
    BlockRef before = dev.chain().block(head.number() - 1).orElseThrow();
    Chain behind = lying(l -> l.latest = _ -> before);
    assertThat(quorum(2, honest(), behind, honest()).latest()).isEqualTo(head);
    assertThat(quorum(2, honest(), behind).latest()).isEqualTo(before);
    assertThat(quorum(3, honest(), behind, honest()).latest()).isEqualTo(before);
    assertThat(faults).as("to be behind is no fault").isEmpty();
  }

  @Test
  void aTransactionIsSentIfOneTakesIt() {
    Call call = Call.transfer(ACCOUNT, Wei.of(5));
    Chain deaf =
        new ForwardingChain(dev.chain()) {
          @Override
          public void send(Data signed) {
            throw new ChainException.Unreachable("deaf");
          }
        };
    Wei before = dev.chain().balance(ACCOUNT, dev.chain().latest());
    new Sender(quorum(2, deaf, deaf, honest()), dev.account(2)).send(call);
    assertThat(dev.chain().balance(ACCOUNT, dev.chain().latest()))
        .isEqualTo(before.plus(Wei.of(5)));
    assertThatThrownBy(() -> quorum(1, deaf, deaf).send(Data.EMPTY))
        .isInstanceOf(ChainException.Unreachable.class);
  }

  @Test
  void whatTellsHowToAskOtherwiseIsPassedOn() {
    Chain choosy =
        new ForwardingChain(dev.chain()) {
          @Override
          public <T> List<Kept<T>> logs(
              LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
            if (to > from) {
              throw new ChainException.TooLarge("too many blocks");
            }
            return super.logs(filter, from, to, keep);
          }
        };
    LogFilter filter = new LogFilter(List.of(), List.of());
    Quorum quorum = quorum(2, choosy, choosy, new Away());
    assertThatThrownBy(() -> quorum.logs(filter, 0, 3)).isInstanceOf(ChainException.TooLarge.class);
    assertThat(quorum.logs(filter, 3, 3)).isEqualTo(dev.chain().logs(filter, 3, 3));
    assertThat(faults).isEmpty();
  }

  @Test
  void moreThanThereAreCannotAgree() {
    for (int needed : Arrays.asList(0, 3)) {
      assertThatThrownBy(() -> quorum(needed, honest(), honest()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
