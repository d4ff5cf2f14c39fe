package opml.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Data;
import opml.store.devcluster.PostgresCluster;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// What may be wrong with a PostgreSQL.
@EnabledIf(value = PostgresCluster.IS_INSTALLED, disabledReason = PostgresCluster.MISSING)
class PostgresTroubleTest {
  private static final StoreIdentity IDENTITY = StoreScript.IDENTITY;
  private static final Address ACCOUNT = Address.ofHex("aa".repeat(Address.BYTES));

  @TempDir private static Path folder;
  private static PostgresCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = PostgresCluster.start(folder);
    cluster.command("postgres", "create database made");
    SqlStore.postgres(cluster.url("made"), IDENTITY, ACCOUNT).close();
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static SqlStore open(String url) {
    return SqlStore.postgres(url, IDENTITY, ACCOUNT);
  }

  private static RunResult result(int number) {
    return new RunResult(Bytes32.ofWord(number), Bytes32.ZERO, Data.EMPTY, 1, number);
  }

  @Test
  void aDatabaseThatIsGoneIsToldAndUsedAgainOnceItIsBack() throws Exception {
    try (Store store = open(cluster.copy("made", "gone"))) {
      store.results().put(result(1));
      cluster.stop();
      assertThatThrownBy(() -> store.results().put(result(2)))
          .isInstanceOf(StoreException.Unavailable.class)
          .hasMessageContaining("/gone");
      assertThatThrownBy(() -> store.results().newest(9))
          .isInstanceOf(StoreException.Unavailable.class);
      assertThatThrownBy(() -> open(cluster.url("gone")))
          .isInstanceOf(StoreException.Unavailable.class);
      cluster.start();
      assertThat(store.results().put(result(2))).isEqualTo(result(2));
      assertThat(store.results().newest(9)).containsExactly(result(2), result(1));
      assertThatThrownBy(() -> open(cluster.url("gone")))
          .as("its lock is there again")
          .isInstanceOf(StoreException.Locked.class);
    }
  }

  @Test
  void aSecondOpenerIsRefused() throws Exception {
    String url = cluster.copy("made", "twice");
    try (Store store = open(url)) {
      assertThatThrownBy(() -> open(url))
          .isInstanceOf(StoreException.Locked.class)
          .hasMessageContaining("/twice");
      store.results().put(result(1));
    }
    open(url).close();
  }

  @Test
  void whoLosesItsLockWithoutNoticingIsOvertakenAndWritesNothing() throws Exception {
    String url = cluster.copy("made", "overtaken");
    try (Store first = open(url)) {
      first.results().put(result(1));
      // The connection that has the locks ends (waited for, in ms), and nothing that the first one
      // does goes over it.
      cluster.command(
          "overtaken",
          "select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory'"
              + " and database = (select oid from pg_database where datname = 'overtaken')");
      try (Store second = open(url)) {
        second.results().put(result(2));
        assertThatThrownBy(() -> first.results().put(result(3)))
            .isInstanceOf(StoreException.Fenced.class)
            .hasMessageContaining("/overtaken");
        assertThat(second.results().newest(9)).containsExactly(result(2), result(1));
      }
    }
  }

  @Test
  void aStoreOfAnotherHubIsRefused() throws Exception {
    String url = cluster.copy("made", "alien");
    StoreIdentity other = new StoreIdentity(1, Address.BURNT, Bytes32.ZERO, 0);
    assertThatThrownBy(() -> SqlStore.postgres(url, other, ACCOUNT))
        .isInstanceOf(StoreException.Foreign.class)
        .hasMessageContaining("/alien")
        .hasMessageContaining(other.toString());
  }

  @Test
  void aDatabaseThatThereIsNotIsNamedWithoutThePassword() {
    assertThatThrownBy(() -> open(cluster.url("nowhere") + "&password=secret"))
        .isInstanceOf(StoreException.Unusable.class)
        .hasMessageContaining("nowhere")
        .hasMessageNotContaining("secret");
  }
}
