package opml.ethereum.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Sampler;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.ForwardingChain;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// What an account's transactions may meet with: many at once, jumps of the price, what a killed process left behind,
/// lying and failing nodes. The pool that keeps what is too cheap is [GethPool], the chain behind it is anvil.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class SiegeTest {
  private static final Address NOBODY = Address.ofHex("0x00000000000000000000000000000000000000aa");
  private static final SendPolicy POLICY =
      SendPolicy.DEFAULT.withPatience(Duration.ofMillis(300)).withTimeout(Duration.ofSeconds(20));
  private static final int MANY = 60;

  private static DevChain dev;
  private DevChain.Checkpoint start;

  /// A connection of its own for each test: no test knows what another one left.
  private Chain chain;

  @BeforeAll
  static void startChain() {
    dev = DevChain.start(DevChain.Options.DEFAULT);
  }

  @AfterAll
  static void stopChain() {
    if (dev != null) {
      dev.close();
    }
  }

  @BeforeEach
  void mark() {
    start = dev.checkpoint();
    chain = new ForwardingChain(dev.chain());
  }

  @AfterEach
  void comeBack() {
    dev.command("anvil_dropAllTransactions");
    dev.revert(start);
    dev.autoMine(true);
  }

  private static Sender sender(Chain chain, SendPolicy policy) {
    return sender(chain, policy, new Nonces());
  }

  private static Sender sender(Chain chain, SendPolicy policy, Nonces nonces) {
    return new Sender(
        chain, dev.account(0), policy, TransactionListener.NONE, Surroundings.sharing(nonces));
  }

  private static Order transfer(long wei) {
    return Order.of(Call.transfer(NOBODY, Wei.of(wei)));
  }

  private static List<Order> transfers(int count) {
    return Collections.nCopies(count, transfer(1));
  }

  private static Wei received() {
    return dev.chain().balance(NOBODY, dev.chain().latest());
  }

  private static List<Receipt> receipts(List<Outcome> outcomes) {
    return outcomes.stream().map(Outcome::orThrow).toList();
  }

  /// Sends all while blocks are mined, and returns what came of it.
  private static List<Outcome> sendAll(Sender sender, List<Order> orders, Runnable mine)
      throws Exception {
    return whileMining(() -> sender.sendAll(orders), mine);
  }

  private interface Task<T> {
    T run();
  }

  private static <T> T whileMining(Task<T> task, Runnable mine) throws Exception {
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<T> future = pool.submit(task::run);
      for (int i = 0; i < 300 && !future.isDone(); i++) {
        Thread.sleep(100);
        mine.run();
      }
      return future.get(1, TimeUnit.SECONDS);
    }
  }

  /// A node that does harm at chosen calls.
  private abstract static class Faulty extends ForwardingChain {
    Faulty(Chain chain) {
      super(chain);
    }

    /// Called before each question to the node.
    abstract void before(String method);

    @Override
    protected void asked(String method) {
      before(method);
    }

    @Override
    public void send(Data signed) {
      super.send(signed);
      before("sent");
    }
  }

  @Test
  void manyOrdersGoIntoOneBlockMostUrgentFirst() throws Exception {
    dev.autoMine(false);
    Sender sender = sender(chain, POLICY);
    long nonce = chain.minedNonce(sender.address());
    long begin = chain.latest().number();
    List<Receipt> receipts =
        receipts(
            sendAll(
                sender,
                transfers(MANY),
                () -> {
                  if (chain.pendingNonce(sender.address()) >= nonce + MANY) {
                    dev.mine(1);
                  }
                }));
    assertThat(receipts).extracting(Receipt::blockNumber).hasSize(MANY).containsOnly(begin + 1);
    assertThat(receipts)
        .as("in the order of the orders")
        .isSortedAccordingTo(Comparator.comparing(SiegeTest::place));
    assertThat(received()).isEqualTo(Wei.of(MANY));
  }

  private static BigInteger place(Receipt receipt) {
    return dev.chain()
        .rpc()
        .read("eth_getTransactionByHash", receipt.transaction().toString())
        .field("transactionIndex")
        .quantity();
  }

  @Test
  void anOrderThatFailsTakesNoNonceAndHindersNoOther() {
    Sender sender = sender(chain, POLICY);
    Contract sampler = sender.deploy(Sampler.abi(), 0);
    long nonce = dev.chain().pendingNonce(sender.address());
    List<Outcome> outcomes =
        sender.sendAll(
            List.of(
                Order.of(sampler.call("refuse", 7, Data.EMPTY)),
                transfer(1),
                Order.of(Call.transfer(NOBODY, Wei.ether(1_000_000))),
                Order.of(sampler.call("burn", 2000)),
                transfer(2)));
    assertThat(outcomes.get(0))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.why()).isInstanceOf(ChainException.Reverted.class));
    assertThat(outcomes.get(2)).isInstanceOf(Outcome.Failed.class);
    assertThat(outcomes.get(3)).isInstanceOf(Outcome.Mined.class);
    assertThat(received()).isEqualTo(Wei.of(3));
    assertThat(dev.chain().pendingNonce(sender.address())).isEqualTo(nonce + 3);
    assertThat(sender.sendAll(List.of())).isEmpty();
  }

  @Test
  void aNonceThatTheNodeRefusedIsUsedByTheNextOrder() throws Exception {
    dev.autoMine(false);
    Sender sender = sender(chain, POLICY);
    // Each passes its estimate; together they are more than there is.
    Order most = Order.of(Call.transfer(NOBODY, Wei.ether(6000)));
    List<Outcome> outcomes =
        sendAll(
            sender(poorPool(sender.address()), POLICY),
            List.of(most, most, transfer(1), transfer(1)),
            () -> dev.mine(1));
    assertThat(outcomes.get(0)).isInstanceOf(Outcome.Mined.class);
    assertThat(outcomes.get(1))
        .isInstanceOfSatisfying(
            Outcome.Failed.class, failed -> assertThat(failed.why()).hasMessageContaining("funds"));
    assertThat(outcomes.get(2)).isInstanceOf(Outcome.Mined.class);
    assertThat(outcomes.get(3)).isInstanceOf(Outcome.Mined.class);
    assertThat(received()).isEqualTo(Wei.ether(6000).plus(Wei.of(2)));
  }

  /// Refuses, as geth's pool does, what all that waits together cannot pay.
  private Chain poorPool(Address account) {
    return new ForwardingChain(chain) {
      private int large;

      @Override
      public void send(Data signed) {
        if (signed.length() > 0
            && signed.toString().contains("0145422ddc30f00000")
            && ++large > 1) {
          throw new ChainException.Refused(
              "eth_sendRawTransaction",
              -32000,
              "insufficient funds for gas * price + value: address " + account,
              Optional.empty());
        }
        super.send(signed);
      }
    };
  }

  @Test
  void ordersOfANewProcessReplaceWhatAKilledOneLeftBelowTheBaseFee() throws Exception {
    GethPool pool = new GethPool(dev, dev.account(0).address(), Integer.MAX_VALUE);
    Sender killed = sender(new ForwardingChain(pool), POLICY);
    Pending left = killed.submit(transfer(1000));
    pool.setBaseFee(dev.chain().latest().baseFee().times(10));
    pool.mine();
    assertThat(dev.chain().receipt(left.latest().hash())).isEmpty();
    Sender restarted = sender(new ForwardingChain(pool), POLICY);
    long begin = dev.chain().latest().number();
    List<Receipt> receipts =
        receipts(
            whileMining(
                () -> restarted.sendAll(transfers(MANY)),
                () -> {
                  if (pool.pendingNonce(restarted.address()) >= MANY) {
                    pool.mine();
                  }
                }));
    assertThat(receipts).allMatch(receipt -> receipt.blockNumber() <= begin + 3);
    assertThat(received()).as("and what was left never arrives").isEqualTo(Wei.of(MANY));
  }

  @Test
  void whatIsLeftOverAndNotNeededIsCancelled() throws Exception {
    GethPool pool = new GethPool(dev, dev.account(0).address(), Integer.MAX_VALUE);
    Sender killed = sender(new ForwardingChain(pool), POLICY);
    for (int i = 0; i < 5; i++) {
      killed.submit(transfer(1000));
    }
    pool.setBaseFee(dev.chain().latest().baseFee().times(10));
    pool.mine();
    GasMeter meter = new GasMeter();
    Sender restarted = new Sender(new ForwardingChain(pool), dev.account(0), POLICY, meter);
    List<Outcome> outcomes = sendAll(restarted, transfers(2), pool::mine);
    assertThat(receipts(outcomes)).hasSize(2);
    pool.mine();
    assertThat(received()).isEqualTo(Wei.of(2));
    assertThat(meter.rows()).extracting(GasMeter.Row::call).containsExactly("cancel", "transfer");
    assertThat(dev.chain().minedNonce(restarted.address())).isEqualTo(5);
  }

  @Test
  void whatABlockMayStillTakeIsNotReplaced() throws Exception {
    GethPool pool = new GethPool(dev, dev.account(0).address(), Integer.MAX_VALUE);
    sender(new ForwardingChain(pool), POLICY).submit(transfer(1000));
    Sender other = sender(new ForwardingChain(pool), POLICY.withPatience(Duration.ofSeconds(1)));
    long begin = System.nanoTime();
    Pending pending =
        whileMining(
            () -> {
              try {
                return other.submit(transfer(1));
              } catch (ChainException.Outdated e) {
                // The block came between two questions of one look.
                return other.submit(transfer(1));
              }
            },
            () -> {
              // Longer than its patience, but the first block.
              if (System.nanoTime() - begin > Duration.ofMillis(1500).toNanos()) {
                pool.mine();
              }
            });
    pool.mine();
    assertThat(other.await(pending).succeeded()).isTrue();
    assertThat(received()).isEqualTo(Wei.of(1001));
  }

  private static Traffic<Integer> traffic(Chain chain) {
    return new Traffic<>(sender(chain, POLICY), FlightLog.forgetting(), Traffic.USUAL_MOST);
  }

  private static void handOver(Traffic<Integer> traffic, int count, List<Outcome> outcomes) {
    for (int key = 0; key < count; key++) {
      traffic.handOver(new KeyedOrder<>(key, transfer(1), true, 0), outcomes::add);
    }
  }

  @Test
  void ordersDecidedBeforeSomethingLeftOverArrivedAreOutdated() {
    GethPool pool = new GethPool(dev, dev.account(0).address(), Integer.MAX_VALUE);
    sender(new ForwardingChain(pool), POLICY).submit(transfer(1000));
    Traffic<Integer> traffic = traffic(new ForwardingChain(pool));
    traffic.look();
    assertThat(traffic.isClear()).isFalse();
    List<Outcome> outcomes = new ArrayList<>();
    handOver(traffic, 2, outcomes);
    pool.mine();
    traffic.look();
    assertThat(outcomes)
        .hasSize(2)
        .allSatisfy(
            outcome ->
                assertThatThrownBy(outcome::orThrow).isInstanceOf(ChainException.Outdated.class));
    assertThat(traffic.isClear()).isTrue();
    outcomes.clear();
    handOver(traffic, 2, outcomes);
    traffic.look();
    pool.mine();
    traffic.look();
    assertThat(receipts(outcomes)).hasSize(2);
    assertThat(received()).isEqualTo(Wei.of(1002));
  }

  @Test
  void whatNobodyKnowsGivesWayToOrdersAndTheRestOfItIsCancelled() throws Exception {
    GethPool pool = new GethPool(dev, dev.account(0).address(), Integer.MAX_VALUE);
    Sender killed = sender(new ForwardingChain(pool), POLICY);
    for (int i = 0; i < 5; i++) {
      killed.submit(transfer(1000));
    }
    pool.setBaseFee(dev.chain().latest().baseFee().times(10));
    Traffic<Integer> traffic = traffic(new ForwardingChain(pool));
    List<Outcome> outcomes = new ArrayList<>();
    handOver(traffic, 3, outcomes);
    for (int look = 0; look < 1000 && (outcomes.size() < 3 || !traffic.isClear()); look++) {
      traffic.look();
      pool.mine();
      Thread.sleep(20);
    }
    assertThat(receipts(outcomes)).hasSize(3);
    assertThat(traffic.isClear()).isTrue();
    assertThat(received()).isEqualTo(Wei.of(3));
    assertThat(dev.chain().minedNonce(killed.address())).isEqualTo(5);
  }

  @Test
  void aStrangerThatPaysMoreThanTheCeilingIsLeftInFront() throws Exception {
    GethPool pool = new GethPool(dev, dev.account(0).address(), Integer.MAX_VALUE);
    sender(new ForwardingChain(pool), POLICY.withMaxTip(Wei.gwei(3)))
        .submit(new Order(transfer(1000).call(), Wei.ether(1), Order.Kind.ORDINARY));
    Sender modest = sender(new ForwardingChain(pool), POLICY.withMaxFee(Wei.gwei(2)));
    List<Outcome> outcomes =
        sendAll(
            modest,
            transfers(2),
            () -> {
              if (pool.pendingNonce(modest.address()) == 3) {
                pool.mine();
              }
            });
    assertThat(receipts(outcomes)).hasSize(2);
    assertThat(received()).isEqualTo(Wei.of(1002));
  }

  @Test
  void aFeeBelowTheBaseFeeIsRaisedAtOnce() throws Exception {
    GethPool pool = new GethPool(dev, dev.account(0).address(), Integer.MAX_VALUE);
    Sender sender = sender(new ForwardingChain(pool), POLICY);
    Pending pending = sender.submit(transfer(1));
    pool.setBaseFee(dev.chain().latest().baseFee().times(10));
    long begin = System.nanoTime();
    assertThat(whileMining(() -> sender.await(pending), pool::mine).succeeded()).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    assertThat(pending.hashes()).hasSize(2);
  }

  @Test
  void aNodeThatForgetsWhatIsTooCheapGetsADearerOne() throws Exception {
    dev.autoMine(false);
    Sender sender = sender(chain, POLICY);
    Pending pending = sender.submit(transfer(1));
    String tenfold = "0x" + dev.chain().latest().baseFee().times(10).value().toString(16);
    Receipt receipt =
        whileMining(
            () -> sender.await(pending),
            () -> {
              dev.command("anvil_setNextBlockBaseFeePerGas", tenfold);
              dev.mine(1);
            });
    assertThat(receipt.transaction()).isNotEqualTo(pending.hashes().getFirst());
  }

  @Test
  void theCeilingFollowsTheStakeButIsNotBelowThePolicys() {
    dev.autoMine(false);
    SendPolicy stingy = POLICY.withMaxFee(Wei.of(1000));
    Sender sender = sender(chain, stingy);
    Call call = transfer(1).call();
    assertThatThrownBy(() -> sender.submit(call)).isInstanceOf(ChainException.TooExpensive.class);
    assertThatThrownBy(() -> sender.submit(new Order(call, Wei.of(1), Order.Kind.ORDINARY)))
        .isInstanceOf(ChainException.TooExpensive.class)
        .hasMessageContaining("ceiling of 1000 wei");
    Wei stake = Wei.gwei(3_000_000);
    Pending pending = sender.submit(new Order(call, stake, Order.Kind.ORDINARY));
    assertThat(pending.ceiling().times(pending.latest().transaction().gasLimit()))
        .isLessThanOrEqualTo(stake);
    assertThat(sender(chain, POLICY).submit(new Order(call, stake, Order.Kind.ORDINARY)).ceiling())
        .isEqualTo(POLICY.maxFee());
  }

  @Test
  void anAbsurdTipOfTheNodeIsNotPaid() {
    Chain liar =
        new ForwardingChain(chain) {
          @Override
          public Wei suggestedTip() {
            return new Wei(BigInteger.TWO.pow(256).subtract(BigInteger.ONE));
          }
        };
    Receipt receipt = sender(liar, POLICY).send(transfer(1).call());
    assertThat(receipt.gasPrice())
        .isLessThanOrEqualTo(dev.chain().latest().baseFee().times(2).plus(POLICY.maxTip()));
    Chain silent =
        new ForwardingChain(chain) {
          @Override
          public Wei suggestedTip() {
            throw new ChainException.Refused("tip", -32601, "method not found", Optional.empty());
          }
        };
    assertThat(sender(silent, POLICY).send(transfer(1).call()).succeeded()).isTrue();
  }

  @Test
  void whatRunsOutOfGasIsRepeatedAtOnceWithDouble() throws Exception {
    Sender sender = sender(chain, POLICY);
    Contract sampler = sender.deploy(Sampler.abi(), 0);
    sender.send(sampler.call("refuseWhenTotalIs", 1));
    Call call = sampler.call("refuseWhenTotalIs", 2);
    dev.autoMine(false);
    Pending pending = sender.submit(call);
    Runnable zeroFirst =
        () ->
            dev.command(
                "anvil_setStorageAt", sampler.address().toString(), "0x0", Bytes32.ZERO.toString());
    // A slot that is zero again costs 17,100 gas more, and a quarter of the estimate is less.
    zeroFirst.run();
    dev.mine(1);
    assertThatThrownBy(() -> sender.await(pending))
        .isInstanceOfSatisfying(
            ChainException.OutOfGas.class,
            e ->
                assertThat(e.receipt().gasUsed())
                    .isEqualTo(pending.latest().transaction().gasLimit()));
    dev.command(
        "anvil_setStorageAt", sampler.address().toString(), "0x0", Bytes32.ofWord(1).toString());
    boolean[] cleared = {false};
    List<Outcome> outcomes =
        sendAll(
            sender,
            List.of(Order.of(call)),
            () -> {
              if (!cleared[0] && dev.chain().pendingNonce(sender.address()) > pending.nonce() + 1) {
                cleared[0] = true;
                zeroFirst.run();
              }
              if (cleared[0]) {
                dev.mine(1);
              }
            });
    assertThat(receipts(outcomes)).hasSize(1);
    assertThat(dev.chain().minedNonce(sender.address())).isEqualTo(pending.nonce() + 3);
  }

  @Test
  void callsThatSettleHaveRoomForThreeNewCredits() {
    dev.autoMine(false);
    Sender sender = sender(chain, POLICY);
    Call call = transfer(1).call();
    long ordinary = sender.submit(Order.of(call)).latest().transaction().gasLimit();
    long settling =
        sender
            .submit(new Order(call, Wei.ZERO, Order.Kind.SETTLES))
            .latest()
            .transaction()
            .gasLimit();
    assertThat(settling - ordinary).isEqualTo(60_000);
  }

  @Test
  void aPoolWithFewSlotsIsFilledInWaves() throws Exception {
    GethPool pool = new GethPool(dev, dev.account(0).address(), 16);
    List<Receipt> receipts =
        receipts(sendAll(sender(new ForwardingChain(pool), POLICY), transfers(MANY), pool::mine));
    assertThat(receipts).extracting(Receipt::blockNumber).isSorted();
    assertThat(received()).isEqualTo(Wei.of(MANY));
  }

  @Test
  void aStrangerInFrontIsClearedAwayWhileOthersWait() throws Exception {
    GethPool pool = new GethPool(dev, dev.account(0).address(), Integer.MAX_VALUE);
    SendPolicy brief = POLICY.withTimeout(Duration.ofMillis(50));
    Nonces nonces = new Nonces();
    Sender sender = sender(new ForwardingChain(pool), brief, nonces);
    Pending abandoned = sender.submit(transfer(1000));
    Sender patient = sender(sender.chain(), POLICY, nonces);
    Pending behind = patient.submit(transfer(1));
    pool.setBaseFee(dev.chain().latest().baseFee().times(10));
    pool.mine();
    assertThatThrownBy(() -> sender.await(abandoned))
        .isInstanceOf(ChainException.Unconfirmed.class);
    // Raised in its last look, perhaps; in any case nobody waits for it now.
    pool.setBaseFee(dev.chain().latest().baseFee().times(10));
    assertThat(whileMining(() -> patient.await(behind), pool::mine).succeeded()).isTrue();
    assertThat(received()).isEqualTo(Wei.of(1));
  }

  @Test
  void nothingIsLostOrSentTwiceWhateverCallsOfTheNodeFail() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int mined = 0;
    for (int round = 0; round < 4; round++) {
      int percent = 5 + 10 * round;
      Chain faulty =
          new Faulty(chain) {
            @Override
            synchronized void before(String method) {
              if (random.nextInt(100) < percent) {
                throw switch (random.nextInt(3)) {
                  case 0 -> new ChainException.Unreachable(method);
                  case 1 -> new ChainException.Malformed(method);
                  default ->
                      new ChainException.Refused(method, -32005, "rate limit", Optional.empty());
                };
              }
            }
          };
      long nonce = dev.chain().minedNonce(dev.account(0).address());
      Wei before = received();
      dev.autoMine(false);
      List<Order> orders = IntStream.range(0, 20).mapToObj(i -> transfer(1L << i)).toList();
      Sender sender = sender(faulty, POLICY.withPatience(Duration.ofSeconds(2)));
      List<Outcome> outcomes = sendAll(sender, orders, () -> dev.mine(1));
      long sum = 0;
      List<TxHash> hashes = new ArrayList<>();
      for (int i = 0; i < orders.size(); i++) {
        if (outcomes.get(i) instanceof Outcome.Mined(Receipt receipt)) {
          sum += 1L << i;
          hashes.add(receipt.transaction());
        }
      }
      assertThat(hashes).as("seed %d, %d %%", seed, percent).doesNotHaveDuplicates();
      mined += hashes.size();
      assertThat(received().minus(before))
          .as("seed %d, %d %%", seed, percent)
          .isEqualTo(Wei.of(sum));
      assertThat(dev.chain().minedNonce(dev.account(0).address()) - nonce)
          .as("seed %d, %d %%: a nonce each", seed, percent)
          .isEqualTo(hashes.size());
      dev.autoMine(true);
    }
    // A look that fails at its very beginning sends nothing at all; not every one does.
    assertThat(mined).as("seed %d", seed).isPositive();
  }

  @Test
  void aNodeThatFallsSilentInTheMiddleIsWaitedFor() throws Exception {
    AtomicBoolean down = new AtomicBoolean();
    AtomicInteger sent = new AtomicInteger();
    Chain silent =
        new Faulty(chain) {
          @Override
          void before(String method) {
            if (method.equals("sent") && sent.incrementAndGet() == 3) {
              down.set(true);
            }
            if (down.get()) {
              throw new ChainException.Unreachable("down");
            }
          }
        };
    dev.autoMine(false);
    AtomicInteger blocksWhileDown = new AtomicInteger();
    List<Outcome> outcomes =
        sendAll(
            sender(silent, POLICY),
            transfers(10),
            () -> {
              dev.mine(1);
              if (down.get() && blocksWhileDown.incrementAndGet() == 10) {
                down.set(false);
              }
            });
    assertThat(receipts(outcomes)).hasSize(10);
    assertThat(received()).isEqualTo(Wei.of(10));
  }

  @Test
  void anInterruptEndsTheWaitForANodeThatDoesNotAnswer() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    Chain deaf =
        new Faulty(chain) {
          @Override
          void before(String method) {
            asked.countDown();
            try {
              Thread.sleep(Duration.ofMinutes(1));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              throw new ChainException.Unreachable(method, e);
            }
          }
        };
    AtomicReference<RuntimeException> ended = new AtomicReference<>();
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    sender(deaf, POLICY).sendAll(transfers(10));
                  } catch (RuntimeException e) {
                    ended.set(e);
                  }
                });
    asked.await();
    thread.interrupt();
    assertThat(thread.join(Duration.ofSeconds(5))).isTrue();
    assertThat(ended.get()).isInstanceOf(ChainException.Unreachable.class);
  }
}
