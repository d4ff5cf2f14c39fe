package opml.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import opml.agent.StoredHistory;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.core.time.Time;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Finality;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.ForwardingChain;
import opml.game.claim.RequestId;
import opml.hub.Deployment;
import opml.hub.DeploymentFile;
import opml.hub.HubReader;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.hub.Retention;
import opml.hub.StoredPicture;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.store.Store;
import opml.store.StoreIdentity;
import opml.store.memory.MapStore;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A reader that goes on from a store.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class StoredReaderTest extends OnDevChain {
  private static final byte[] INPUT = TestModels.input(1, 2, 3);

  /// Blocks below the position that a start may read again.
  private static final long REREAD_MOST = 64;

  @TempDir private Path folder;

  private final Scene scene = Scene.set(dev, TestModels.dense());
  private final StoreIdentity identity = identity(scene.deployment());

  private static StoreIdentity identity(Deployment deployment) {
    return new StoreIdentity(
        dev.chain().id(),
        deployment.hub().address(),
        dev.chain().block(0).orElseThrow().hash(),
        deployment.block());
  }

  private HubReader reader(Store store, Chain chain, long depth, long blocks) {
    return new HubReader(
        scene.deployment(),
        chain,
        1,
        Time.SYSTEM,
        new StoredHistory(store.projection(), scene.deployment()),
        Optional.of(new Retention(new Finality.Depth(depth), blocks)));
  }

  /// {@return all of a picture}
  private static List<String> describe(Picture picture) {
    List<String> lines = new ArrayList<>();
    lines.add(picture.block().toString() + picture.now());
    picture.requests().values().forEach(seen -> lines.add(seen.toString()));
    picture.claims().values().forEach(seen -> lines.add(seen.toString()));
    picture.games().values().forEach(seen -> lines.add(seen.toString()));
    lines.addAll(picture.troubles());
    return lines;
  }

  private static List<String> anew(Deployment deployment) {
    return describe(new HubReader(deployment, dev.chain()).read());
  }

  /// The chain, and the first block of which logs were read.
  private static final class Noted extends ForwardingChain {
    private long first = Long.MAX_VALUE;

    Noted() {
      super(dev.chain());
    }

    @Override
    public <T> List<Kept<T>> logs(
        LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
      first = Math.min(first, from);
      return super.logs(filter, from, to, keep);
    }
  }

  // ------------------------------------------------------------------ going on

  @Test
  void goingOnFromAStoreIsReadingAnewThroughReorganisationsAndRestarts() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    RandomHistory history = new RandomHistory(scene, random);
    Path file = folder.resolve("store.db");
    try (Store maps = new MapStore(identity)) {
      Store sqlite = SqlStore.sqlite(file, identity, Address.BURNT);
      try {
        List<HubReader> readers = new ArrayList<>();
        dev.mine(8);
        for (int round = 0; round < 20; round++) {
          String at = "seed %d, round %d".formatted(seed, round);
          for (int step = random.nextInt(4); step >= 0; step--) {
            history.happen();
          }
          if (random.nextInt(3) == 0) {
            dev.reorg(1 + random.nextInt(7));
          }
          if (random.nextInt(12) == 0) {
            sqlite.projection().clear(); // somebody has deleted it
            readers.clear();
          }
          if (readers.isEmpty() || random.nextInt(3) == 0) {
            if (random.nextBoolean()) {
              sqlite.close();
              sqlite = SqlStore.sqlite(file, identity, Address.BURNT);
            }
            readers = new ArrayList<>();
            for (Store store : List.of(maps, sqlite)) {
              long position = store.projection().position();
              Noted chain = new Noted();
              HubReader reader = reader(store, chain, 1 << 20, 1 << 20);
              assertThat(describe(reader.read())).as(at).isEqualTo(anew(scene.deployment()));
              assertThat(position - chain.first + 1)
                  .as("%s: blocks read again", at)
                  .isLessThanOrEqualTo(REREAD_MOST);
              readers.add(reader);
            }
          }
          if (random.nextBoolean()) {
            for (HubReader reader : readers) {
              assertThat(describe(reader.read())).as(at).isEqualTo(anew(scene.deployment()));
            }
          }
        }
      } finally {
        sqlite.close();
      }
    }
  }

  @Test
  void whatIsInAStoreIsSeenWithoutAnyChain() {
    long seed = System.nanoTime();
    RandomHistory history = new RandomHistory(scene, new Random(seed));
    Deployment offline = DeploymentFile.of(scene.deployment(), Optional.empty()).unchecked();
    assertThat(offline.hub().address()).isEqualTo(scene.deployment().hub().address());
    assertThat(offline.registry().address()).isEqualTo(scene.deployment().registry().address());
    assertThat(offline.deliveries().address()).isEqualTo(scene.deployment().deliveries().address());
    assertThat(offline.inputs().address()).isEqualTo(scene.deployment().inputs().address());
    try (Store store = new MapStore(identity)) {
      HubReader reader = reader(store, dev.chain(), 1 << 20, 1 << 20);
      for (int i = 0; i < 30; i++) {
        history.happen();
      }
      Picture read = reader.read();
      List<Object> before = List.of(store.projection().blocks(), store.projection().position());
      Picture seen =
          StoredPicture.of(offline, new StoredHistory(store.projection(), offline), read.block());
      assertThat(describe(seen)).as("seed %d", seed).isEqualTo(describe(read));
      assertThat(List.of(store.projection().blocks(), store.projection().position()))
          .isEqualTo(before);
    }
  }

  @Test
  void aStoreThatIsAwayIsDoneWithoutAndCatchesUp() {
    try (Store store = new MapStore(identity)) {
      boolean[] isAway = {false};
      StoredHistory kept = new StoredHistory(store.projection(), scene.deployment());
      long[] nanos = {0};
      HubReader reader =
          new HubReader(
              scene.deployment(),
              dev.chain(),
              1,
              new Time() {
                @Override
                public long nanoTime() {
                  return nanos[0];
                }

                @Override
                public void sleep(Duration pause) {
                  nanos[0] += pause.toNanos();
                }
              },
              new HistoryThatIsAway(kept, isAway),
              Optional.of(Retention.DEFAULT));
      scene.ask(INPUT);
      reader.read();
      isAway[0] = true;
      RequestId second = scene.ask(INPUT);
      Picture without = reader.read();
      assertThat(without.requests()).hasSize(2).containsKey(second);
      assertThat(without.troubles()).singleElement().asString().contains("is not kept");
      nanos[0] += 60_000_000_000L;
      scene.ask(INPUT);
      assertThat(reader.read().requests()).hasSize(3);
      isAway[0] = false;
      nanos[0] += 60_000_000_000L;
      assertThat(describe(reader.read())).isEqualTo(anew(scene.deployment()));
      assertThat(store.projection().position()).isEqualTo(dev.chain().latest().number());
    }
  }

  // ------------------------------------------------------------------ what is final

  /// Lets many blocks come; what somebody has looked at can become final.
  private static void passWithLooks(HubReader reader) {
    for (int i = 0; i < 10; i++) {
      dev.mine(10);
      reader.read();
    }
  }

  @Test
  void whatIsOverForLongLeavesPicturesAndStoreAndNothingElseDoes() {
    try (Store store = new MapStore(identity)) {
      RequestId old = scene.ask(INPUT);
      scene.server(2, Journal.SILENT).tick();
      scene.passWindow();
      scene.server(2, Journal.SILENT).tick();
      RequestId open = scene.ask(INPUT);
      HubReader reader = reader(store, dev.chain(), 2, 4);
      assertThat(reader.read().requests()).containsKeys(old, open);
      passWithLooks(reader);
      Picture later = reader.read();
      assertThat(later.requests()).containsOnlyKeys(open);
      assertThat(later.claims()).isEmpty();
      assertThat(later.troubles()).isEmpty();
      RequestId next = scene.ask(INPUT);
      assertThat(reader.read().requests()).containsOnlyKeys(open, next);
      assertThat(store.projection().ended(0, Long.MAX_VALUE))
          .singleElement()
          .satisfies(row -> assertThat(row.request()).isEqualTo(old));
      HubReader restarted = reader(store, dev.chain(), 2, 4);
      assertThat(restarted.read().requests()).containsOnlyKeys(open, next);
      RequestId third = scene.ask(INPUT);
      Picture seen = restarted.read();
      assertThat(seen.requests())
          .as("the same requester asks on")
          .containsOnlyKeys(open, next, third);
      assertThat(seen.troubles()).isEmpty();
    }
  }

  @Test
  void aRequestThatTheNodeHidesIsNoticedAlsoBehindForgottenOnes() {
    try (Store store = new MapStore(identity)) {
      scene.ask(INPUT);
      scene.server(2, Journal.SILENT).tick();
      scene.passWindow();
      scene.server(2, Journal.SILENT).tick();
      Bytes32[] hidden = {Bytes32.ZERO};
      Chain lying =
          new ForwardingChain(dev.chain()) {
            @Override
            public <T> List<Kept<T>> logs(
                LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
              return dev.chain().logs(filter, from, to).stream()
                  .filter(log -> log.topics().size() < 2 || !log.topics().get(1).equals(hidden[0]))
                  .map(log -> Kept.of(log, keep))
                  .toList();
            }
          };
      HubReader reader = reader(store, lying, 2, 4);
      passWithLooks(reader);
      assertThat(reader.read().requests()).isEmpty();
      hidden[0] = scene.ask(INPUT).hash();
      reader.read();
      scene.ask(INPUT);
      assertThat(reader.read().troubles())
          .singleElement()
          .asString()
          .contains("has request number");
    }
  }

  @Test
  void aReorganisationOfWhatWasFinalIsToldAndAllIsReadAnew() {
    try (Store store = new MapStore(identity)) {
      RequestId first = scene.ask(INPUT);
      HubReader reader = reader(store, dev.chain(), 2, 4);
      passWithLooks(reader);
      scene.ask(INPUT);
      for (int i = 0; i < 6; i++) {
        dev.mine(1);
        reader.read();
      }
      BlockRef last = store.projection().finalised().orElseThrow();
      dev.reorg(8); // without what was asked
      assertThatThrownBy(reader::read)
          .isInstanceOf(ChainException.Reorganised.class)
          .hasMessageContaining("was final");
      Picture after = reader.read();
      assertThat(reader.belowFinal()).isPresent();
      assertThat(after.troubles()).singleElement().asString().contains(last.toString());
      assertThat(after.requests()).containsOnlyKeys(first);
      assertThat(store.projection().position()).isEqualTo(dev.chain().latest().number());
    }
  }
}
