package opml.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.TxHash;
import opml.store.devcluster.PostgresCluster;
import opml.store.memory.MapStore;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A store that somebody reads beside its owner.
class BesideStoreTest {
  private static final StoreIdentity IDENTITY = StoreScript.IDENTITY;
  private static final Address ACCOUNT = Address.ofHex("aa".repeat(20));

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void place() throws IOException {
    file = Files.createDirectory(folder.resolve("node")).resolve("store.db");
  }

  private SqlStore owner() {
    return SqlStore.sqlite(file, IDENTITY, ACCOUNT);
  }

  private static void fill(Store store, long seed) {
    StoreScript script = new StoreScript(seed);
    try (Store maps = new MapStore(IDENTITY)) {
      for (int i = 0; i < 60; i++) {
        StoreScript.Step step = script.next(maps);
        assertThat(step.on(store)).as("seed %d", seed).isEqualTo(step.on(maps));
      }
    }
  }

  private static void next(Store store, int serial) {
    long number = store.projection().position() + 1;
    Bytes32 parent =
        store.projection().blocks().stream()
            .filter(block -> block.number() == number - 1)
            .map(BlockRef::hash)
            .findFirst()
            .orElse(Bytes32.ZERO);
    Bytes32 hash = Keccak.hash(new byte[] {(byte) serial, (byte) number});
    store
        .projection()
        .append(new BlockRef(number, hash, parent, 7, Wei.ZERO), List.of(), List.of());
  }

