package opml.ethereum.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.ContractAbi;
import opml.ethereum.abi.Event;
import opml.ethereum.abi.Sampler;
import opml.ethereum.abi.Values;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.Snapshot;
import opml.ethereum.chain.TxHash;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class SenderTest {
  private static final Address NOBODY = Address.ofHex("0x00000000000000000000000000000000000000aa");
  private static final SendPolicy IMPATIENT =
      SendPolicy.DEFAULT.withTimeout(Duration.ofMillis(250));

  private static DevChain dev;

  /// What the senders of an account share that are not meant to be strangers.
  private static final Nonces NONCES = new Nonces();

  private DevChain.Checkpoint start;

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
  }

  @AfterEach
  void comeBack() {
    // What still waits would otherwise be mined into the next test.
    dev.command("anvil_dropAllTransactions");
    dev.revert(start);
    dev.autoMine(true);
  }

  private static Sender sender(int account) {
    return sender(account, SendPolicy.DEFAULT);
  }

  private static Sender sender(int account, SendPolicy policy) {
    return new Sender(
        dev.chain(),
        dev.account(account),
        policy,
        TransactionListener.NONE,
        Surroundings.sharing(NONCES));
  }

  private static Wei balance(Address account) {
    return dev.chain().balance(account, dev.chain().latest());
  }

  @Test
  void moneyArrivesAndIsAccountedForToTheWei() {
    GasMeter meter = new GasMeter();
    Sender sender = new Sender(dev.chain(), dev.account(0), SendPolicy.DEFAULT, meter);
    Wei before = sender.balance();
    Receipt first = sender.send(Call.transfer(NOBODY, Wei.ether(3)));
    sender.send(Call.transfer(NOBODY, Wei.of(1)));
    assertThat(first.gasUsed()).isEqualTo(21_000);
    assertThat(balance(NOBODY)).isEqualTo(Wei.ether(3).plus(Wei.of(1)));
    assertThat(sender.balance().plus(meter.total().fees()).plus(balance(NOBODY))).isEqualTo(before);
    assertThat(meter.rows())
        .containsExactly(
            new GasMeter.Row(
                sender.address(),
                "transfer",
                new GasMeter.Usage(2, 42_000, meter.of(sender.address()).fees())));
  }

  @Test
  void aContractIsDeployedPaidAndRead() {
    Sender sender = sender(1);
    ContractAbi abi = Sampler.abi();
    Contract sampler = sender.deploy(abi, abi.deployment(BigInteger.valueOf(42)).paying(Wei.of(5)));
    assertThat(balance(sampler.address())).isEqualTo(Wei.of(5));
    Receipt receipt =
        sender.send(
            sampler.call("pay", Bytes32.ofWord(9), Data.ofHex("0xabcd")).paying(Wei.gwei(7)));
    Snapshot now = dev.chain().snapshot();
    assertThat(sampler.read(now, "start").number(0)).isEqualTo(42);
    assertThat(sampler.read(now, "total").wei(0)).isEqualTo(Wei.gwei(7));
    assertThat(sampler.read(now, "add(uint256,uint256)", 2, 3L).number(0)).isEqualTo(5);
    List<Event> events = sampler.events(receipt.logs());
    assertThat(events).hasSize(1);
    assertThat(events.getFirst().name()).isEqualTo("Stored");
    Values stored = events.getFirst().values();
    assertThat(stored.bytes32("key")).isEqualTo(Bytes32.ofWord(9));
    assertThat(stored.address("owner")).isEqualTo(sender.address());
    assertThat(stored.wei("value")).isEqualTo(Wei.gwei(7));
    assertThat(stored.data("data")).hasToString("0xabcd");
  }

  @Test
  void structsArraysAndTextsTravelBothWays() {
    Sender sender = sender(1);
    Contract sampler = sender.deploy(Sampler.abi(), 0);
    Bytes32 key = Bytes32.ofWord(77);
    List<Object> record =
        List.of(
            NOBODY,
            key,
            Data.ofHex("0x" + "11".repeat(45)),
            List.of(List.of(-5, 6), List.of(Integer.MIN_VALUE, Long.MAX_VALUE)),
            List.of(1, 65535));
    Receipt receipt = sender.send(sampler.call("store", record));
    assertThat(sampler.events(receipt.logs()))
        .extracting(event -> event.values().tuple("point").number("x"))
        .containsExactly(-5L, (long) Integer.MIN_VALUE);
    Values loaded = sampler.read(dev.chain().snapshot(), "load", key).tuple("record");
    assertThat(loaded.address("owner")).isEqualTo(NOBODY);
    assertThat(loaded.data("data").length()).isEqualTo(45);
    assertThat(loaded.list("points", Values.class).get(1).number("y")).isEqualTo(Long.MAX_VALUE);
    assertThat(loaded.list("pair", BigInteger.class).get(1).intValue()).isEqualTo(65535);
    Values echo =
        sampler.read(
            dev.chain().snapshot(),
            "echo",
            "größer",
            -128,
            true,
            List.of(Data.ofHex("0x01020304")),
            List.of(List.of(), List.of(1, 2)));
    assertThat(echo.text(0)).isEqualTo("größer");
    assertThat(echo.number(1)).isEqualTo(-128);
    assertThat(echo.bool(2)).isTrue();
    assertThat(echo.list(3, Data.class)).containsExactly(Data.ofHex("0x01020304"));
    assertThat(echo.list(4, List.class).get(1).size()).isEqualTo(2);
  }

  @Test
  void revertsHaveNamesBeforeAnythingIsSent() {
    Sender sender = sender(2);
    Contract sampler = sender.deploy(Sampler.abi(), 0);
    long nonce = dev.chain().pendingNonce(sender.address());
    assertThatThrownBy(() -> sender.send(sampler.call("refuse", 7, Data.ofHex("0x0a"))))
        .isInstanceOfSatisfying(
            ChainException.Reverted.class,
            e -> {
              assertThat(e.revert().is("Refused")).isTrue();
              Values error = sampler.abi().decodeError(e.revert().data());
              assertThat(error.number("code")).isEqualTo(7);
              assertThat(error.address("caller")).isEqualTo(sender.address());
              assertThat(e.receipt()).isEmpty();
            });
    assertThatThrownBy(() -> sender.send(sampler.call("say"))).hasMessageContaining("\"because\"");
    assertThatThrownBy(() -> sampler.read(dev.chain().snapshot(), "panic", 0))
        .hasMessageContaining("division by zero");
    assertThatThrownBy(() -> sender.send(sampler.call("silence")))
        .isInstanceOf(ChainException.Reverted.class)
        .hasMessageContaining("without a reason");
    assertThat(dev.chain().pendingNonce(sender.address())).isEqualTo(nonce);
  }

  @Test
  void aTransactionThatRevertsInItsBlockIsDecodedAndMetered() {
    GasMeter meter = new GasMeter();
    Sender sender = new Sender(dev.chain(), dev.account(2), SendPolicy.DEFAULT, meter);
    Contract sampler = sender.deploy(Sampler.abi(), 0);
    sender.send(sampler.call("refuseWhenTotalIs", 1));
    dev.autoMine(false);
    Pending pending = sender.submit(sampler.call("refuseWhenTotalIs", 2));
    // It passed the estimate; now the state changes under it.
    dev.command(
        "anvil_setStorageAt", sampler.address().toString(), "0x0", Bytes32.ofWord(2).toString());
    dev.mine(1);
    assertThatThrownBy(() -> sender.await(pending))
        .isInstanceOfSatisfying(
            ChainException.Reverted.class,
            e -> {
              assertThat(e.revert().name()).isEqualTo("Plain");
              assertThat(e.receipt()).isPresent();
            });
    assertThat(meter.rows()).hasSize(2);
    assertThat(meter.rows().get(1).usage().transactions()).isEqualTo(2);
  }

  @Test
  void whatExceedsTheCeilingsIsNotSent() {
    Contract sampler = sender(3).deploy(Sampler.abi(), 0);
    long nonce = dev.chain().pendingNonce(dev.account(3).address());
    Sender poor = sender(3, SendPolicy.DEFAULT.withMaxGas(100_000));
    assertThatThrownBy(() -> poor.send(sampler.call("burn", 1000)))
        .isInstanceOf(ChainException.TooExpensive.class)
        .hasMessageContaining("burn needs")
        .hasMessageContaining("the ceiling of 100,000");
    Sender stingy = sender(3, SendPolicy.DEFAULT.withMaxFee(Wei.of(1)));
    assertThatThrownBy(() -> stingy.send(Call.transfer(NOBODY, Wei.of(1))))
        .isInstanceOf(ChainException.TooExpensive.class)
        .hasMessageContaining("wei a unit");
    assertThatThrownBy(() -> sender(3).send(Call.transfer(NOBODY, Wei.ether(1_000_000))))
        .isInstanceOf(ChainException.class)
        .hasMessageContainingAll("nsufficient");
    assertThat(dev.chain().pendingNonce(dev.account(3).address())).isEqualTo(nonce);
  }

  @Test
  void manySendersOfOneAccountDoNotCollide() throws Exception {
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor();
        RpcChain secondConnection = RpcChain.connect(dev.url())) {
      Nonces elsewhere = new Nonces();
      List<Future<Receipt>> receipts = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        boolean stranger = i % 3 == 0;
        Chain chain = stranger ? secondConnection : dev.chain();
        Sender sender =
            new Sender(
                chain,
                dev.account(4),
                SendPolicy.DEFAULT,
                TransactionListener.NONE,
                Surroundings.sharing(stranger ? elsewhere : NONCES));
        Wei amount = Wei.of(stranger ? 100 : 1);
        receipts.add(pool.submit(() -> sendAmongStrangers(sender, Call.transfer(NOBODY, amount))));
      }
      for (Future<Receipt> receipt : receipts) {
        assertThat(receipt.get(20, TimeUnit.SECONDS).succeeded()).isTrue();
      }
    }
    assertThat(balance(NOBODY)).isEqualTo(Wei.of(408));
  }

  /// Two connections that know nothing of each other may take one nonce between two blocks of different base fees; then
  /// the dearer transaction pushes the other out of the node's pool, whose sender is told so and may send again.
  private static Receipt sendAmongStrangers(Sender sender, Call call) {
    while (true) {
      try {
        return sender.send(call);
      } catch (ChainException.Replaced e) {
        // What was pushed out has no nonce to arrive with any more: the balance at the end shows
        // it.
      }
    }
  }

  @Test
  void anUnconfirmedTransactionKeepsItsStateAndANewProcessTakesItsNonceIfItDoesNotMove() {
    dev.autoMine(false);
    Sender sender = sender(5, IMPATIENT);
    Pending[] kept = new Pending[1];
    assertThatThrownBy(() -> sender.send(Call.transfer(NOBODY, Wei.of(1))))
        .isInstanceOfSatisfying(ChainException.Unconfirmed.class, e -> kept[0] = e.pending());
    // A process that starts now knows nothing of it but what the node says.
    try (RpcChain chain = RpcChain.connect(dev.url())) {
      SendPolicy hasty = SendPolicy.DEFAULT.withPatience(Duration.ofMillis(50));
      Sender restarted = new Sender(chain, dev.account(5), hasty, TransactionListener.NONE);
      Pending next = restarted.submit(Call.transfer(NOBODY, Wei.of(2)));
      assertThat(next.nonce()).isEqualTo(kept[0].nonce());
      dev.mine(1);
      assertThat(restarted.await(next).succeeded()).isTrue();
    }
    assertThatThrownBy(() -> sender(5, SendPolicy.DEFAULT).await(kept[0]))
        .isInstanceOf(ChainException.Replaced.class);
    assertThat(balance(NOBODY)).isEqualTo(Wei.of(2));
  }

  @Test
  void theVerySameTransactionOfTwoProcessesHappensOnce() {
    dev.autoMine(false);
    Call call = Call.transfer(NOBODY, Wei.of(1));
    Pending pending = sender(5).submit(call);
    try (RpcChain chain = RpcChain.connect(dev.url())) {
      SendPolicy hasty = SendPolicy.DEFAULT.withPatience(Duration.ofMillis(50));
      Sender restarted = new Sender(chain, dev.account(5), hasty, TransactionListener.NONE);
      Pending same = restarted.submit(call);
      assertThat(same.hashes()).isEqualTo(pending.hashes());
      dev.mine(1);
      assertThat(restarted.await(same)).isEqualTo(sender(5).await(pending));
    }
    assertThat(balance(NOBODY)).isEqualTo(Wei.of(1));
  }

  @Test
  void confirmationsAreWaitedFor() {
    Sender sender = sender(5, IMPATIENT.withConfirmations(3));
    Pending pending = sender.submit(Call.transfer(NOBODY, Wei.of(1)));
    assertThatThrownBy(() -> sender.await(pending)).isInstanceOf(ChainException.Unconfirmed.class);
    dev.mine(2);
    assertThat(sender.await(pending).succeeded()).isTrue();
  }

  @Test
  void aTransactionThatWaitsTooLongIsOfferedAgainForMore() {
    dev.autoMine(false);
    Sender sender = sender(6, IMPATIENT.withBumpAfter(Duration.ofMillis(40)));
    Pending pending = sender.submit(Call.transfer(NOBODY, Wei.of(1)));
    assertThatThrownBy(() -> sender.await(pending)).isInstanceOf(ChainException.Unconfirmed.class);
    assertThat(pending.hashes()).hasSizeGreaterThan(2);
    dev.mine(1);
    assertThat(sender.await(pending).transaction()).isEqualTo(pending.hashes().getLast());
    assertThat(balance(NOBODY)).isEqualTo(Wei.of(1));
  }

  @Test
  void aFeeIsNeverRaisedAboveTheCeiling() {
    dev.autoMine(false);
    Wei ceiling = dev.chain().latest().baseFee().times(2).plus(dev.chain().suggestedTip());
    Sender sender =
        sender(
            6,
            IMPATIENT
                .withTimeout(Duration.ofMillis(800))
                .withBumpAfter(Duration.ofMillis(5))
                .withMaxFee(ceiling));
    Pending pending = sender.submit(Call.transfer(NOBODY, Wei.of(1)));
    assertThatThrownBy(() -> sender.await(pending)).hasMessageContaining("exceed the ceiling");
    assertThat(pending.latest().transaction().maxFee()).isLessThanOrEqualTo(ceiling);
  }

  @Test
  void aTransactionThatTheNodeLostIsHandedOverAgain() {
    dev.autoMine(false);
    Sender sender = sender(7);
    Pending pending = sender.submit(Call.transfer(NOBODY, Wei.of(1)));
    dev.drop(pending.hashes().getFirst().hash());
    assertThat(dev.chain().knows(pending.hashes().getFirst())).isFalse();
    dev.autoMine(true);
    assertThat(sender.await(pending).succeeded()).isTrue();
  }

  @Test
  void aReorganisedTransactionComesBack() throws Exception {
    Sender sender = sender(8, SendPolicy.DEFAULT.withConfirmations(3));
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      Pending pending = sender.submit(Call.transfer(NOBODY, Wei.of(1)));
      TxHash hash = pending.hashes().getFirst();
      Receipt first = awaitReceipt(hash);
      Future<Receipt> waiting = pool.submit(() -> sender.await(pending));
      dev.reorg(1);
      Receipt again = awaitReceipt(hash);
      assertThat(again.blockHash()).isNotEqualTo(first.blockHash());
      dev.mine(3);
      assertThat(waiting.get(10, TimeUnit.SECONDS).blockHash()).isEqualTo(again.blockHash());
      assertThat(balance(NOBODY)).isEqualTo(Wei.of(1));
    }
  }

  private static Receipt awaitReceipt(TxHash hash) throws InterruptedException {
    for (int i = 0; i < 500; i++) {
      Optional<Receipt> receipt = dev.chain().receipt(hash);
      if (receipt.isPresent()) {
        return receipt.get();
      }
      Thread.sleep(10);
    }
    throw new AssertionError("not mined");
  }

  @Test
  void aNonceThatSomebodyElseTookIsSaidToBeTaken() {
    dev.autoMine(false);
    Sender sender = sender(9);
    Pending pending = sender.submit(Call.transfer(NOBODY, Wei.of(1)));
    dev.drop(pending.hashes().getFirst().hash());
    try (RpcChain elsewhere = RpcChain.connect(dev.url())) {
      Sender other = new Sender(elsewhere, dev.account(9));
      Pending usurper = other.submit(Call.transfer(NOBODY, Wei.of(2)));
      assertThat(usurper.nonce()).isEqualTo(pending.nonce());
      dev.mine(1);
      other.await(usurper);
    }
    assertThatThrownBy(() -> sender.await(pending))
        .isInstanceOf(ChainException.Replaced.class)
        .hasMessageContaining("another transaction took the nonce");
  }

  @Test
  void sendingTheSameBytesTwiceDoesNoHarm() {
    dev.autoMine(false);
    Sender sender = sender(10);
    Pending pending = sender.submit(Call.transfer(NOBODY, Wei.of(1)));
    assertThatThrownBy(() -> dev.chain().send(pending.latest().signed()))
        .isInstanceOf(ChainException.Refused.class);
    dev.mine(1);
    assertThat(sender.await(pending).succeeded()).isTrue();
    assertThat(sender.await(pending).succeeded()).as("and so does waiting twice").isTrue();
    assertThat(balance(NOBODY)).isEqualTo(Wei.of(1));
  }

  @Test
  void theWrongChainAndAMissingContractAreSaid() {
    Rpc rpc = new Rpc(dev.url());
    assertThatThrownBy(() -> RpcChain.connect(rpc, 1))
        .isInstanceOf(ChainException.WrongChain.class)
        .hasMessageContaining("serves chain 31337, expected chain 1");
    rpc.close();
    Contract ghost = Sampler.abi().at(NOBODY);
    assertThatThrownBy(() -> ghost.read(dev.chain().snapshot(), "total"))
        .isInstanceOf(ChainException.NoContract.class)
        .hasMessageContaining("no contract Sampler at " + NOBODY);
    assertThatThrownBy(() -> new Rpc(URI.create("ftp://x"))).hasMessageContaining("not an http");
  }

  @Test
  void aSnapshotIsOneStateHoweverTheChainGoesOnUntilItIsReorganisedAway() {
    Sender sender = sender(11);
    Contract sampler = sender.deploy(Sampler.abi(), 0);
    Snapshot before = dev.chain().snapshot();
    sender.send(sampler.call("pay", Bytes32.ZERO, Data.EMPTY).paying(Wei.of(5)));
    Snapshot after = dev.chain().snapshot();
    assertThat(sampler.read(before, "total").number(0)).isZero();
    assertThat(before.balance(sampler.address())).isEqualTo(Wei.ZERO);
    assertThat(sampler.read(after, "total").number(0)).isEqualTo(5);
    assertThat(after.isCurrent()).isTrue();
    dev.reorg(1);
    assertThat(after.isCurrent()).isFalse();
    assertThat(before.isCurrent()).isTrue();
    assertThatThrownBy(() -> sampler.read(after, "total"))
        .isInstanceOf(ChainException.Reorganised.class);
    assertThatThrownBy(() -> after.balance(sampler.address()))
        .isInstanceOf(ChainException.Reorganised.class);
    assertThatThrownBy(() -> after.logs(sampler.filter()))
        .isInstanceOf(ChainException.Reorganised.class);
  }
}
