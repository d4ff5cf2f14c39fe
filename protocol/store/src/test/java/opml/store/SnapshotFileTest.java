package opml.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.TxHash;
import opml.hub.EventSubject;
import opml.store.memory.MapStore;
import opml.store.snapshot.SnapshotFile;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one store had, another has: byte for byte when it is written again.
class SnapshotFileTest {
  private static final Address ACCOUNT = Address.ofHex("aa".repeat(Address.BYTES));

  @TempDir private Path folder;

  private final long seed = System.nanoTime();
  private final Map<LogEntry, EventSubject> subjects = new HashMap<>();

  /// {@return a store after random calls, the last block of which is final}
  private MapStore lived() {
    MapStore store = new MapStore(StoreScript.IDENTITY);
    StoreScript script = new StoreScript(seed);
    for (int i = 0; i < 150; i++) {
      // Calls that make no sense change nothing.
      Object outcome = script.next(store).on(store);
      assertThat(outcome).isNotNull();
      store
          .projection()
          .between(0, Long.MAX_VALUE)
          .forEach(event -> subjects.put(event.log(), event.subject()));
    }
    BlockRef next =
        new BlockRef(
            store.projection().position() + 2, Bytes32.ofWord(7), Bytes32.ZERO, 1, Wei.of(9));
    store.projection().append(next, List.of(), List.of());
    store.projection().finalise(next);
    return store;
  }

  @Test
  void whatIsReadIsWhatWasWritten() throws IOException {
    Path file = folder.resolve("snapshot");
    Path again = folder.resolve("again");
    try (Store store = lived();
        Store maps = new MapStore(StoreScript.IDENTITY);
        Store sqlite = SqlStore.sqlite(folder.resolve("store.db"), StoreScript.IDENTITY, ACCOUNT)) {
      Bytes32 root = SnapshotFile.write(store, file);
      SnapshotFile.Header header = SnapshotFile.check(file);
      assertThat(header.block()).isEqualTo(store.projection().finalised().orElseThrow());
      for (Store other : List.of(maps, sqlite)) {
        SnapshotFile.read(other, file, subjects::get);
        assertThat(other.projection().position()).isEqualTo(header.block().number());
        assertThat(other.projection().between(0, Long.MAX_VALUE))
            .as("seed %d", seed)
            .isEqualTo(store.projection().between(0, Long.MAX_VALUE));
        other.projection().finalise(header.block());
        assertThat(SnapshotFile.write(other, again)).isEqualTo(root);
        assertThat(again).hasSameBinaryContentAs(file);
        assertThatThrownBy(() -> SnapshotFile.read(other, file, subjects::get))
            .isInstanceOf(IllegalStateException.class);
      }
      assertThat(StoreRows.of(sqlite))
          .as("seed " + seed)
          .containsExactlyElementsOf(StoreRows.of(maps));
    }
  }

  @Test
  void aDamagedFileLeavesTheStoreEmpty() throws IOException {
    Path file = folder.resolve("snapshot");
    SnapshotFile.write(lived(), file);
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      byte[] damaged = bytes.clone();
      int at = random.nextInt(bytes.length);
      if (i % 3 == 0) {
        damaged = Arrays.copyOf(bytes, at);
      } else if (i % 3 == 1) {
        damaged[at] ^= (byte) (1 + random.nextInt(255));
      } else {
        damaged = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(40));
      }
      Files.write(file, damaged);
      String when = "seed %d, damage %d at %d".formatted(seed, i, at);
      assertThatThrownBy(() -> SnapshotFile.check(file))
          .as(when)
          .isInstanceOf(MalformedException.class)
          .hasMessageContaining(file.toString());
      try (Store store = new MapStore(StoreScript.IDENTITY)) {
        assertThatThrownBy(
                () ->
                    SnapshotFile.read(
                        store,
                        file,
                        log -> subjects.getOrDefault(log, subjects.values().iterator().next())))
            .as(when)
            .isInstanceOf(RuntimeException.class);
        assertThat(store.projection().position()).isEqualTo(StoreScript.IDENTITY.firstBlock() - 1);
        assertThat(store.projection().between(0, Long.MAX_VALUE)).isEmpty();
      }
    }
  }

  @Test
  void aSnapshotOfAnotherHubIsRefused() throws IOException {
    Path file = folder.resolve("snapshot");
    SnapshotFile.write(lived(), file);
    try (Store other = new MapStore(new StoreIdentity(1, ACCOUNT, Bytes32.ZERO, 0))) {
      assertThatThrownBy(() -> SnapshotFile.read(other, file, subjects::get))
          .isInstanceOf(StoreException.Foreign.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining(StoreScript.IDENTITY.toString());
    }
  }

  @Test
  void whatIsNotFinalIsNotWritten() {
    try (Store store = new MapStore(StoreScript.IDENTITY)) {
      assertThatThrownBy(() -> SnapshotFile.write(store, folder.resolve("snapshot")))
          .isInstanceOf(IllegalStateException.class);
      assertThat(folder.resolve("snapshot")).doesNotExist();
    }
  }

  @Test
  void whatIsClearedAreThePaymentsOfEventsAndWhatTransactionsMovedStays() {
    try (Store store = new MapStore(StoreScript.IDENTITY)) {
      long first = StoreScript.IDENTITY.firstBlock();
      Payment bond = payment(first, PaymentKind.BOND_OUT);
      Payment gas = payment(first, PaymentKind.GAS);
      TxHash transaction = new TxHash(Bytes32.ofWord(1));
      store.payments().spend(transaction, List.of(gas));
      store
          .projection()
          .append(
              new BlockRef(first, Bytes32.ofWord(2), Bytes32.ZERO, 1, Wei.ZERO),
              List.of(),
              List.of(bond));
      assertThat(store.payments().between(0, 9)).containsExactly(bond, gas);
      store.projection().clear();
      assertThat(store.payments().between(0, 9)).containsExactly(gas);
      store.payments().spend(transaction, List.of());
      assertThat(store.payments().total()).isEmpty();
    }
  }

  private static Payment payment(long block, PaymentKind kind) {
    return new Payment(block, kind, Optional.empty(), ACCOUNT, Wei.of(7), 1);
  }

  @Test
  void aStoreThatIsClearedKeepsItsOutboxAndIsFilledAgain() throws IOException {
    Path file = folder.resolve("snapshot");
    try (Store store = lived()) {
      Bytes32 root = SnapshotFile.write(store, file);
      List<OutboxRow> outbox = store.outbox().unmined();
      List<Job> jobs = store.jobs().all();
      store.projection().clear();
      assertThat(store.projection().between(0, Long.MAX_VALUE)).isEmpty();
      assertThat(store.outbox().unmined()).isEqualTo(outbox);
      assertThat(store.jobs().all()).isEqualTo(jobs);
      store.projection().finalise(SnapshotFile.read(store, file, subjects::get).block());
      assertThat(SnapshotFile.write(store, file)).isEqualTo(root);
    }
  }
}
