package opml.ethereum.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Keccak;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.TxHash;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.ForwardingChain;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// What one node can do to those who ask several.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class QuorumAttackTest {
  private static final Address ACCOUNT =
      Address.ofHex("0x00000000000000000000000000000000000000aa");

  private static DevChain dev;

  private final AtomicLong now = new AtomicLong();
  private final List<String> faults = Collections.synchronizedList(new ArrayList<>());

  @BeforeAll
  static void start() {
    dev = DevChain.start(DevChain.Options.DEFAULT);
  }

  @AfterAll
  static void stop() {
    if (dev != null) {
      dev.close();
    }
  }

  private Quorum quorum(int needed, Chain... nodes) {
    List<Quorum.Node> all = new ArrayList<>();
    for (Chain node : nodes) {
      all.add(new Quorum.Node("node " + all.size(), () -> node));
    }
    return new Quorum(1, all, needed, (node, what) -> faults.add(node + " " + what), now::get);
  }

  private void pass(long seconds) {
    now.addAndGet(seconds * 1_000_000_000L);
  }

  /// A node whose chain is numbers alone: of one fork up to some height, of its own from there on.
  private static final class Numbers extends ForwardingChain {
    private final String fork;
    private final long common;
    volatile long head;
    final AtomicInteger asked = new AtomicInteger();

    Numbers(String fork, long common, long head) {
      super(dev.chain());
      this.fork = fork;
      this.common = common;
      this.head = head;
    }

    private BlockRef at(long number) {
      String name = (number <= common ? "" : fork) + number;
      return new BlockRef(
          number,
          Keccak.hash(name.getBytes(StandardCharsets.UTF_8)),
          Keccak.hash(new byte[0]),
          number,
          Wei.ZERO);
    }

    @Override
    public BlockRef latest() {
      asked.incrementAndGet();
      return at(head);
    }

    @Override
    public Optional<BlockRef> block(long number) {
      asked.incrementAndGet();
      return number <= head ? Optional.of(at(number)) : Optional.empty();
    }
  }

  private static Numbers honest(long head) {
    return new Numbers("", Long.MAX_VALUE, head);
  }

  @Test
  void whileTheTopIsReorganisedNobodyFarBelowDecides() {
    Numbers liar = honest(1000);
    Numbers left = new Numbers("left", 1010, 1000);
    Numbers right = new Numbers("right", 1010, 1000);
    Quorum quorum = quorum(2, liar, left, right);
    assertThat(quorum.latest().number()).isEqualTo(1000);
    liar.head = 3;
    left.head = 1013;
    right.head = 1013;
    assertThat(quorum.latest().number()).as("what both have below their tops").isEqualTo(1009);
    left.head = 1100;
    right.head = 1100;
    assertThatThrownBy(quorum::latest).isInstanceOf(ChainException.Unreachable.class);
  }

  @Test
  void aChainThatBeginsAnewIsFollowed() {
    Numbers one = honest(1000);
    Numbers other = honest(1000);
    Numbers liar = new Numbers("lie", 0, 1L << 62);
    Quorum quorum = quorum(2, liar, one, other);
    assertThat(quorum.latest().number()).isEqualTo(1000);
    one.head = 2;
    other.head = 2;
    assertThat(quorum.latest().number()).isEqualTo(2);
  }

  @Test
  void oneThatIsHeldToBeAheadByASingleOtherIsNotLeftAlone() {
    Chain away =
        new ForwardingChain(dev.chain()) {
          @Override
          public BlockRef latest() {
            throw new ChainException.Unreachable("away");
          }
        };
    assertThat(quorum(2, honest(900), honest(1000), away).latest().number()).isEqualTo(900);
    assertThat(faults).isNotEmpty().allMatch(fault -> fault.startsWith("node 2 "));
  }

  @Test
  void oneThatRestsIsAskedForTheNewestBlockIfTheOthersDisagree() {
    AtomicInteger questions = new AtomicInteger();
    Numbers good = honest(1000);
    Chain stumbling =
        new ForwardingChain(good) {
          @Override
          public BlockRef latest() {
            if (questions.getAndIncrement() == 0) {
              throw new ChainException.Unreachable("a hiccup");
            }
            return good.latest();
          }

          @Override
          public Optional<BlockRef> block(long number) {
            return good.block(number);
          }
        };
    Quorum quorum = quorum(2, stumbling, honest(1000), new Numbers("lie", 0, 1000));
    assertThatThrownBy(quorum::latest).isInstanceOf(ChainException.Unreachable.class);
    assertThat(quorum.latest().number()).isEqualTo(1000);
  }

  @Test
  void oneThatAnswersBetweenItsSilencesIsLeftAloneLongerAndLonger() {
    AtomicInteger hung = new AtomicInteger();
    AtomicInteger questions = new AtomicInteger();
    Chain flapping =
        new ForwardingChain(honest(9)) {
          @Override
          public BlockRef latest() {
            if (questions.getAndIncrement() % 2 == 0) {
              hung.incrementAndGet();
              pass(15);
              throw new ChainException.Unreachable("no answer in 15 s");
            }
            return super.latest();
          }
        };
    Quorum quorum = quorum(1, flapping, honest(9));
    for (int second = 0; second < 3600; second++) {
      quorum.latest();
      pass(1);
    }
    assertThat(hung).as("silences in an hour").hasValueLessThan(20);
  }

  @Test
  void oneThatIsSlowIsAskedAfterTheOthers() {
    AtomicInteger asked = new AtomicInteger();
    Chain slow =
        new ForwardingChain(honest(9)) {
          @Override
          public BlockRef latest() {
            asked.incrementAndGet();
            pass(9);
            return super.latest();
          }
        };
    Quorum quorum = quorum(1, slow, honest(9));
    for (int i = 0; i < 5; i++) {
      quorum.latest();
    }
    assertThat(asked).hasValue(1);
    assertThat(faults).containsExactly("node 0 is slow; left alone for 5 s");
  }

  @Test
  void aFaultOfSeveralQuestionsAtOnceIsOne() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(4);
    Chain broken =
        new ForwardingChain(dev.chain()) {
          @Override
          public Wei balance(Address account, BlockRef at) {
            all.countDown();
            try {
              all.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            throw new ChainException.Unreachable("a hiccup");
          }
        };
    Quorum quorum = quorum(1, broken, new ForwardingChain(dev.chain()));
    BlockRef head = dev.chain().latest();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(Thread.ofVirtual().start(() -> quorum.balance(ACCOUNT, head)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(faults).hasSize(4).allMatch(fault -> fault.endsWith("left alone for 5 s"));
  }

  @Test
  void whileOneConnectsOthersAreNotKeptWaiting() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Witness witness =
        new Witness(
            "hanging",
            () -> {
              begun.countDown();
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              throw new ChainException.Unreachable("never there");
            },
            now::get);
    Runnable ask = () -> assertThatThrownBy(() -> witness.ask(Chain::latest)).isNotNull();
    Thread first = Thread.ofPlatform().start(ask);
    begun.await();
    Thread look = Thread.ofPlatform().daemon().start(witness::isResting);
    look.join(20_000);
    assertThat(look.isAlive()).isFalse();
    end.countDown();
    first.join();
  }

  @Test
  void aLieDoesNotHideThatAnotherTakesLess() {
    LogFilter filter = new LogFilter(List.of(), List.of());
    Chain liar = logs(ACCOUNT);
    Chain choosy =
        new ForwardingChain(dev.chain()) {
          @Override
          public <T> List<Kept<T>> logs(
              LogFilter asked, long from, long to, Function<LogEntry, T> keep) {
            throw new ChainException.Refused(
                "eth_getLogs", -32005, "block range is too wide", Optional.empty());
          }
        };
    List<Chain> nodes = new ArrayList<>(Arrays.asList(liar, new ForwardingChain(dev.chain())));
    nodes.add(choosy);
    assertThatThrownBy(() -> quorum(2, nodes.toArray(Chain[]::new)).logs(filter, 0, 3))
        .isInstanceOf(ChainException.Refused.class);
  }

  private static Chain logs(Address address) {
    return new ForwardingChain(dev.chain()) {
      @Override
      public <T> List<Kept<T>> logs(
          LogFilter asked, long from, long to, Function<LogEntry, T> keep) {
        BlockRef head = dev.chain().latest();
        LogEntry log =
            new LogEntry(
                address, List.of(), Data.EMPTY, 0, head.hash(), new TxHash(head.hash()), 0);
        return List.of(Kept.of(log, keep));
      }
    };
  }
}
