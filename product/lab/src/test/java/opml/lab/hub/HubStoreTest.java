package opml.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Address;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFollower;
import opml.ethereum.devchain.AnvilBinary;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.move.GameStatus;
import opml.hub.EventKind;
import opml.hub.EventSubjects;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;
import opml.store.EndedRequest;
import opml.store.Projection;
import opml.store.Store;
import opml.store.StoreIdentity;
import opml.store.StoredEvent;
import opml.store.memory.MapStore;
import opml.store.snapshot.SnapshotFile;
import opml.store.sql.SqlStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A store before the real hub, closed and opened again at every look.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class HubStoreTest extends OnDevChain {
  private static final byte[] INPUT = TestModels.input(1, 2, 3);

  @TempDir private Path folder;

  private final Scene scene = Scene.set(dev, TestModels.dense());
  private final EventSubjects subjects = new EventSubjects(scene.deployment());
  private final StoreIdentity identity =
      new StoreIdentity(
          dev.chain().id(),
          scene.deployment().hub().address(),
          dev.chain().block(0).orElseThrow().hash(),
          scene.deployment().block());

  private Store open() {
    return SqlStore.sqlite(folder.resolve("store.db"), identity, Address.BURNT);
  }

  /// What a process does that starts, looks once, and ends.
  private void look() {
    try (Store store = open()) {
      Projection projection = store.projection();
      LogFollower<LogEntry> follower =
          new LogFollower<>(
              dev.chain(),
              subjects.filter(),
              Function.identity(),
              identity.firstBlock(),
              1,
              2000,
              projection.memory(Function.identity()));
      for (LogFollower.Update<LogEntry> update : follower.poll()) {
        switch (update) {
          case LogFollower.Update.Back<LogEntry>(long upTo) -> projection.undo(upTo);
          case LogFollower.Update.Forward<LogEntry>(BlockRef upTo, List<LogEntry> logs) ->
              projection.append(
                  upTo,
                  logs.stream().map(log -> new StoredEvent(log, subjects.of(log))).toList(),
                  List.of());
        }
      }
    }
  }

  @Test
  void aDisputeIsKeptThroughReorganisationsGivenToAnotherAndBecomesARow() throws IOException {
    RequestId request = scene.ask(INPUT);
    Server liar =
        scene.server(3, new Liar(scene.model(), new Lie.InLastStep(1, 3)), Journal.SILENT);
    Verifier verifier = scene.verifier(4, Journal.SILENT);
    liar.tick();
    look();
    dev.reorg(1);
    liar.tick();
    for (int round = 0; round < 80; round++) {
      int before = moves();
      verifier.tick();
      look();
      if (isRefuted(scene.picture())) {
        break;
      }
      liar.tick();
      if (moves() == before) {
        // One of them has nothing to say any more.
        scene.passAllowance();
      }
    }
    assertThat(isRefuted(scene.picture())).isTrue();
    Server honest = scene.server(2, Journal.SILENT);
    honest.tick();
    scene.passWindow();
    honest.tick();
    look();
    Picture picture = scene.picture();
    BlockRef last = dev.chain().latest();
    List<LogEntry> logs = dev.chain().logs(subjects.filter(), identity.firstBlock(), last.number());
    Path file = folder.resolve("snapshot");
    try (Store store = open();
        Store other = new MapStore(identity)) {
      List<StoredEvent> events = store.projection().between(0, Long.MAX_VALUE);
      assertThat(events).extracting(StoredEvent::log).isEqualTo(logs);
      assertThat(events).extracting(StoredEvent::kind).doesNotContain(EventKind.UNREADABLE);
      assertThat(store.projection().of(request)).as("all is about it").isEqualTo(events);
      picture
          .games()
          .forEach(
              (game, seen) ->
                  assertThat(store.projection().of(game))
                      .filteredOn(event -> event.kind() == EventKind.MOVED)
                      .hasSameSizeAs(seen.positions())
                      .allSatisfy(event -> assertThat(event.claim()).contains(seen.claim())));

      store.projection().finalise(last);
      SnapshotFile.write(store, file);
      SnapshotFile.read(other, file, subjects::of);
      assertThat(other.projection().between(0, Long.MAX_VALUE)).isEqualTo(events);

      assertThat(store.projection().prune(last.number() + 1)).isEqualTo(events.size());
      assertThat(store.projection().ended(0, last.number()))
          .containsExactly(
              new EndedRequest(
                  request,
                  Optional.of(finalClaim(picture)),
                  events.getFirst().block(),
                  events.getLast().block(),
                  events.size(),
                  picture.claims().size(),
                  picture.games().size()));
    }
  }

  private int moves() {
    return scene.games().stream().mapToInt(game -> game.positions().size()).sum();
  }

  private static boolean isRefuted(Picture picture) {
    return !picture.games().isEmpty()
        && picture.games().values().stream().noneMatch(game -> game.status() == GameStatus.RUNNING)
        && picture.claims().values().stream()
            .allMatch(claim -> claim.state().status() == ClaimStatus.DEAD);
  }

  private static ClaimId finalClaim(Picture picture) {
    return picture.claims().values().stream()
        .filter(claim -> claim.state().status() == ClaimStatus.FINAL)
        .findFirst()
        .orElseThrow()
        .id();
  }
}
