package opml.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serial;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import opml.agent.OutboxLog;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.time.Time;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.ethereum.devchain.ForwardingChain;
import opml.ethereum.send.FlightLog;
import opml.ethereum.send.KeyedOrder;
import opml.ethereum.send.Nonces;
import opml.ethereum.send.Order;
import opml.ethereum.send.Outcome;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.Surroundings;
import opml.ethereum.send.Traffic;
import opml.ethereum.send.TransactionListener;
import opml.game.claim.RequestId;
import opml.game.move.Parameters;
import opml.hub.Hub;
import opml.hub.IntentKey;
import opml.sim.chain.Bugs;
import opml.sim.chain.Circumstances;
import opml.sim.chain.SimulatedChain;
import opml.sim.chain.SimulatedSigner;
import opml.sim.time.Clockwork;
import opml.sim.toy.Automaton;
import opml.store.IntentState;
import opml.store.Outbox;
import opml.store.Store;
import opml.store.StoreIdentity;
import opml.store.memory.MapStore;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an account has on its way, over an outbox, when fees jump and processes are killed at any step. Each key sends
/// a wei to an account of its own, whose balance says how often it was mined.
class TrafficTest {
  private static final Address SELF = Automaton.account(1);
  private static final int FIRST_RECEIVER = 100;
  private static final long GWEI = 1_000_000_000;
  private static final long CALM = 8 * GWEI;
  private static final int BLOCKS_MOST = 200;

  @TempDir private Path folder;

