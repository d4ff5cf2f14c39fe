package opml.sim.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import opml.agent.StoredHistory;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.core.time.Time;
import opml.ethereum.chain.Finality;
import opml.hub.Deployment;
import opml.hub.HubReader;
import opml.hub.Picture;
import opml.hub.Retention;
import opml.store.Store;
import opml.store.StoreIdentity;
import opml.store.memory.MapStore;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a long history costs whoever reads it, and goes on from it.
class LongHistoryTest {
  /// `-Dopml.heap.requests=100000` for the figure of the roadmap.
  private static final int ENDED = Integer.getInteger("opml.heap.requests", 2_000);

  private static final int LIVE = Math.min(1_000, ENDED);
  private static final long MIB = 1 << 20;
  private static final long HEAP_MOST = 256 * MIB;

  @TempDir private Path folder;

  private final LongHistory chain =
      LongHistory.of(ENDED / LongHistory.BATCH, LIVE / LongHistory.BATCH);
  private final Deployment deployment = chain.deployment();
  private final StoreIdentity identity =
      new StoreIdentity(deployment.chainId(), deployment.hub().address(), Bytes32.ZERO, 0);

  private HubReader reader(Store store) {
    return new HubReader(
        deployment,
        chain,
        1,
        Time.SYSTEM,
        new StoredHistory(store.projection(), deployment),
        Optional.of(new Retention(new Finality.Depth(64), Retention.BLOCKS)));
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void whatIsOverForLongTakesNoMemoryOnMaps() {
    try (Store store = new MapStore(identity)) {
      measure("maps", store);
    }
  }

  @Test
  void whatIsOverForLongTakesNoMemoryOnSqlite() {
    try (Store store = SqlStore.sqlite(folder.resolve("store.db"), identity, Address.BURNT)) {
      measure("SQLite", store);
    }
  }

  private void measure(String name, Store store) {
    long idle = heap();
    HubReader reader = reader(store);
    reader.read();
    // Time in which nothing happens, and what is over becomes final for long.
    for (int i = 0; i < 300; i++) {
      chain.pass(4);
      reader.read();
    }
    Picture picture = reader.read();
    long above = heap() - idle;
    System.out.printf(
        "%s: %,d ended and %,d live requests: %.1f MiB above idle%n",
        name, ENDED, LIVE, (double) above / MIB);
    assertThat(picture.troubles()).isEmpty();
    assertThat(picture.requests()).hasSize(LIVE);
    assertThat(store.projection().ended(0, Long.MAX_VALUE)).hasSize(ENDED);
    assertThat(above).isLessThanOrEqualTo(HEAP_MOST);
    Picture again = reader(store).read();
    assertThat(again.requests()).isEqualTo(picture.requests());
    assertThat(again.claims()).isEqualTo(picture.claims());
    assertThat(again.troubles()).isEmpty();
  }
}
