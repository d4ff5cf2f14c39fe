package opml.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Data;
import opml.store.memory.MapStore;
import opml.store.sql.SqlStore;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What may be wrong with a file.
class SqliteTroubleTest {
  private static final StoreIdentity IDENTITY = StoreScript.IDENTITY;
  private static final Address ACCOUNT = Address.ofHex("aa".repeat(Address.BYTES));

  @TempDir private static Path shared;
  @TempDir private Path folder;
  private Path file;

  @BeforeAll
  static void makeTheTablesOnce() {
    SqlStore.sqlite(shared.resolve("template.db"), IDENTITY, ACCOUNT).close();
  }

  @BeforeEach
  void copy() throws IOException {
    file = Files.copy(shared.resolve("template.db"), folder.resolve("store.db"));
  }

  private SqlStore open() {
    return SqlStore.sqlite(file, IDENTITY, ACCOUNT);
  }

  private void command(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static RunResult result(int number, int bytes) {
    return new RunResult(Bytes32.ofWord(number), Bytes32.ZERO, Data.of(new byte[bytes]), 1, number);
  }

  @Test
  void aFileOfAnotherHubOrChainIsRefused() {
    for (StoreIdentity other :
        List.of(
            new StoreIdentity(1, IDENTITY.hub(), IDENTITY.genesis(), IDENTITY.firstBlock()),
            new StoreIdentity(
                IDENTITY.chainId(), Address.BURNT, IDENTITY.genesis(), IDENTITY.firstBlock()),
            new StoreIdentity(
                IDENTITY.chainId(), IDENTITY.hub(), Bytes32.ofWord(1), IDENTITY.firstBlock()))) {
      assertThatThrownBy(() -> SqlStore.sqlite(file, other, ACCOUNT))
          .isInstanceOf(StoreException.Foreign.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining(IDENTITY.toString())
          .hasMessageContaining(other.toString());
    }
    open().close();
  }

  @Test
  void aFileOfANewerVersionIsRefused() throws SQLException {
    command("update meta set schema_version = 99");
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.Foreign.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("newer")
        .hasMessageContaining("99");
  }

  @Test
  void aFileOfAnOlderVersionIsBroughtToThisOne() throws SQLException {
    try (Store store = open()) {
      store.results().put(result(1, 1));
    }
    command("update meta set schema_version = 0");
    for (int i = 0; i < 2; i++) {
      try (Store store = open()) {
        assertThat(store.results().newest(9)).containsExactly(result(1, 1));
      }
    }
    command("update meta set schema_version = schema_version + 1");
    assertThatThrownBy(this::open)
        .as("it was at this version again")
        .isInstanceOf(StoreException.Foreign.class);
  }

  @Test
  void aStoreOfTheFirstVersionReadsTheChainAnewAndKeepsWhatItHasSent() throws Exception {
    Files.delete(file);
    Flyway.configure()
        .dataSource("jdbc:sqlite:" + file, null, null)
        .locations("classpath:opml/store/sql")
        .placeholders(Map.of("bytes", "blob"))
        .target("1")
        .load()
        .migrate();
    String zero = "x'%s'".formatted("00".repeat(Bytes32.BYTES));
    command(
        "insert into meta values (1, 1, %d, x'%s', x'%s', %d, 7)"
            .formatted(
                IDENTITY.chainId(),
                HexFormat.of().formatHex(IDENTITY.hub().toArray()),
                HexFormat.of().formatHex(IDENTITY.genesis().toArray()),
                IDENTITY.firstBlock()));
    command("insert into fence values (1, 4)");
    command("insert into block values (7, %s, %s, 1, %s)".formatted(zero, zero, zero));
    command("insert into run_result values (%s, %s, x'', 3, 1)".formatted(zero, zero));
    try (Store store = open()) {
      assertThat(store.projection().position()).isEqualTo(IDENTITY.firstBlock() - 1);
      assertThat(store.projection().blocks()).isEmpty();
      assertThat(store.payments().from()).isEqualTo(IDENTITY.firstBlock());
      assertThat(store.results().newest(9)).hasSize(1);
    }
    try (SqlStore beside = SqlStore.besideSqlite(file)) {
      assertThat(beside.account()).contains(ACCOUNT);
    }
  }

  @Test
  void aDatabaseOfSomethingElseIsRefused() throws Exception {
    Files.delete(file);
    command("create table recipes (name text)");
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.Foreign.class)
        .hasMessageContaining("recipes");
  }

  @Test
  void whatIsNoDatabaseIsRefused() throws IOException {
    Files.writeString(file, "a letter to somebody\n".repeat(1000));
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.Unusable.class)
        .hasMessageContaining(file + " is not a database");
    assertThat(Files.readString(file)).startsWith("a letter");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    file = folder.resolve("nowhere/store.db");
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.Unusable.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void aDamagedFileIsTold() throws IOException {
    try (Store store = open()) {
      for (int i = 0; i < 200; i++) {
        store.results().put(result(i, 1000));
      }
    }
    // All pages but the first, which has the schema: they are no pages any more.
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer garbage = ByteBuffer.allocate((int) channel.size() - 4096);
      while (garbage.hasRemaining()) {
        garbage.put((byte) 0x5a);
      }
      channel.write(garbage.flip(), 4096);
    }
    assertThatThrownBy(
            () -> {
              try (Store store = open()) {
                StoreRows.of(store);
              }
            })
        .isInstanceOf(StoreException.Unusable.class)
        .hasMessageContaining(file + " is damaged");
  }

