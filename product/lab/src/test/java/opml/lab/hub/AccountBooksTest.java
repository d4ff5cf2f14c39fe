package opml.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import opml.agent.AccountBooks;
import opml.agent.StoredHistory;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.time.Time;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Finality;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.ethereum.devchain.AnvilBinary;
import opml.hub.HubReader;
import opml.hub.Retention;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.store.Payment;
import opml.store.PaymentKind;
import opml.store.Store;
import opml.store.StoreIdentity;
import opml.store.devcluster.PostgresCluster;
import opml.store.memory.MapStore;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// The books of an account are what the chain says that it has, to the wei, after whatever happened.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class AccountBooksTest extends OnDevChain {
  private static final int ACCOUNTS = 8;
  private static final int ROUNDS = Integer.getInteger("opml.books.rounds", 12);

  @TempDir private Path folder;

  private final Scene scene = Scene.set(dev, TestModels.dense());
  private final StoreIdentity identity =
      new StoreIdentity(
          dev.chain().id(),
          scene.deployment().hub().address(),
          dev.chain().block(0).orElseThrow().hash(),
          scene.deployment().block());

  /// An account, its books in a store, and what it had when they began.
  private final class Kept {
    private final String name;
    private final Address account;
    private final Store store;
    private final BigInteger before;
    private AccountBooks books;
    private HubReader reader;

    Kept(String name, int number, Store store) {
      this.name = name;
      this.account = scene.address(number);
      this.store = store;
      this.before = balance();
      restart();
    }

    /// As a process does that comes after another one.
    void restart() {
      books = new AccountBooks(store, scene.deployment(), account, dev.chain());
      reader =
          new HubReader(
              scene.deployment(),
              dev.chain(),
              1,
              Time.SYSTEM,
              new StoredHistory(store.projection(), scene.deployment(), books),
              Optional.of(new Retention(new Finality.Depth(12), 16)));
    }

    private BigInteger balance() {
      return dev.chain().snapshot().balance(account).value();
    }

    void hear(Receipt receipt) {
      if (receipt.from().equals(account)) {
        books.mined(Data.EMPTY, receipt);
      }
    }

    void check(String at) {
      reader.read();
      Map<PaymentKind, Wei> sums = store.payments().total();
      BigInteger paid =
          sum(sums, PaymentKind.BOND_OUT)
              .add(sum(sums, PaymentKind.SURPLUS))
              .add(sum(sums, PaymentKind.FEE_OUT))
              .add(sum(sums, PaymentKind.GAS));
      assertThat(balance().subtract(before))
          .as("%s of %s in %s: %s", at, account, name, sums)
          .isEqualTo(sum(sums, PaymentKind.CREDIT).subtract(paid));
      BigInteger credited =
          sum(sums, PaymentKind.BOND_BACK)
              .add(sum(sums, PaymentKind.REWARD))
              .add(sum(sums, PaymentKind.FEE_BACK))
              .add(sum(sums, PaymentKind.SURPLUS));
      assertThat(scene.deployment().credit(dev.chain().snapshot(), account).value())
          .as("%s, the credit of %s in %s: %s", at, account, name, sums)
          .isEqualTo(credited.subtract(sum(sums, PaymentKind.CREDIT)));
    }

    private static BigInteger sum(Map<PaymentKind, Wei> sums, PaymentKind kind) {
      return sums.getOrDefault(kind, Wei.ZERO).value();
    }
  }

  /// Tells the books of the accounts' transactions, as their sender would.
  private static final class Ear {
    private long next = dev.chain().latest().number() + 1;

    void hear(List<Kept> all) {
      long head = dev.chain().latest().number();
      for (; next <= head; next++) {
        BlockRef block = dev.chain().block(next).orElseThrow();
        for (TxHash transaction : dev.chain().transactions(block)) {
          Receipt receipt = dev.chain().receipt(transaction).orElseThrow();
          all.forEach(kept -> kept.hear(receipt));
        }
      }
    }

    /// What comes in blocks that are others now is told again, as of what is sent again.
    void back(long block) {
      next = Math.min(next, block + 1);
    }
  }

  @Test
  void theyAreWhatTheChainSaysThroughGamesReorganisationsAndRestarts() throws Exception {
    long seed = Long.getLong("opml.seed", System.nanoTime());
    Random random = new Random(seed);
    dev.mine(8);
    List<Kept> all = new ArrayList<>();
    try (PostgresCluster cluster =
        PostgresCluster.isInstalled() ? PostgresCluster.start(folder) : null) {
      int twice = random.nextInt(1, 7);
      for (int number = 0; number < ACCOUNTS; number++) {
        all.add(new Kept("maps", number, new MapStore(identity)));
      }
      Address account = scene.address(twice);
      all.add(
          new Kept(
              "SQLite", twice, SqlStore.sqlite(folder.resolve("store.db"), identity, account)));
      if (cluster == null) {
        System.err.println("NOT TESTED: the books in PostgreSQL. " + PostgresCluster.MISSING);
      } else {
        all.add(
            new Kept(
                "PostgreSQL",
                twice,
                SqlStore.postgres(cluster.url("postgres"), identity, account)));
      }
      play(all, random, "seed " + seed);
      List<Payment> maps = all.get(twice).store.payments().between(0, Long.MAX_VALUE);
      for (Kept kept : all.subList(ACCOUNTS, all.size())) {
        assertThat(kept.store.payments().between(0, Long.MAX_VALUE))
            .as("seed %d, %s", seed, kept.name)
            .isEqualTo(maps);
      }
    } finally {
      all.forEach(kept -> kept.store.close());
    }
  }

  private void play(List<Kept> all, Random random, String seed) {
    RandomHistory history = new RandomHistory(scene, random);
    Ear ear = new Ear();
    for (int round = 0; round < ROUNDS; round++) {
      String at = "%s, round %d".formatted(seed, round);
      if (random.nextInt(6) == 0) {
        all.forEach(Kept::restart);
      }
      for (int step = random.nextInt(4); step >= 0; step--) {
        history.happen();
        if (random.nextInt(3) == 0) {
          ear.hear(all); // before the block is read
        }
      }
      if (random.nextInt(4) == 0) {
        int depth = 1 + random.nextInt(7);
        ear.back(dev.chain().latest().number() - depth);
        dev.reorg(depth);
      }
      if (random.nextBoolean()) {
        all.forEach(kept -> kept.reader.read()); // before the sender hears of it
      }
      ear.hear(all);
      all.forEach(kept -> kept.check(at));
    }
  }
}