  private static final class Killed extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;
  }

  /// The chain, the account, and the process that sends from it.
  private static final class TrafficWorld {
    private long baseFee = CALM;
    private boolean censored;
    private boolean evicting;
    private long slot;
    private final SimulatedChain chain =
        new SimulatedChain(
            Parameters.DEFAULT,
            List.of(),
            new Circumstances() {
              @Override
              public long baseFee(long at) {
                return baseFee;
              }

              @Override
              public boolean isCensored(Address account, long at) {
                return censored;
              }

              @Override
              public boolean evicts(long at) {
                return evicting;
              }
            },
            Bugs.NONE);
    private final Outbox outbox;

    /// Steps until the process is killed, and the part of the node's answers that are lost, in percent.
    private int stepsLeft = Integer.MAX_VALUE;

    private int lost;

    /// How often blocks come, or go, while somebody looks, in percent.
    private int restless;

    private final Random random;
    private final List<String> heard = new ArrayList<>();
    private Traffic<IntentKey> traffic;

    TrafficWorld(Outbox outbox, long seed) {
      this.outbox = outbox;
      this.random = new Random(seed);
      chain.endow(SELF, Wei.ether(1000));
      this.traffic = begin();
    }

    private void step() {
      if (--stepsLeft < 0) {
        throw new Killed();
      }
    }

    private Traffic<IntentKey> begin() {
      Time time =
          new Time() {
            @Override
            public long nanoTime() {
              return Clockwork.at(slot);
            }

            @Override
            public void sleep(Duration pause) {
              // Nobody waits for a block here.
            }
          };
      Sender sender =
          new Sender(
              new MortalNode(),
              new SimulatedSigner(chain, SELF),
              SendPolicy.DEFAULT,
              TransactionListener.NONE,
              new Surroundings(time, new Nonces(), _ -> new DirectExecutor()));
      OutboxLog log =
          new OutboxLog(
              new Hub(chain.deployment(), sender), outbox, () -> Instant.ofEpochSecond(slot));
      return new Traffic<>(sender, new MortalLog(log), Traffic.USUAL_MOST);
    }

    /// A new process over the same outbox, which knows nothing else.
    void restart() {
      stepsLeft = Integer.MAX_VALUE;
      traffic = begin();
    }

    void block() {
      chain.seal(++slot);
    }

    /// Blocks come and go while somebody looks.
    private void wander() {
      if (random.nextInt(100) < restless) {
        if (random.nextBoolean()) {
          reorganise(1 + random.nextInt(2), random.nextBoolean());
        } else {
          block();
        }
      }
    }

    private void reorganise(int depth, boolean late) {
      chain.reorganise(depth, slot, late ? Optional.of(SELF) : Optional.empty());
    }

    boolean isDone(int key) {
      return received(key) > 0;
    }

    private boolean isDone(int key, BlockRef at) {
      return !chain.balance(Automaton.account(FIRST_RECEIVER + key), at).isZero();
    }

    private long received(int key) {
      return chain.balance(Automaton.account(FIRST_RECEIVER + key)).longValueExact();
    }

    boolean handOver(int key, boolean isAtStake, long deadline) {
      return handOver(key, isAtStake, deadline, Optional.of(chain.latest()));
    }

    private boolean handOver(
        int key, boolean isAtStake, long deadline, Optional<BlockRef> decidedAt) {
      Order order = Order.of(Call.transfer(Automaton.account(FIRST_RECEIVER + key), Wei.of(1)));
      return traffic.handOver(
          new KeyedOrder<>(key(key), order, isAtStake, deadline),
          decidedAt,
          outcome -> heard.add(key + (outcome instanceof Outcome.Mined ? "" : " not")));
    }

    /// A look, as an agent makes it: what the chain does not show is decided again, unless it is on its way or somebody
    /// unknown is.
    void look(int keys) {
      try {
        BlockRef at = chain.latest();
        List<Integer> undone =
            IntStream.range(0, keys).filter(key -> !isDone(key, at)).boxed().toList();
        wander();
        lookAt(at);
        for (int key : undone) {
          if (traffic.isClear()) {
            traffic.want(key(key), _ -> {});
            handOver(key, false, key, Optional.of(at));
          }
        }
        wander();
        lookAt(at);
      } catch (ChainException e) {
        // It looks again.
        heard.add("trouble");
      } catch (Killed e) {
        restart();
      }
    }

    /// A look of somebody who has just looked himself, or has not.
    private void lookAt(BlockRef head) {
      if (random.nextBoolean()) {
        traffic.look(head);
      } else {
        traffic.look();
      }
    }

    private long waiting() {
      return chain.pendingNonce(SELF) - chain.minedNonce(SELF);
    }

    /// Looks and blocks until all keys are done and nothing waits.
    ///
    /// @return after how many blocks that was
    int settle(int keys, String what) {
      for (int blocks = 0; blocks < BLOCKS_MOST; blocks++) {
        boolean allDone = IntStream.range(0, keys).allMatch(this::isDone);
        if (allDone && !traffic.isBusy() && waiting() == 0) {
          return blocks;
        }
        look(keys);
        block();
        for (int key = 0; key < keys; key++) {
          assertThat(received(key)).as("%s, key %d", what, key).isLessThanOrEqualTo(1);
        }
      }
      throw new AssertionError("%s: not all is done".formatted(what));
    }

    private final class MortalNode extends ForwardingChain {
      MortalNode() {
        super(chain);
      }

      private void answer() {
        if (random.nextInt(100) < lost) {
          throw new ChainException.Unreachable("no answer");
        }
      }

      @Override
      public void send(Data signed) {
        step();
        super.send(signed);
        step();
        answer();
      }

      @Override
      public long minedNonce(Address account) {
        answer();
        return super.minedNonce(account);
      }

      @Override
      public long minedNonce(Address account, BlockRef at) {
        answer();
        return super.minedNonce(account, at);
      }

      @Override
      public Optional<Receipt> receipt(TxHash transaction) {
        answer();
        return super.receipt(transaction);
      }

      @Override
      public long estimateGas(Call call, Address from) {
        answer();
        return super.estimateGas(call, from);
      }
    }

    private final class MortalLog implements FlightLog<IntentKey> {
      private final FlightLog<IntentKey> log;

      MortalLog(FlightLog<IntentKey> log) {
        this.log = log;
      }

      @Override
      public List<Signed<IntentKey>> unmined() {
        return log.unmined();
      }

      @Override
      public List<Signed<IntentKey>> minedFrom(long nonce) {
        return log.minedFrom(nonce);
      }

      @Override
      public void signed(KeyedOrder<IntentKey> keyed, Pending.Version version) {
        step();
        log.signed(keyed, version);
        step();
      }

      @Override
      public void sent(IntentKey key, Pending.Version version) {
        step();
        log.sent(key, version);
      }

      @Override
      public void mined(IntentKey key, Receipt receipt) {
        step();
        log.mined(key, receipt);
        step();
      }

      @Override
      public void dropped(IntentKey key, String why) {
        step();
        log.dropped(key, why);
      }
    }
  }

  private static IntentKey key(int number) {
    return IntentKey.claim(new RequestId(Bytes32.ofWord(number)));
  }

  private static TrafficWorld inMemory(long seed) {
    return new TrafficWorld(MapStore.outboxAlone(), seed);
  }

  @Test
  void soManyAreOnTheirWayTogetherTheMostUrgentFirst() {
    TrafficWorld world = inMemory(1);
    for (int key = 0; key < 40; key++) {
      world.handOver(key, key >= 30, 1000 - key);
    }
    world.traffic.look();
    assertThat(world.waiting()).isEqualTo(16);
    world.traffic.look();
    assertThat(world.waiting()).as("no look sends more").isEqualTo(16);
    world.block();
    for (int key = 0; key < 40; key++) {
      assertThat(world.isDone(key)).as("key %d", key).isEqualTo(key >= 24);
    }
    assertThat(world.settle(40, "the rest")).isLessThanOrEqualTo(3);
    assertThat(world.heard)
        .hasSize(40)
        .doesNotHaveDuplicates()
        .noneMatch(word -> word.contains("not"));
    assertThat(world.outbox.in(IntentState.MINED)).hasSize(40);
  }

  @Test
  void whatNobodyWantsAnyMoreIsWithdrawnOrCancelled() {
    TrafficWorld world = inMemory(1);
    for (int key = 0; key < 17; key++) {
      world.handOver(key, false, key);
    }
    world.traffic.look();
    assertThat(world.traffic.withdraw(key(16))).as("not signed").isTrue();
    for (int look = 0; look < 5; look++) {
      assertThat(world.traffic.withdraw(key(3))).as("signed").isFalse();
      assertThat(world.traffic.withdraw(key(4))).as("signed").isFalse();
    }
    world.traffic.want(key(4), _ -> {});
    world.baseFee = 50 * CALM;
    for (int i = 0; i < 4; i++) {
      world.traffic.look();
      world.block();
    }
    world.traffic.look();
    for (int key = 0; key < 17; key++) {
      assertThat(world.isDone(key)).as("key %d", key).isEqualTo(key != 3 && key != 16);
    }
    assertThat(world.chain.minedNonce(SELF)).as("no gap").isEqualTo(16);
    assertThat(world.outbox.find(key(3)).orElseThrow().state()).isEqualTo(IntentState.DROPPED);
    assertThat(world.heard).contains("3 not").doesNotContain("16 not");
    assertThat(world.traffic.isBusy()).isFalse();
  }

  @Test
  void aProcessThatComesAfterAJumpOfFeesRaisesThemAtOnce() {
    TrafficWorld world = inMemory(1);
    for (int key = 0; key < 5; key++) {
      world.handOver(key, true, key);
    }
    world.traffic.look();
    world.baseFee = 50 * CALM;
    world.block();
    assertThat(world.isDone(0)).isFalse();
    world.restart();
    assertThat(world.settle(5, "after the jump")).isLessThanOrEqualTo(3);
    assertThat(world.chain.minedNonce(SELF)).isEqualTo(5);
  }

  @Test
  void whatANodeForgotIsOfferedAgainByTheNextProcess() {
    TrafficWorld world = inMemory(1);
    world.stepsLeft = 2; // signed and written down, and no more
    world.look(1);
    assertThat(world.waiting()).isZero();
    world.traffic.look();
    assertThat(world.waiting()).isEqualTo(1);
    assertThat(world.settle(1, "offered again")).isLessThanOrEqualTo(3);
  }

  @Test
  void aKillAtAnyStepLosesNothingAndSendsNothingTwice() {
    for (int steps = 0; steps < 60; steps++) {
      TrafficWorld world = inMemory(steps);
      world.stepsLeft = steps;
      world.look(3);
      world.baseFee = steps % 2 == 0 ? CALM : 50 * CALM;
      world.block();
      world.settle(3, "killed after %d steps".formatted(steps));
      assertThat(world.chain.minedNonce(SELF)).as("killed after %d steps", steps).isEqualTo(3);
    }
  }

  /// A reorganisation throws it out, it is decided again, and before that departs it is in a block again.
  @Test
  void whatIsInABlockAgainWhenItsLikeWouldDepartIsNotSentTwice() {
    for (boolean hasLooked : new boolean[] {true, false}) {
      TrafficWorld world = inMemory(1);
      world.handOver(0, false, 0);
      world.traffic.look();
      world.block();
      world.traffic.look(world.chain.latest());
      assertThat(world.isDone(0)).isTrue();
      world.reorganise(1, true);
      BlockRef without = world.chain.latest();
      assertThat(world.isDone(0)).isFalse();
      assertThat(world.handOver(0, false, 0, Optional.of(without))).isTrue();
      world.block();
      assertThat(world.isDone(0)).as("in again").isTrue();
      if (hasLooked) {
        world.traffic.look(world.chain.latest());
      } else {
        world.traffic.look();
      }
      world.settle(1, "in again");
      assertThat(world.received(0)).isEqualTo(1);
      assertThat(world.chain.minedNonce(SELF)).isEqualTo(1);
    }
  }

  /// One role has read the chain and still computes, while another one's look hears that it is done.
  @Test
  void whatWasMinedBehindAPictureIsNotDecidedByIt() {
    TrafficWorld world = inMemory(1);
    BlockRef before = world.chain.latest();
    world.handOver(0, false, 0);
    world.traffic.look(before);
    world.block();
    world.traffic.look(world.chain.latest());
    assertThat(world.traffic.has(key(0))).isFalse();
    assertThat(world.handOver(0, false, 0, Optional.of(before))).isFalse();
    assertThat(world.handOver(0, false, 0, Optional.of(world.chain.latest())))
        .as("whoever knows of it may want it twice")
        .isTrue();
    world.traffic.look(world.chain.latest());
    world.block();
    assertThat(world.received(0)).isEqualTo(2);
  }

  @Test
  void noCourseOfEventsLosesAnythingOrSendsItTwice() {
    long seed = Long.getLong("opml.seed", System.nanoTime());
    int rounds = Integer.getInteger("opml.traffic.rounds", 150);
    for (int i = 0; i < rounds; i++) {
      play(inMemory(seed + i), seed + i);
    }
    StoreIdentity identity = new StoreIdentity(1, SELF, Bytes32.ZERO, 0);
    for (int i = 0; i < Math.max(2, rounds / 50); i++) {
      try (Store store = SqlStore.sqlite(folder.resolve(i + ".db"), identity, SELF)) {
        play(new TrafficWorld(store.outbox(), seed + i), seed + i);
      }
    }
  }

  private static void play(TrafficWorld world, long seed) {
    String what = "seed " + seed;
    Random random = world.random;
    int keys = 1 + random.nextInt(24);
    for (int event = 0; event < 60; event++) {
      switch (random.nextInt(13)) {
        case 0 -> world.baseFee = CALM * (1 + random.nextInt(50));
        case 1 -> world.censored = !world.censored;
        case 2 -> world.evicting = !world.evicting;
        case 3 -> world.stepsLeft = random.nextInt(30);
        case 4 -> world.restart();
        case 5 -> world.lost = random.nextInt(30);
        case 6 -> world.reorganise(1 + random.nextInt(2), random.nextBoolean());
        case 7, 8, 9 -> world.look(keys);
        case 10 -> world.restless = random.nextInt(60);
        default -> world.block();
      }
    }
    world.baseFee = CALM;
    world.censored = false;
    world.evicting = false;
    world.lost = 0;
    world.restless = 0;
    world.stepsLeft = Integer.MAX_VALUE;
    world.settle(keys, what);
    assertThat(world.outbox.unmined()).as(what).isEmpty();
    // Whatever else was mined was for nothing but a nonce.
    TreeMap<IntentState, Integer> states = new TreeMap<>();
    for (int key = 0; key < keys; key++) {
      states.merge(world.outbox.find(key(key)).orElseThrow().state(), 1, Integer::sum);
    }
    assertThat(states.keySet()).as(what).isSubsetOf(IntentState.MINED, IntentState.DROPPED);
  }
}
