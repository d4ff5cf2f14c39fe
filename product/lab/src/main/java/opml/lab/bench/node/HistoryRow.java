package opml.lab.bench.node;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import opml.agent.StoredHistory;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.core.time.Time;
import opml.ethereum.chain.Finality;
import opml.hub.Deployment;
import opml.hub.HubReader;
import opml.hub.Picture;
import opml.hub.Retention;
import opml.lab.bench.BenchException;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.TemporaryFolder;
import opml.sim.chain.LongHistory;
import opml.store.Store;
import opml.store.StoreIdentity;
import opml.store.StoredEvent;
import opml.store.sql.SqlStore;

/// A long history on a simulated chain: how fast a new store is filled with it, beside rows that are inserted into a
/// like table by hand; and what it costs in memory once most of it is over.
final class HistoryRow {
  private static final int ENDED = 100_000;
  private static final int LIVE = 1_000;
  private static final int EVENTS =
      ENDED * LongHistory.EVENTS_OF_ENDED + LIVE * LongHistory.EVENTS_OF_LIVE;
  private static final int QUIET_LOOKS = 300;
  private static final int BLOCKS_A_LOOK = 4;
  private static final int FINALITY = 64;

  private static final double MIB = 1 << 20;
  private static final double HEAP_MOST = 256;
  private static final double RATIO_LEAST = 0.2;

  private final Consumer<String> progress;
  private final LongHistory chain =
      LongHistory.of(ENDED / LongHistory.BATCH, LIVE / LongHistory.BATCH);
  private final Deployment deployment = chain.deployment();
  private final StoreIdentity identity =
      new StoreIdentity(deployment.chainId(), deployment.hub().address(), Bytes32.ZERO, 0);

  HistoryRow(Consumer<String> progress) {
    this.progress = progress;
  }

  RowFigures run() {
    try (TemporaryFolder folder = TemporaryFolder.make();
        Store store = SqlStore.sqlite(folder.path().resolve("store.db"), identity, Address.BURNT)) {
      double idle = heap();
      HubReader reader = reader(store);
      double filling = seconds(reader::read);
      double read = EVENTS / filling;
      progress.accept("%,d events are read, %,.0f a second".formatted(EVENTS, read));
      // The others were about what is over, and are one row a request already.
      List<StoredEvent> kept = store.projection().between(0, Long.MAX_VALUE);
      double inserted = kept.size() / inserting(folder.path().resolve("raw.db"), kept);
      progress.accept("%,d rows are inserted, %,.0f a second".formatted(kept.size(), inserted));
      // Nothing happens, and what is over becomes final for long.
      for (int i = 0; i < QUIET_LOOKS; i++) {
        chain.pass(BLOCKS_A_LOOK);
        reader.read();
      }
      Picture picture = reader.read();
      double heap = heap() - idle;
      progress.accept("%.1f MiB above idle".formatted(heap));
      if (picture.requests().size() != LIVE || !picture.troubles().isEmpty()) {
        throw new BenchException(
            "%d of %d live requests are seen, with troubles: %s"
                .formatted(picture.requests().size(), LIVE, picture.troubles()));
      }
      double ratio = read / inserted;
      return new RowFigures(
          Map.of("heap_mib", heap, "backfill_ratio", ratio, "backfill_events_s", read),
          List.of(
              Reach.atMost("MiB of heap above idle", heap, HEAP_MOST),
              Reach.atLeast("events/s of a backfill ÷ raw inserts", ratio, RATIO_LEAST)),
          List.of(
              "%,d requests are over, %,d live; %,.0f events a second, raw %,.0f"
                  .formatted(ENDED, LIVE, read, inserted)));
    } catch (SQLException e) {
      throw new BenchException("rows cannot be inserted by hand: " + e.getMessage(), e);
    }
  }

  private HubReader reader(Store store) {
    return new HubReader(
        deployment,
        chain,
        1,
        Time.SYSTEM,
        new StoredHistory(store.projection(), deployment),
        Optional.of(new Retention(new Finality.Depth(FINALITY), Retention.BLOCKS)));
  }

  private static double inserting(Path file, List<StoredEvent> events) throws SQLException {
    try (RawEvents raw = RawEvents.create(file)) {
      long begin = System.nanoTime();
      raw.insert(events);
      return (System.nanoTime() - begin) / 1e9;
    }
  }

  private static double seconds(Runnable work) {
    long begin = System.nanoTime();
    work.run();
    return (System.nanoTime() - begin) / 1e9;
  }

  private static double heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / MIB;
  }
}
