package opml.ethereum.devchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Sampler;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Pending;
import opml.ethereum.rpc.RpcChain;
import opml.ethereum.send.Order;
import opml.ethereum.send.Outcome;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.TransactionListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// The client and the sender against a node with other words and another pool than anvil's.
@EnabledIf(value = Hardhat.IS_INSTALLED, disabledReason = Hardhat.MISSING)
class HardhatTest {
  private static final Address NOBODY = Address.ofHex("0x00000000000000000000000000000000000000aa");

  private static DevChain dev;
  private DevChain.Checkpoint start;

  @BeforeAll
  static void startChain() {
    dev = DevChain.start(DevChain.Options.DEFAULT.withNode(NodeKind.HARDHAT));
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
    dev.revert(start);
    dev.autoMine(true);
  }

  private static Wei received() {
    return dev.chain().balance(NOBODY, dev.chain().latest());
  }

  @Test
  void timeBlocksAndHistoryAreCommandedAsOnAnvil() {
    assertThat(dev.accounts()).hasSize(20);
    assertThat(dev.chain().id()).isEqualTo(31337);
    Address rich = dev.account(3).address();
    BlockRef begin = dev.chain().latest();
    assertThat(dev.chain().balance(rich, begin)).isEqualTo(Wei.ether(10_000));
    dev.increaseTime(Duration.ofDays(3));
    assertThat(dev.chain().latest().timestamp())
        .isBetween(begin.timestamp() + 3 * 86400, begin.timestamp() + 3 * 86400 + 60);
    dev.setTime(begin.timestamp() + 4 * 86400);
    assertThat(dev.chain().latest().timestamp()).isEqualTo(begin.timestamp() + 4 * 86400);
    dev.setBalance(rich, Wei.ether(7));
    DevChain.Checkpoint checkpoint = dev.checkpoint();
    long height = dev.chain().latest().number();
    dev.mine(5);
    assertThat(dev.chain().latest().number()).isEqualTo(height + 5);
    dev.revert(checkpoint);
    assertThat(dev.chain().latest().number()).isEqualTo(height);
    assertThat(dev.chain().balance(rich, dev.chain().latest())).isEqualTo(Wei.ether(7));
    assertThatThrownBy(() -> dev.reorg(1)).hasMessageContaining("hardhat cannot replace blocks");
    DevChain.Options kept =
        DevChain.Options.DEFAULT
            .withNode(NodeKind.HARDHAT)
            .withState(Path.of("target", "never.json"));
    assertThatThrownBy(() -> DevChain.start(kept).close())
        .isInstanceOf(DevChainException.class)
        .hasMessageContaining("hardhat cannot keep its chain");
  }

  @Test
  void revertsInItsWordsAreRevertsAndHaveNames() {
    Sender sender = new Sender(dev.chain(), dev.account(1));
    Contract sampler = sender.deploy(Sampler.abi(), 0);
    assertThatThrownBy(() -> sender.send(sampler.call("refuse", 7, Data.ofHex("0x0a"))))
        .isInstanceOfSatisfying(
            ChainException.Reverted.class, e -> assertThat(e.revert().is("Refused")).isTrue());
    assertThatThrownBy(() -> sender.send(sampler.call("say")))
        .isInstanceOf(ChainException.Reverted.class)
        .hasMessageContaining("because");
    assertThatThrownBy(() -> sampler.read(dev.chain().snapshot(), "panic", 0))
        .isInstanceOf(ChainException.Reverted.class);
    assertThatThrownBy(() -> sender.send(sampler.call("silence")))
        .isInstanceOf(ChainException.Reverted.class);
    assertThatThrownBy(() -> sender.send(Call.transfer(NOBODY, Wei.ether(1_000_000))))
        .isInstanceOf(ChainException.InsufficientFunds.class);
  }

  @Test
  void manyOrdersGoIntoItsPoolAtOnce() throws Exception {
    dev.autoMine(false);
    Sender sender = new Sender(dev.chain(), dev.account(2));
    List<Order> orders = Collections.nCopies(20, Order.of(Call.transfer(NOBODY, Wei.of(1))));
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<Outcome>> outcomes = pool.submit(() -> sender.sendAll(orders));
      while (!outcomes.isDone()) {
        Thread.sleep(50);
        dev.mine(1);
      }
      assertThat(outcomes.get(1, TimeUnit.SECONDS)).allMatch(Outcome.Mined.class::isInstance);
    }
    assertThat(received()).isEqualTo(Wei.of(20));
  }

  @Test
  void ordersBesideItsMinerDoNotCollide() {
    Sender sender = new Sender(dev.chain(), dev.account(2));
    List<Order> orders = Collections.nCopies(20, Order.of(Call.transfer(NOBODY, Wei.of(1))));
    assertThat(sender.sendAll(orders)).allMatch(Outcome.Mined.class::isInstance);
    assertThat(received()).isEqualTo(Wei.of(20));
  }

  @Test
  void whatAKilledProcessLeftInItsPoolIsReplaced() {
    dev.autoMine(false);
    new Sender(dev.chain(), dev.account(3)).submit(Call.transfer(NOBODY, Wei.of(1000)));
    SendPolicy policy = SendPolicy.DEFAULT.withPatience(Duration.ofMillis(100));
    try (RpcChain chain = RpcChain.connect(dev.url())) {
      Sender restarted = new Sender(chain, dev.account(3), policy, TransactionListener.NONE);
      Pending pending = restarted.submit(Call.transfer(NOBODY, Wei.of(1)));
      assertThat(pending.nonce()).isZero();
      dev.mine(1);
      assertThat(restarted.await(pending).succeeded()).isTrue();
    }
    assertThat(received()).isEqualTo(Wei.of(1));
  }

  @Test
  void aTransactionThatItLostIsHandedOverAgain() {
    dev.autoMine(false);
    Sender sender = new Sender(dev.chain(), dev.account(4));
    Pending pending = sender.submit(Call.transfer(NOBODY, Wei.of(1)));
    dev.drop(pending.hashes().getFirst().hash());
    dev.autoMine(true);
    assertThat(sender.await(pending).succeeded()).isTrue();
  }
}
