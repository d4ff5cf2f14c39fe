package opml.ethereum.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Sampler;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.ForwardingChain;
import opml.ethereum.send.Sender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class LogTest {
  private DevChain dev;
  private Sender sender;
  private Contract sampler;

  @BeforeEach
  void deploy() {
    dev = DevChain.start(DevChain.Options.DEFAULT);
    sender = new Sender(dev.chain(), dev.account(0));
    sampler = sender.deploy(Sampler.abi(), 0);
  }

  @AfterEach
  void stop() {
    if (dev != null) {
      dev.close();
    }
  }

  private void emit(int count) {
    sender.send(sampler.call("emitMany", count));
  }

  /// The same chain, but its node refuses long ranges, as public nodes do.
  private Chain refusingMoreThan(long blocks, String words, List<Long> asked) {
    return seen(
        (answer, arguments) -> {
          long range = (long) arguments[2] - (long) arguments[1] + 1;
          asked.add(range);
          if (range > blocks) {
            throw new ChainException.Refused("eth_getLogs", -32005, words, Optional.empty());
          }
          return answer;
        });
  }

  /// What a node makes of the logs of a range that the chain has.
  private interface Lens {
    List<Kept<LogEntry>> see(List<Kept<LogEntry>> logs, Object[] arguments);
  }

  /// The same chain, its logs seen through something.
  private Chain seen(Lens lens) {
    return counted(lens, new ArrayList<>());
  }

  @SuppressWarnings("unchecked")
  private Chain counted(Lens lens, List<String> calls) {
    return (Chain)
        Proxy.newProxyInstance(
            Chain.class.getClassLoader(),
            new Class<?>[] {Chain.class},
            (_, method, arguments) -> {
              calls.add(method.getName());
              Object answer;
              try {
                answer = method.invoke(dev.chain(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              return method.getName().equals("logs") && arguments.length == 4
                  ? lens.see((List<Kept<LogEntry>>) answer, arguments)
                  : answer;
            });
  }

  private LogFollower<LogEntry> follower(
      Chain chain, LogFilter filter, long from, int confirmations, long piece) {
    return new LogFollower<>(chain, filter, Function.identity(), from, confirmations, piece);
  }

  private LogFollower<LogEntry> follower(Chain chain) {
    return follower(chain, sampler.filter(), 0, 1, 2000);
  }

  @Test
  void aLongRangeIsReadInPiecesThatTheNodeAccepts() {
    for (int i = 0; i < 10; i++) {
      emit(3);
      dev.mine(7);
    }
    List<Long> asked = new ArrayList<>();
    LogReader reader = new LogReader(refusingMoreThan(5, "query exceeds range", asked), 64);
    List<LogEntry> logs = reader.read(sampler.filter("Stored"), 0, dev.chain().latest().number());
    assertThat(logs).hasSize(30);
    assertThat(sampler.events(logs))
        .extracting(e -> e.values().number("value"))
        .startsWith(0L, 1L, 2L, 0L);
    assertThat(asked).contains(64L).anyMatch(range -> range <= 5);
    assertThat(logs)
        .isEqualTo(dev.chain().logs(sampler.filter(), 0, dev.chain().latest().number()));
    assertThat(sampler.filter("Shape").accepts(logs.getFirst())).isFalse();
    assertThatThrownBy(
            () ->
                new LogReader(refusingMoreThan(0, "unauthorized", asked), 8)
                    .read(sampler.filter(), 0, 3))
        .as("one block is as little as one can ask for")
        .isInstanceOf(ChainException.Refused.class);
  }

  @Test
  void aBlockThatIsTooLargeForItsNodeIsReadEventByEventAndThenFromReceipts() {
    dev.autoMine(false);
    dev.command(
        "eth_sendTransaction", transaction(sampler.address(), sampler.call("emitMany", 3).data()));
    dev.command(
        "eth_sendTransaction", transaction(sampler.address(), sampler.call("emitMany", 2).data()));
    dev.mine(1);
    dev.autoMine(true);
    long block = dev.chain().latest().number();
    List<LogEntry> all = dev.chain().logs(sampler.filter(), block, block);
    assertThat(all).hasSize(5);
    Bytes32 fat = all.getFirst().topics().getFirst();
    List<Integer> topics = new ArrayList<>();
    Chain chain =
        seen(
            (logs, arguments) -> {
              LogFilter filter = (LogFilter) arguments[0];
              topics.add(filter.topics().size());
              if (filter.topics().isEmpty() || filter.topics().contains(fat)) {
                throw new ChainException.TooLarge("more than 33554432 bytes");
              }
              return logs;
            });
    LogFilter two = sampler.filter("Shape", "Stored");
    assertThat(new LogReader(chain, 8).read(two, 0, block)).endsWith(all.toArray(LogEntry[]::new));
    assertThat(topics).as("each event was asked for by itself").contains(1);
    assertThat(new LogReader(chain, 8).read(sampler.filter(), block, block)).isEqualTo(all);
  }

  private Map<String, Object> transaction(Address to, Data data) {
    return Map.of(
        "from",
        dev.account(1).address().toString(),
        "to",
        to.toString(),
        "gas",
        "0xfff000",
        "data",
        data.toString());
  }

  /// Deploys a contract that emits `count` logs with one topic and so many zero bytes, all words of the calldata.
  private Address deployFountain() {
    Data code =
        Data.ofHex(
            "0x601b8060093d393df3" + "6000355b8015601957602035604035" + "6000a1600190036003565b00");
    return sender
        .send(new Call(Optional.empty(), code, Wei.ZERO, "fountain", Revert::unnamed))
        .created()
        .orElseThrow();
  }

  private static Data words(Bytes32... words) {
    Data all = Data.EMPTY;
    for (Bytes32 word : words) {
      all = all.then(Data.of(word.toArray()));
    }
    return all;
  }

  @Test
  void aBlockWithAHundredMegabytesOfLogsIsReadAndLittleOfItKept() {
    Address fountain = deployFountain();
    Bytes32 topic = Bytes32.ofWord(7);
    dev.command("evm_setBlockGasLimit", "0x23c34600");
    dev.autoMine(false);
    int transactions = 27;
    int size = 920_000;
    for (int i = 0; i < transactions; i++) {
      dev.command(
          "eth_sendTransaction",
          transaction(fountain, words(Bytes32.ofWord(2), topic, Bytes32.ofWord(size))));
    }
    dev.mine(1);
    dev.autoMine(true);
    sender.send(Call.transfer(fountain, Wei.ZERO));
    long block = dev.chain().latest().number();
    LogFilter filter = new LogFilter(List.of(fountain), List.of(topic, Bytes32.ofWord(8)));
    assertThatThrownBy(() -> dev.chain().logs(filter, block - 1, block - 1))
        .as("the attack: no answer holds this block")
        .isInstanceOf(ChainException.TooLarge.class);
    LogFollower<Integer> follower =
        new LogFollower<>(dev.chain(), filter, log -> log.data().length(), 0, 1);
    List<Integer> sizes = new ArrayList<>();
    for (LogFollower.Update<Integer> update : follower.poll()) {
      if (update instanceof LogFollower.Update.Forward<Integer>(_, List<Integer> more)) {
        sizes.addAll(more);
      }
    }
    assertThat(sizes).hasSize(2 * transactions).containsOnly(size);
    assertThat(2L * 2 * transactions * size).as("as hex digits").isGreaterThan(95_000_000);
    assertThat(follower.poll()).isEmpty();
  }

  @Test
  void aLogThatANodeLeftOutOnceIsDeliveredLater() {
    emit(1);
    emit(2);
    dev.mine(3);
    boolean[] blind = {true};
    long hidden = dev.chain().latest().number() - 3;
    LogFollower<LogEntry> follower =
        follower(
            seen(
                (logs, _) ->
                    logs.stream().filter(log -> !blind[0] || log.block() != hidden).toList()));
    List<LogEntry> followed = logsOf(follower.poll());
    assertThat(followed).hasSize(1);
    blind[0] = false;
    follower.poll().forEach(update -> apply(update, followed));
    assertThat(followed)
        .isEqualTo(dev.chain().logs(sampler.filter(), 0, dev.chain().latest().number()))
        .hasSize(3);
    assertThat(follower.poll()).as("delivered once").isEmpty();
    blind[0] = true;
    assertThat(follower.poll()).as("what was there does not vanish").isEmpty();
  }

  @Test
  void aLogThatComesTwiceOrOutOfOrderIsDeliveredOnceAndInOrder() {
    emit(3);
    emit(2);
    LogFollower<LogEntry> follower =
        follower(
            seen(
                (logs, _) -> {
                  List<Kept<LogEntry>> twice = new ArrayList<>(logs);
                  twice.addAll(logs);
                  Collections.reverse(twice);
                  return twice;
                }));
    List<LogEntry> all = dev.chain().logs(sampler.filter(), 0, dev.chain().latest().number());
    assertThat(logsOf(follower.poll())).isEqualTo(all).hasSize(5);
    assertThat(follower.poll()).isEmpty();
  }

  @Test
  void aLogOfAnotherForkIsForgottenWhenItsBlockIsLookedAtAgain() {
    emit(1);
    dev.mine(2);
    LogEntry good = dev.chain().logs(sampler.filter(), 0, dev.chain().latest().number()).getFirst();
    LogEntry phantom =
        new LogEntry(
            good.address(),
            good.topics(),
            good.data(),
            good.blockNumber() + 1,
            Bytes32.ofWord(99),
            good.transaction(),
            0);
    boolean[] onFork = {true};
    LogFollower<LogEntry> follower =
        follower(
            seen(
                (logs, _) -> {
                  List<Kept<LogEntry>> forked = new ArrayList<>(logs);
                  if (onFork[0]) {
                    forked.add(Kept.of(phantom, Function.identity()));
                  }
                  return forked;
                }));
    List<LogEntry> followed = logsOf(follower.poll());
    assertThat(followed).containsExactly(good, phantom);
    onFork[0] = false;
    follower.poll().forEach(update -> apply(update, followed));
    assertThat(followed).containsExactly(good);
  }

  /// What it had gone back over when the node fell silent was forgotten once, and nobody had heard of it.
  @Test
  void aNodeThatFallsSilentDuringAReorganisationHidesNothing() {
    emit(1);
    int[] answers = {Integer.MAX_VALUE};
    Chain moody =
        new ForwardingChain(dev.chain()) {
          @Override
          public Optional<BlockRef> block(long number) {
            if (answers[0]-- <= 0) {
              throw new ChainException.Unreachable("down");
            }
            return super.block(number);
          }
        };
    for (int silentAfter = 0; silentAfter < 8; silentAfter++) {
      answers[0] = Integer.MAX_VALUE;
      LogFollower<LogEntry> follower = follower(moody);
      List<LogEntry> followed = logsOf(follower.poll());
      for (int i = 0; i < 3; i++) {
        emit(1);
        follower.poll().forEach(update -> apply(update, followed));
      }
      dev.reorg(2);
      answers[0] = silentAfter;
      try {
        follower.poll().forEach(update -> apply(update, followed));
      } catch (ChainException.Unreachable e) {
        // The next poll finds it back.
      }
      answers[0] = Integer.MAX_VALUE;
      follower.poll().forEach(update -> apply(update, followed));
      assertThat(followed)
          .as("silent after %d answers", silentAfter)
          .isEqualTo(dev.chain().logs(sampler.filter(), 0, dev.chain().latest().number()));
    }
  }

  @Test
  void aChainSaysWhichOfItsBlocksAreThereForGood() {
    dev.mine(80);
    BlockRef head = dev.chain().latest();
    BlockRef last = dev.chain().block(BlockTag.FINALIZED).orElseThrow();
    assertThat(last.number()).isLessThan(head.number());
    assertThat(dev.chain().block(last.number())).contains(last);
    assertThat(dev.chain().block(BlockTag.SAFE).orElseThrow().number())
        .isBetween(last.number(), head.number());
  }

  @Test
  void aNodeThatIsBehindIsNotAReorganisation() {
    emit(1);
    dev.mine(4);
    boolean[] behind = {false};
    long head = dev.chain().latest().number();
    Chain late =
        (Chain)
            Proxy.newProxyInstance(
                Chain.class.getClassLoader(),
                new Class<?>[] {Chain.class},
                (_, method, arguments) -> {
                  if (behind[0] && method.getName().equals("latest")) {
                    return dev.chain().block(head - 2).orElseThrow();
                  }
                  if (behind[0]
                      && method.getName().equals("block")
                      && arguments[0] instanceof Long number
                      && number > head - 2) {
                    return Optional.empty();
                  }
                  return method.invoke(dev.chain(), arguments);
                });
    LogFollower<LogEntry> follower = follower(late);
    assertThat(logsOf(follower.poll())).hasSize(1);
    behind[0] = true;
    assertThat(follower.poll()).isEmpty();
    behind[0] = false;
    assertThat(follower.poll()).isEmpty();
    assertThat(follower.position().orElseThrow().number()).isEqualTo(head);
  }

  @Test
  void anIdlePollIsThreeCalls() {
    emit(1);
    dev.mine(3);
    List<String> calls = new ArrayList<>();
    LogFollower<LogEntry> follower = follower(counted((logs, _) -> logs, calls));
    follower.poll();
    calls.clear();
    assertThat(follower.poll()).isEmpty();
    assertThat(calls).containsExactly("latest", "logs", "block");
    dev.mine(1);
    calls.clear();
    assertThat(follower.poll()).hasSize(1);
    assertThat(calls).as("a block behind the last one").containsExactly("latest", "logs", "block");
    dev.mine(2);
    calls.clear();
    assertThat(follower.poll()).hasSize(1);
    assertThat(calls).as("one look at the logs").hasSize(4).containsOnlyOnce("logs");
  }

  @Test
  void aFollowerDeliversEveryLogOnceAndConfirmed() {
    LogFollower<LogEntry> follower = follower(dev.chain(), sampler.filter(), 0, 2, 4);
    emit(2);
    dev.mine(9);
    emit(1);
    assertThat(logsOf(follower.poll())).as("the newest block has one confirmation").hasSize(2);
    dev.mine(1);
    assertThat(logsOf(follower.poll())).hasSize(1);
    assertThat(follower.poll()).isEmpty();
    assertThat(follower.position().orElseThrow().number())
        .isEqualTo(dev.chain().latest().number() - 1);
  }

  private static List<LogEntry> logsOf(List<LogFollower.Update<LogEntry>> updates) {
    List<LogEntry> logs = new ArrayList<>();
    updates.forEach(update -> apply(update, logs));
    return logs;
  }

  private static void apply(LogFollower.Update<LogEntry> update, List<LogEntry> logs) {
    switch (update) {
      case LogFollower.Update.Forward<LogEntry>(_, List<LogEntry> more) -> logs.addAll(more);
      case LogFollower.Update.Back<LogEntry>(long upTo) ->
          logs.removeIf(log -> log.blockNumber() > upTo);
    }
  }

  @Test
  void throughReorganisationsAFollowersLogsAreThoseOfTheChain() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long from = 1;
    LogFollower<LogEntry> follower = follower(dev.chain(), sampler.filter(), from, 1, 3);
    List<LogEntry> followed = new ArrayList<>();
    boolean wentBack = false;
    for (int round = 0; round < 25; round++) {
      switch (random.nextInt(4)) {
        case 0 -> dev.mine(1 + random.nextInt(4));
        case 1, 2 -> emit(1 + random.nextInt(2));
        default -> {
          // Not below the contract's own block: then there would be nothing to call.
          int depth = (int) Math.min(dev.chain().latest().number() - 1, 1 + random.nextInt(5));
          if (depth > 0) {
            dev.reorg(depth);
          }
        }
      }
      if (random.nextInt(3) > 0) {
        for (LogFollower.Update<LogEntry> update : follower.poll()) {
          wentBack |= update instanceof LogFollower.Update.Back;
          apply(update, followed);
        }
        assertThat(followed)
            .as("seed %d, round %d", seed, round)
            .isEqualTo(dev.chain().logs(sampler.filter(), from, dev.chain().latest().number()));
      }
    }
    emit(1);
    follower.poll().forEach(update -> apply(update, followed));
    dev.reorg(1);
    List<LogFollower.Update<LogEntry>> last = follower.poll();
    assertThat(wentBack || last.getFirst() instanceof LogFollower.Update.Back)
        .as("seed %d", seed)
        .isTrue();
  }

  /// What somebody has who applies updates, as a store does, and what a follower can go on with.
  private static final class Known {
    private final List<LogEntry> logs = new ArrayList<>();
    private final List<BlockRef> blocks = new ArrayList<>();

    void apply(List<LogFollower.Update<LogEntry>> updates) {
      for (LogFollower.Update<LogEntry> update : updates) {
        LogTest.apply(update, logs);
        switch (update) {
          case LogFollower.Update.Forward<LogEntry>(BlockRef upTo, _) -> blocks.add(upTo);
          case LogFollower.Update.Back<LogEntry>(long upTo) ->
              blocks.removeIf(block -> block.number() > upTo);
        }
      }
    }

    /// {@return all of it, or the newest blocks only}
    LogFollower.Memory<LogEntry> memory(int most) {
      long last = blocks.isEmpty() ? -1 : blocks.getLast().number();
      logs.removeIf(log -> log.blockNumber() > last);
      return new LogFollower.Memory<>(
          blocks.subList(Math.max(0, blocks.size() - most), blocks.size()),
          logs.stream()
              .filter(log -> log.blockNumber() > last - LogFollower.OVERLAP)
              .map(log -> Kept.of(log, Function.identity()))
              .toList());
    }
  }

  private LogFollower<LogEntry> resumed(Chain chain, LogFollower.Memory<LogEntry> memory) {
    return new LogFollower<>(chain, sampler.filter(), Function.identity(), 0, 1, 2000, memory);
  }

  private List<LogEntry> allLogs() {
    return dev.chain().logs(sampler.filter(), 0, dev.chain().latest().number());
  }

  @Test
  void aFollowerThatGoesOnReadsOnlyTheBlocksSince() {
    emit(1);
    dev.mine(100);
    emit(2);
    Known known = new Known();
    known.apply(follower(dev.chain()).poll());
    long last = dev.chain().latest().number();
    List<Long> begins = new ArrayList<>();
    Chain watched =
        seen(
            (logs, arguments) -> {
              begins.add((Long) arguments[1]);
              return logs;
            });
    LogFollower<LogEntry> idle = resumed(watched, known.memory(256));
    assertThat(idle.position()).map(BlockRef::number).contains(last);
    assertThat(idle.poll()).as("nothing is new").isEmpty();
    emit(3);
    List<LogFollower.Update<LogEntry>> updates = resumed(watched, known.memory(256)).poll();
    assertThat(logsOf(updates)).as("no more than these").hasSize(3);
    assertThat(updates).hasSize(1);
    known.apply(updates);
    assertThat(known.logs).isEqualTo(allLogs());
    assertThat(begins).allSatisfy(begin -> assertThat(begin).isGreaterThan(last - 64));
  }

  @Test
  void whatWasReorganisedWhileNobodyLookedIsNoticed() {
    Known known = new Known();
    LogFollower<LogEntry> before = follower(dev.chain());
    for (int i = 0; i < 4; i++) {
      emit(1);
      known.apply(before.poll());
    }
    long last = dev.chain().latest().number();
    dev.reorg(2);
    emit(2);
    List<LogFollower.Update<LogEntry>> updates = resumed(dev.chain(), known.memory(256)).poll();
    assertThat(updates.getFirst()).isEqualTo(new LogFollower.Update.Back<>(last - 2));
    known.apply(updates);
    assertThat(known.logs).isEqualTo(allLogs());
  }

  @Test
  void whatWasReorganisedDeeperThanIsRememberedIsReadFromTheBeginning() {
    Known known = new Known();
    LogFollower<LogEntry> before = follower(dev.chain());
    for (int i = 0; i < 5; i++) {
      emit(1);
      known.apply(before.poll());
    }
    dev.reorg(3);
    emit(1);
    LogFollower.Memory<LogEntry> memory = known.memory(2);
    List<LogFollower.Update<LogEntry>> updates = resumed(dev.chain(), memory).poll();
    assertThat(updates.getFirst()).isEqualTo(new LogFollower.Update.Back<>(-1));
    known.apply(updates);
    assertThat(known.logs).isEqualTo(allLogs());
  }

  @Test
  void howeverOftenAFollowerIsReplacedItsLogsAreThoseOfTheChain() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Known known = new Known();
    for (int round = 0; round < 15; round++) {
      switch (random.nextInt(3)) {
        case 0 -> dev.mine(1 + random.nextInt(12));
        case 1 -> emit(1 + random.nextInt(2));
        default -> {
          int depth = (int) Math.min(dev.chain().latest().number() - 1, 1 + random.nextInt(5));
          if (depth > 0) {
            dev.reorg(depth);
          }
        }
      }
      known.apply(resumed(dev.chain(), known.memory(1 + random.nextInt(4))).poll());
      assertThat(known.logs).as("seed %d, round %d", seed, round).isEqualTo(allLogs());
    }
  }

  @Test
  void aReorganisationGoesBackNoFurtherThanABlockThatIsRemembered() {
    emit(1);
    dev.mine(6);
    LogFollower<LogEntry> follower = follower(dev.chain());
    follower.poll();
    long last = dev.chain().latest().number();
    follower.remember(dev.chain().block(last - 4).orElseThrow());
    follower.remember(dev.chain().block(last - 2).orElseThrow());
    follower.remember(dev.chain().block(last - 2).orElseThrow());
    assertThatThrownBy(
            () ->
                follower.remember(new BlockRef(last + 1, Bytes32.ZERO, Bytes32.ZERO, 0, Wei.ZERO)))
        .isInstanceOf(IllegalArgumentException.class);
    dev.reorg(1);
    assertThat(follower.poll()).first().isEqualTo(new LogFollower.Update.Back<>(last - 2));
    dev.reorg(3);
    assertThat(follower.poll()).first().isEqualTo(new LogFollower.Update.Back<>(last - 4));
    assertThat(follower.position()).map(BlockRef::number).contains(last);
  }

  @Test
  void aMemoryThatMakesNoSenseIsRefused() {
    dev.mine(3);
    BlockRef second = dev.chain().block(2).orElseThrow();
    BlockRef third = dev.chain().block(3).orElseThrow();
    assertThatThrownBy(() -> new LogFollower.Memory<>(List.of(third, second), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("before");
    LogFollower.Memory<LogEntry> memory =
        new LogFollower.Memory<>(List.of(second, third), List.of());
    assertThatThrownBy(
            () ->
                new LogFollower<>(
                    dev.chain(), sampler.filter(), Function.identity(), 3, 1, 2000, memory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("block 3");
  }

  @Test
  void aReorganisationBeyondTheBeginningStartsAgain() {
    dev.mine(3);
    long from = dev.chain().latest().number();
    LogFollower<LogEntry> follower = follower(dev.chain(), sampler.filter(), from, 1, 2000);
    follower.poll();
    dev.reorg(3);
    assertThat(follower.poll()).first().isEqualTo(new LogFollower.Update.Back<>(from - 1));
  }

  @Test
  void logsAreFoundByTheirIndexedValues() {
    emit(3);
    long head = dev.chain().latest().number();
    List<LogEntry> all = dev.chain().logs(sampler.filter("Stored"), 0, head);
    LogEntry second = all.get(1);
    LogFilter byFirst = sampler.filter("Stored").with(0, second.topics().get(1));
    assertThat(dev.chain().logs(byFirst, 0, head)).containsExactly(second);
    LogFilter bySecond = new LogFilter(List.of(), List.of()).with(1, second.topics().get(2));
    assertThat(dev.chain().logs(bySecond, 0, head)).isEqualTo(all);
    assertThat(dev.chain().logs(bySecond.with(0, Bytes32.ofWord(99)), 0, head)).isEmpty();
    assertThat(byFirst.accepts(all.getFirst())).isFalse();
    assertThat(bySecond.accepts(with(second, second.topics().subList(0, 2), second.data())))
        .isFalse();
  }

  @Test
  void aLogThatDoesNotFitItsEventIsMalformed() {
    emit(1);
    LogEntry good = dev.chain().logs(sampler.filter(), 0, dev.chain().latest().number()).getFirst();
    for (LogEntry bad :
        List.of(
            with(good, good.topics().subList(0, 2), good.data()),
            with(good, good.topics(), Data.EMPTY),
            with(good, good.topics(), good.data().then(Data.ofHex("0x00"))),
            with(
                good,
                List.of(good.topics().get(0), Bytes32.ZERO, Bytes32.ofHex("ff".repeat(32))),
                good.data()))) {
      assertThatThrownBy(() -> sampler.abi().decode(bad))
          .isInstanceOf(ChainException.Malformed.class)
          .hasMessageContaining("Sampler.Stored");
    }
    assertThat(sampler.abi().decode(with(good, List.of(Bytes32.ZERO), good.data()))).isEmpty();
  }

  private static LogEntry with(LogEntry log, List<Bytes32> topics, Data data) {
    return new LogEntry(
        log.address(), topics, data, log.blockNumber(), log.blockHash(), log.transaction(), 0);
  }
}