  /// {@return the hash of every file but SQLite's own memory of who reads what}
  private Map<String, Bytes32> files() {
    try (Stream<Path> all = Files.list(file.getParent())) {
      Map<String, Bytes32> hashes = new TreeMap<>();
      all.filter(one -> !one.toString().endsWith("-shm"))
          .forEach(one -> hashes.put(one.getFileName().toString(), hash(one)));
      return hashes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Bytes32 hash(Path file) {
    try {
      return Keccak.hash(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ------------------------------------------------------------------ reading

  private static void readsWhatTheOwnerHas(Store owner, Store beside, String when) {
    assertThat(beside.identity()).as(when).isEqualTo(IDENTITY);
    assertThat(StoreRows.of(beside)).as(when).containsExactlyElementsOf(StoreRows.of(owner));
    for (Runnable write :
        List.<Runnable>of(
            () -> beside.projection().clear(),
            () -> beside.projection().resume(),
            () -> beside.jobs().add(new JobKey(JobKind.RUN, Bytes32.ZERO), 0, 0, new byte[0]),
            () -> beside.results().put(new RunResult(Bytes32.ZERO, Bytes32.ZERO, Data.EMPTY, 1, 1)),
            () -> beside.payments().spend(new TxHash(Bytes32.ZERO), List.of()))) {
      assertThatThrownBy(write::run)
          .as(when)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("for reading");
    }
  }

  @Test
  void whileItsNodeRunsItIsReadWithoutAWriteAndTheNodeNoticesNothing() {
    long seed = System.nanoTime();
    try (SqlStore owner = owner()) {
      fill(owner, seed);
      Map<String, Bytes32> before = files();
      try (SqlStore beside = SqlStore.besideSqlite(file)) {
        readsWhatTheOwnerHas(owner, beside, "seed " + seed);
        assertThat(beside.account()).contains(ACCOUNT);
      }
      assertThat(files()).isEqualTo(before);
      next(owner, 1);
    }
  }

  @Test
  void allAnswersAreOfOneMoment() {
    try (SqlStore owner = owner()) {
      next(owner, 1);
      try (SqlStore beside = SqlStore.besideSqlite(file)) {
        long position = beside.projection().position();
        next(owner, 2);
        assertThat(beside.projection().position()).isEqualTo(position);
        assertThat(beside.projection().blocks()).hasSize(1);
      }
      try (SqlStore beside = SqlStore.besideSqlite(file)) {
        assertThat(beside.projection().blocks()).hasSize(2);
      }
    }
  }

  @Test
  void whileItsNodeDoesNotRunNothingIsMadeOrChanged() {
    long seed = System.nanoTime();
    List<Object> rows;
    try (SqlStore owner = owner()) {
      fill(owner, seed);
      rows = StoreRows.of(owner);
    }
    Map<String, Bytes32> before = files();
    assertThat(before).doesNotContainKey("store.db-wal");
    try (SqlStore beside = SqlStore.besideSqlite(file)) {
      assertThat(StoreRows.of(beside)).as("seed %d", seed).isEqualTo(rows);
    }
    assertThat(files()).isEqualTo(before);
    assertThat(file.resolveSibling("store.db-shm")).doesNotExist();
  }

  @Test
  void aNodeThatStartsMeanwhileIsNoticed() {
    owner().close();
    try (SqlStore beside = SqlStore.besideSqlite(file)) {
      assertThat(beside.projection().blocks()).isEmpty();
      try (SqlStore owner = owner()) {
        next(owner, 1);
        assertThatThrownBy(() -> beside.projection().blocks())
            .isInstanceOf(StoreException.Unavailable.class)
            .hasMessageContaining("just now");
      }
    }
  }

  @Test
  void whatAKilledNodeLeftIsReadAndStaysAsItIs() throws IOException {
    long seed = System.nanoTime();
    List<Object> rows;
    Path left = Files.createDirectory(folder.resolve("left"));
    try (SqlStore owner = owner()) {
      fill(owner, seed);
      rows = StoreRows.of(owner);
      for (String name : List.of("store.db", "store.db-wal")) {
        Files.copy(file.resolveSibling(name), left.resolve(name));
      }
    }
    file = left.resolve("store.db");
    Map<String, Bytes32> before = files();
    try (SqlStore beside = SqlStore.besideSqlite(file)) {
      assertThat(StoreRows.of(beside)).as("seed %d", seed).isEqualTo(rows);
    }
    assertThat(files()).isEqualTo(before);
    try (SqlStore owner = owner()) {
      assertThat(StoreRows.of(owner)).as("seed %d", seed).isEqualTo(rows);
    }
  }

  // ------------------------------------------------------------------ orders

  private static void ordersArrive(Store owner, Store beside, Store again) {
    assertThat(owner.orders().drainedSince()).isEmpty();
    assertThat(beside.orders().drain(7)).isTrue();
    assertThat(beside.orders().drain(8)).isFalse();
    assertThat(owner.orders().drainedSince()).contains(7L);
    next(owner, 1);
    assertThat(again.orders().undrain()).isTrue();
    assertThat(again.orders().undrain()).isFalse();
    assertThat(owner.orders().drainedSince()).isEmpty();
    next(owner, 1);
  }

  @Test
  void anOrderArrivesWhileTheNodeRunsAndWhileItDoesNot() {
    try (SqlStore owner = owner();
        SqlStore beside = SqlStore.besideSqlite(file);
        SqlStore again = SqlStore.besideSqlite(file)) {
      ordersArrive(owner, beside, again);
    }
    try (SqlStore beside = SqlStore.besideSqlite(file)) {
      assertThat(beside.orders().drain(9)).isTrue();
    }
    try (SqlStore owner = owner()) {
      assertThat(owner.orders().drainedSince()).contains(9L);
      owner.projection().clear();
      assertThat(owner.orders().drainedSince()).contains(9L);
    }
  }

  // ------------------------------------------------------------------ what cannot be read

  private void isRefused(Class<? extends StoreException> as, String... words) {
    assertThatThrownBy(() -> SqlStore.besideSqlite(file))
        .isInstanceOf(as)
        .hasMessageContaining(file.toString())
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  private void command(String sql) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void whatIsNoStoreOfThisVersionIsNamed() throws Exception {
    isRefused(StoreException.Unusable.class, "there is no such store");
    assertThat(file).doesNotExist();
    Files.writeString(file, "a letter to somebody\n".repeat(1000));
    isRefused(StoreException.Unusable.class, "is not a database");
    Files.write(file, new byte[0]);
    isRefused(StoreException.Unusable.class, "no node has used it");
    Files.delete(file);
    command("create table recipes (name text)");
    isRefused(StoreException.Foreign.class, "recipes");
    Files.delete(file);
    owner().close();
    command("update meta set schema_version = 99");
    isRefused(StoreException.Foreign.class, "newer", "99");
    command("update meta set schema_version = 1");
    isRefused(StoreException.Foreign.class, "older", "a start of the node");
  }

  @Test
  void aDamagedFileIsNamed() throws IOException {
    try (SqlStore owner = owner()) {
      fill(owner, 5);
    }
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 4096; i < bytes.length; i++) {
      bytes[i] ^= 0x5a;
    }
    Files.write(file, bytes);
    assertThatThrownBy(
            () -> {
              try (SqlStore beside = SqlStore.besideSqlite(file)) {
                StoreRows.of(beside);
              }
            })
        .isInstanceOf(StoreException.Unusable.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("damaged");
  }

  // ------------------------------------------------------------------ PostgreSQL

  @Test
  @EnabledIf(value = PostgresCluster.IS_INSTALLED, disabledReason = PostgresCluster.MISSING)
  void postgresIsReadBesideItsNodeToo() throws Exception {
    long seed = System.nanoTime();
    try (PostgresCluster cluster = PostgresCluster.start(folder)) {
      String url = cluster.url("postgres");
      assertThatThrownBy(() -> SqlStore.besidePostgres(url))
          .isInstanceOf(StoreException.Unusable.class)
          .hasMessageContaining("no node has used it");
      List<Object> rows;
      try (SqlStore owner = SqlStore.postgres(url, IDENTITY, ACCOUNT)) {
        fill(owner, seed);
        try (SqlStore beside = SqlStore.besidePostgres(url)) {
          readsWhatTheOwnerHas(owner, beside, "seed " + seed);
          assertThat(beside.account()).isEqualTo(Optional.of(ACCOUNT));
          long position = beside.projection().position();
          next(owner, 1);
          assertThat(beside.projection().position()).isEqualTo(position);
        }
        owner.orders().undrain();
        try (SqlStore beside = SqlStore.besidePostgres(url);
            SqlStore again = SqlStore.besidePostgres(url)) {
          ordersArrive(owner, beside, again);
        }
        rows = StoreRows.of(owner);
      }
      try (SqlStore beside = SqlStore.besidePostgres(url)) {
        assertThat(StoreRows.of(beside)).as("seed %d", seed).isEqualTo(rows);
      }
    }
  }
}
