package opml.lab.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.Optional;
import opml.agent.Agent;
import opml.agent.Host;
import opml.agent.Lookout;
import opml.agent.OutboxLog;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Wei;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.send.Traffic;
import opml.game.work.Workshop;
import opml.hub.EventHistory;
import opml.hub.Hub;
import opml.hub.IntentKey;
import opml.hub.IntentKind;
import opml.hub.Journal.Entry;
import opml.hub.Picture.SeenGame;
import opml.hub.Retention;
import opml.lab.play.Scene;
import opml.store.IntentState;
import opml.store.Outbox;
import opml.store.memory.MapStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// Agents that wait for no block: what they have on their way, block by block.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class PipelineTest extends RoleStage {
  private static final int FEES_RISE_BY = 50;

  @AfterEach
  void mineAgain() {
    dev.autoMine(true);
  }

  private static Lookout lookout(Hub hub, Outbox outbox) {
    Traffic<IntentKey> traffic =
        new Traffic<>(
            hub.sender(), new OutboxLog(hub, outbox, InstantSource.system()), Traffic.USUAL_MOST);
    return new Lookout(hub, traffic, EventHistory.NONE, Retention.DEFAULT);
  }

  /// {@return a server over an outbox, as a new process}
  private Server server(int account, Workshop workshop, Outbox outbox) {
    Hub hub = scene.hub(account);
    Server.Policy policy = new Server.Policy(Optional.of(Wei.ZERO), true, 1, 0);
    return new Server(
        lookout(hub, outbox),
        workshop,
        journal,
        policy,
        Agent.Caution.DEFAULT,
        Optional.empty(),
        Host.here());
  }

  /// Looks until nothing is computed any more that it will act on.
  private static void lookUntilDone(Agent agent) {
    do {
      agent.look();
    } while (agent.isBehind());
  }

  private static long answered(Scene scene) {
    return scene.games().stream().filter(game -> game.positions().size() > 1).count();
  }

  @Test
  void manyRequestsAreClaimedSixteenABlock() {
    int requests = 100;
    for (int i = 0; i < requests; i++) {
      scene.ask(INPUT);
    }
    Server server = server(2, scene.honest(), MapStore.outboxAlone());
    dev.autoMine(false);
    for (int block = 0; block < 8; block++) {
      lookUntilDone(server);
      dev.mine(1);
    }
    assertThat(scene.claims()).hasSize(requests);
    server.look();
    assertThat(told).filteredOn(Entry.Claimed.class::isInstance).hasSize(requests);
  }

  @Test
  void aFloodOfShamsIsAnsweredWithinTenBlocks() {
    int games = 100;
    scene.ask(INPUT);
    Server server = server(2, scene.honest(), MapStore.outboxAlone());
    server.tick();
    for (int i = 0; i < games; i++) {
      sham(5, scene.claims().getFirst());
    }
    dev.autoMine(false);
    for (int block = 0; block < 10 && answered(scene) < games; block++) {
      lookUntilDone(server);
      dev.mine(1);
    }
    assertThat(answered(scene)).isEqualTo(games);
  }

  @Test
  void aMoveOfAKilledProcessIsInAfterThreeBlocksThoughFeesAreFiftyfold() {
    scene.ask(INPUT);
    Outbox outbox = MapStore.outboxAlone();
    Server killed = server(2, scene.honest(), outbox);
    killed.tick();
    sham(5, scene.claims().getFirst());
    dev.autoMine(false);
    lookUntilDone(killed);
    assertThat(outbox.in(IntentState.SENT)).hasSize(1);
    String fee = "0x" + dev.chain().latest().baseFee().times(FEES_RISE_BY).value().toString(16);
    Server next = server(2, scene.honest(), outbox);
    for (int block = 0; block < 3 && answered(scene) == 0; block++) {
      dev.command("anvil_setNextBlockBaseFeePerGas", fee);
      dev.mine(1);
      next.look();
    }
    dev.command("anvil_setNextBlockBaseFeePerGas", fee);
    dev.mine(1);
    assertThat(answered(scene)).isEqualTo(1);
    next.look();
    assertThat(outbox.unmined()).isEmpty();
    assertThat(outbox.in(IntentState.MINED)).as("a claim and a move").hasSize(2);
    assertThat(told)
        .filteredOn(Entry.Arrived.class::isInstance)
        .singleElement()
        .satisfies(
            arrived ->
                assertThat(((Entry.Arrived) arrived).key().kind()).isEqualTo(IntentKind.MOVE));
  }

  @Test
  void twoRolesOfOneAccountShareWhatIsOnItsWay() {
    scene.ask(INPUT);
    scene.server(3, liar, _ -> {}).tick();
    scene.ask(INPUT);
    Hub hub = scene.hub(2);
    Lookout lookout = lookout(hub, MapStore.outboxAlone());
    Host host = Host.here();
    Server server =
        new Server(
            lookout,
            scene.honest(),
            journal,
            new Server.Policy(Optional.of(Wei.ZERO), false, 1, 0),
            Agent.Caution.DEFAULT,
            Optional.empty(),
            host);
    Verifier verifier = new Verifier(lookout, scene.honest(), journal, Agent.Caution.DEFAULT, host);
    dev.autoMine(false);
    for (int look = 0; look < 3; look++) {
      lookUntilDone(server);
      lookUntilDone(verifier);
    }
    dev.mine(1);
    // The first of these may share a picture of before that block.
    for (int look = 0; look < 2; look++) {
      server.look();
      verifier.look();
    }
    assertThat(scene.games()).extracting(SeenGame::challenger).containsExactly(hub.account());
    assertThat(told).filteredOn(Entry.Claimed.class::isInstance).hasSize(2);
    assertThat(told).filteredOn(Entry.Challenged.class::isInstance).hasSize(1);
    assertThat(scene.claims()).hasSize(3);
  }
}
