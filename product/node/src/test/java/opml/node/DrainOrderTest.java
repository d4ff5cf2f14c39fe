package opml.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.store.StoreIdentity;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrainOrderTest {
  @TempDir private Path folder;

  @Test
  void whatIsSaidBesideTheNodeIsSeenAtItsNextLookAndStandsWhileTheStoreIsAway() throws Exception {
    Path file = folder.resolve("node.db");
    StoreIdentity identity = new StoreIdentity(1, Address.BURNT, Bytes32.ZERO, 0);
    SqlStore owner = SqlStore.sqlite(file, identity, Address.BURNT);
    DrainOrder order = new DrainOrder(owner.orders());
    assertThat(order.getAsBoolean()).isFalse();
    try (SqlStore beside = SqlStore.besideSqlite(file)) {
      beside.orders().drain(5);
    }
    assertThat(order.getAsBoolean()).isTrue();
    assertThat(order.since()).contains(5L);
    try (SqlStore beside = SqlStore.besideSqlite(file)) {
      beside.orders().undrain();
    }
    assertThat(order.getAsBoolean()).isFalse();
    owner.close();

    // A store that cannot answer: another file of the same name has no tables.
    try (SqlStore away = SqlStore.besideSqlite(file)) {
      away.orders().drain(6);
      DrainOrder last = new DrainOrder(away.orders());
      assertThat(last.getAsBoolean()).isTrue();
      Files.write(file, new byte[0]);
      assertThat(last.getAsBoolean()).isTrue();
    }
  }
}