  @Test
  void aSecondOpenerIsRefusedAndTheFirstGoesOn() {
    try (Store store = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.Locked.class)
          .hasMessageContaining(file + ".lock");
      Address other = Address.ofHex("bb".repeat(Address.BYTES));
      assertThatThrownBy(() -> SqlStore.sqlite(file, IDENTITY, other))
          .as("not for another account either")
          .isInstanceOf(StoreException.Locked.class);
      assertThatThrownBy(() -> SqlStore.sqlite(folder.resolve("another.db"), IDENTITY, ACCOUNT))
          .as("the account in another store")
          .isInstanceOf(StoreException.Locked.class)
          .hasMessageContaining("account " + ACCOUNT);
      store.results().put(result(1, 1));
    }
    open().close();
  }

  @Test
  void storesOfNobodyLieBesideEachOther() {
    Path beside = folder.resolve("another.db");
    try (Store one = SqlStore.sqlite(folder.resolve("nobody.db"), IDENTITY, Address.ZERO);
        Store other = SqlStore.sqlite(beside, IDENTITY, Address.ZERO)) {
      one.results().put(result(1, 1));
      other.results().put(result(1, 1));
      assertThatThrownBy(() -> SqlStore.sqlite(beside, IDENTITY, Address.ZERO))
          .as("each is somebody's alone all the same")
          .isInstanceOf(StoreException.Locked.class);
    }
  }

  @Test
  void whoWasOvertakenWritesNothing() throws SQLException {
    try (Store store = open()) {
      store.results().put(result(1, 1));
      command("update fence set token = token + 1");
      assertThatThrownBy(() -> store.results().put(result(2, 1)))
          .isInstanceOf(StoreException.Fenced.class)
          .hasMessageContaining(file.toString());
      assertThat(store.results().newest(9)).containsExactly(result(1, 1));
    }
  }

  @Test
  void aClosedStoreSaysSo() {
    Store store = open();
    store.close();
    store.close();
    assertThatThrownBy(() -> store.results().put(result(1, 1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> store.results().newest(1)).isInstanceOf(IllegalStateException.class);
  }

  /// A small file system in memory, for as long as the test lasts.
  private record SmallDisk(Path place) implements AutoCloseable {
    static SmallDisk mount(Path place, int kibibytes) throws IOException {
      assumeTrue(
          isDone(
              "mount", "-t", "tmpfs", "-o", "size=%dk".formatted(kibibytes), "tmpfs", place + ""),
          "SKIPPED: no small disk could be mounted (this needs root)");
      return new SmallDisk(place);
    }

    void setReadOnly() throws IOException {
      assertThat(isDone("mount", "-o", "remount,ro", place.toString())).isTrue();
    }

    private static boolean isDone(String... command) throws IOException {
      try {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    @Override
    public void close() throws IOException {
      assertThat(isDone("umount", place.toString())).isTrue();
    }
  }

  @Test
  void aFullDiskLosesNothingAndAfterwardsItGoesOn() throws IOException {
    try (SmallDisk disk = SmallDisk.mount(Files.createDirectory(folder.resolve("disk")), 1500)) {
      Path ballast = disk.place().resolve("ballast");
      Files.write(ballast, new byte[300_000]);
      file = Files.copy(file, disk.place().resolve("full.db"));
      try (Store store = open();
          MapStore maps = new MapStore(IDENTITY)) {
        int done = fill(store, maps, 0);
        assertThat(StoreRows.of(store)).as("full").containsExactlyElementsOf(StoreRows.of(maps));
        assertThatThrownBy(() -> store.results().put(result(done, 60_000)))
            .as("still full")
            .isInstanceOf(StoreException.Full.class);
        Files.delete(ballast);
        int more = fill(store, maps, done);
        assertThat(more).as("there was room for more").isGreaterThan(done);
        assertThat(StoreRows.of(store))
            .as("full again")
            .containsExactlyElementsOf(StoreRows.of(maps));
      }
      try (Store store = open()) {
        assertThat(store.results().find(Bytes32.ofWord(0))).isPresent();
      }
    }
  }

  /// Puts results until the disk is full.
  private static int fill(Store store, Store maps, int from) {
    for (int i = from; ; i++) {
      RunResult result = result(i, 60_000);
      try {
        store.results().put(result);
      } catch (StoreException.Full e) {
        assertThat(e).hasMessageContaining("full.db");
        return i;
      }
      maps.results().put(result);
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() throws IOException {
    try (SmallDisk disk = SmallDisk.mount(Files.createDirectory(folder.resolve("disk")), 3000)) {
      file = Files.copy(file, disk.place().resolve("kept.db"));
      disk.setReadOnly();
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.Unusable.class)
          .hasMessageContaining("kept.db");
    }
  }
}
