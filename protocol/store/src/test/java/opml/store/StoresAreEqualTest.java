package opml.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.core.account.Address;
import opml.store.devcluster.PostgresCluster;
import opml.store.memory.MapStore;
import opml.store.sql.FaultyStore;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The maps say what is right; both databases must say the same, after every step of any sequence.
class StoresAreEqualTest {
  private static final int STEPS = Integer.getInteger("opml.store.steps", 120);
  private static final Address ACCOUNT = Address.ofHex("aa".repeat(20));

  @TempDir private static Path shared;
  @TempDir private Path folder;

  @BeforeAll
  static void makeTheTablesOnce() {
    SqlStore.sqlite(shared.resolve("template.db"), StoreScript.IDENTITY, ACCOUNT).close();
  }

  private Path copy() throws IOException {
    return Files.copy(shared.resolve("template.db"), folder.resolve("store.db"));
  }

  /// @param every after how many steps all rows are compared; results are after each
  private static void play(Store store, long seed, int steps, int every) {
    StoreScript script = new StoreScript(seed);
    try (MapStore maps = new MapStore(StoreScript.IDENTITY)) {
      for (int i = 0; i < steps; i++) {
        StoreScript.Step step = script.next(maps);
        String when = "seed %d, step %d: %s".formatted(seed, i, step.text());
        assertThat(step.on(store)).as(when).isEqualTo(step.on(maps));
        if (i % every == 0) {
          assertThat(StoreRows.of(store)).as(when).containsExactlyElementsOf(StoreRows.of(maps));
        }
      }
    }
  }

  @Test
  void sqliteIsEqualToTheMaps() throws IOException {
    long seed = Long.getLong("opml.seed", System.nanoTime());
    try (Store store = SqlStore.sqlite(copy(), StoreScript.IDENTITY, ACCOUNT)) {
      play(store, seed, STEPS, 1);
    }
  }

  @Test
  @EnabledIf(value = PostgresCluster.IS_INSTALLED, disabledReason = PostgresCluster.MISSING)
  void postgresIsEqualToTheMaps() throws Exception {
    long seed = Long.getLong("opml.seed", System.nanoTime());
    try (PostgresCluster cluster = PostgresCluster.start(folder);
        Store store = SqlStore.postgres(cluster.url("postgres"), StoreScript.IDENTITY, ACCOUNT)) {
      play(store, seed, STEPS, 1);
    }
  }

  @Test
  void whatWasWrittenIsThereAfterItIsOpenedAgain() throws IOException {
    long seed = System.nanoTime();
    Path file = copy();
    StoreScript script = new StoreScript(seed);
    try (MapStore maps = new MapStore(StoreScript.IDENTITY)) {
      for (int i = 0; i < 5; i++) {
        try (Store store = SqlStore.sqlite(file, StoreScript.IDENTITY, ACCOUNT)) {
          assertThat(StoreRows.of(store))
              .as("seed %d, opened %d times".formatted(seed, i))
              .containsExactlyElementsOf(StoreRows.of(maps));
          for (int j = 0; j < 20; j++) {
            StoreScript.Step step = script.next(maps);
            assertThat(step.on(store)).as("seed %d", seed).isEqualTo(step.on(maps));
          }
        }
      }
    }
  }

  /// Each line is a piece of SQL and what stands in its place. The seeds are fixed, so that a fault that is caught is
  /// always caught.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          from event where block >= ? and block <= ?|from event where block > ? and block <= ?
          from event where block >= ? and block <= ?|from event where block >= ? and block < ?
          (block, log_index) > (?, ?)|(block, log_index) >= (?, ?)
          ) p where block >= ?|) p where block > ?
          and block <= ? order by block, source|and block < ? order by block, source
          order by block, source, transaction_hash|order by block, transaction_hash, source desc
          transaction_hash, ordinal|transaction_hash, ordinal desc
          delete from transaction_payment where block > ?|delete from transaction_payment where 0 * ? > 0
          payment where transaction_hash = ?|payment where transaction_hash < ?
          from transaction_payment where block > ?|from transaction_payment where block >= ?
          delete from drain|delete from drain where since < 0
          set books_from = ?|set books_from = 0 * ?
          last_block >= ?|last_block > ?
          last_block <= ?|last_block < ?
          delete from event where block > ?|delete from event where block >= ?
          delete from event where block > ?|delete from event where block > ? + 1
          delete from event where block > ?|delete from event where 0 * ? > 0
          delete from block where number > ?|delete from block where 0 * ? > 0
          delete from payment where block > ?|delete from payment where 0 * ? > 0
          succeeded = 0 where mined_block > ?|succeeded = 0 where 0 * ? > 0
          succeeded = 0 where mined_block > ?|succeeded = 0 where mined_block >= ?
          order by number desc limit 1 offset ?|order by number desc limit 1 offset ? - 250
          having max(block) < ?|having max(block) <= ?
          where request = ? order by block, log_index|where request = ? order by log_index, block
          where game = ? order by block, log_index|where game = ? order by block desc, log_index
          not_before <= ?|not_before < ?
          leased_until <= ?|leased_until < ?
          order by priority, deadline, kind, subject|order by deadline, priority, kind, subject
          order by priority, deadline, kind, subject|order by priority, deadline, subject, kind
          order by i.deadline, i.kind, i.subject|order by i.kind, i.subject, i.deadline
          v.kind, v.subject, v.ordinal|v.kind, v.subject, v.ordinal desc
          and i.state in (?, ?)|and i.state in (?, ? - 1)
          order by at desc, run limit|order by at, run limit
          order by at desc, run limit|order by at desc, run desc limit
          delete from run_result where at < ?|delete from run_result where at <= ?
          and subject = ? and owner = ?|and subject <> ? and owner = ?
          finalised.number < excluded.number|finalised.number <> excluded.number
          where claim = ? and kind <> ?|where claim = ? and 0 * ? = 0
          where day = ?|where day >= ?
          from finalised where true|from finalised where false
          select max(nonce)|select min(nonce)
          """)
  void aPlantedFaultIsFound(String piece, String fault) throws IOException {
    try (FaultyStore faulty =
        FaultyStore.open(copy(), StoreScript.IDENTITY, ACCOUNT, piece, fault)) {
      assertThatThrownBy(
              () -> {
                for (long seed = 1; seed <= 3; seed++) {
                  play(faulty.store(), seed, 600, 15);
                }
              })
          .isInstanceOf(AssertionError.class)
          .as("the fault is a statement that can be run")
          .hasMessageNotContaining("StoreException$Un");
      assertThat(faulty.isPlanted()).isTrue();
    }
  }
}
