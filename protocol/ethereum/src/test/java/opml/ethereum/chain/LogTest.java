package opml.ethereum.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Sampler;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
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
  private Chain refusingMoreThan(long blocks, List<Long> asked) {
    return (Chain)
        Proxy.newProxyInstance(
            Chain.class.getClassLoader(),
            new Class<?>[] {Chain.class},
            (_, method, arguments) -> {
              if (method.getName().equals("logs") && arguments.length == 3) {
                long range = (long) arguments[2] - (long) arguments[1] + 1;
                asked.add(range);
                if (range > blocks) {
                  throw new ChainException.Refused(
                      "eth_getLogs", -32005, "query exceeds range", Optional.empty());
                }
              }
              try {
                return method.invoke(dev.chain(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aLongRangeIsReadInPiecesThatTheNodeAccepts() {
    for (int i = 0; i < 10; i++) {
      emit(3);
      dev.mine(7);
    }
    List<Long> asked = new ArrayList<>();
    LogReader reader = new LogReader(refusingMoreThan(5, asked), 64);
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
            () -> new LogReader(refusingMoreThan(0, asked), 8).read(sampler.filter(), 0, 3))
        .as("one block is as little as one can ask for")
        .isInstanceOf(ChainException.Refused.class);
  }

  @Test
  void aFollowerDeliversEveryLogOnceAndConfirmed() {
    LogFollower follower = new LogFollower(dev.chain(), sampler.filter(), 0, 2, 4);
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

  private static List<LogEntry> logsOf(List<LogFollower.Update> updates) {
    List<LogEntry> logs = new ArrayList<>();
    updates.forEach(update -> apply(update, logs));
    return logs;
  }

  private static void apply(LogFollower.Update update, List<LogEntry> logs) {
    switch (update) {
      case LogFollower.Update.Forward(_, List<LogEntry> more) -> logs.addAll(more);
      case LogFollower.Update.Back(long upTo) -> logs.removeIf(log -> log.blockNumber() > upTo);
    }
  }

  @Test
  void throughReorganisationsAFollowersLogsAreThoseOfTheChain() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long from = 1;
    LogFollower follower = new LogFollower(dev.chain(), sampler.filter(), from, 1, 3);
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
        for (LogFollower.Update update : follower.poll()) {
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
    List<LogFollower.Update> last = follower.poll();
    assertThat(wentBack || last.getFirst() instanceof LogFollower.Update.Back)
        .as("seed %d", seed)
        .isTrue();
  }

  @Test
  void aReorganisationBeyondTheBeginningStartsAgain() {
    dev.mine(3);
    long from = dev.chain().latest().number();
    LogFollower follower = new LogFollower(dev.chain(), sampler.filter(), from, 1);
    follower.poll();
    dev.reorg(3);
    assertThat(follower.poll()).first().isEqualTo(new LogFollower.Update.Back(from - 1));
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
