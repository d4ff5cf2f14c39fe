package opml.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Data;
import opml.store.RunResult;
import opml.store.Store;
import opml.store.devcluster.PostgresCluster;
import opml.store.memory.MapStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class StoreTrialTest {
  @TempDir private Path folder;

  private final long seed = System.nanoTime() & Integer.MAX_VALUE;

  private static StoreTrial over(String name, Stores stores) {
    return new StoreTrial(new TreeMap<>(Map.of(name, stores)));
  }

  @Test
  void aGameOverSqliteIsTheSame() {
    assertThat(over("SQLite", DatabaseStores.sqlite(folder)).difference(seed)).isEmpty();
  }

  @Test
  @EnabledIf(value = PostgresCluster.IS_INSTALLED, disabledReason = PostgresCluster.MISSING)
  void aGameOverPostgresIsTheSame() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.start(folder)) {
      assertThat(over("PostgreSQL", DatabaseStores.postgres(cluster)).difference(seed)).isEmpty();
    }
  }

  @Test
  void aRowTooManyIsFound() {
    Stores spoilt =
        (_, identity) -> {
          Store store = new MapStore(identity);
          store
              .results()
              .put(
                  new RunResult(
                      Bytes32.ofWord(1), Bytes32.ZERO, Data.of(new byte[0]), 1, 1L << 40));
          return store;
        };
    assertThat(over("spoilt", spoilt).difference(seed)).isPresent();
  }
}
