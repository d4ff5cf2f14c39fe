package opml.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.agent.Assessment;
import opml.agent.Assessment.AssessedClaim;
import opml.agent.Assessment.Outlook;
import opml.agent.Caretaker;
import opml.agent.Lookout;
import opml.agent.Monitor;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Wei;
import opml.game.claim.ClaimStatus;
import opml.game.move.Clock;
import opml.game.move.Game;
import opml.game.move.GameStatus;
import opml.game.move.Side;
import opml.game.referee.Referee;
import opml.game.solver.Verdict;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.sim.time.Clockwork;
import opml.sim.toy.Deviation;
import org.junit.jupiter.api.Test;

/// What somebody makes of others' claims and games who does nothing.
class MonitorTest {
  private static final int REQUESTER = 0x90;
  private static final int SERVER = 0x20;
  private static final int VERIFIER = 0x21;
  private static final int NOBODY = 0x50;
  private static final Deviation LIE = new Deviation(Deviation.Kind.INSTRUCTION, 2, 1);

  private final SmallWorld world = new SmallWorld();
  private final List<Entry> told = new ArrayList<>();
  private final Monitor monitor = world.monitor(lookout(NOBODY), told::add);

  MonitorTest() {
    for (int account : new int[] {REQUESTER, SERVER, VERIFIER}) {
      world.chain.endow(SmallWorld.account(account), Wei.ether(100));
    }
    world.ask(REQUESTER, 1);
  }

  private Lookout lookout(int account) {
    return new Lookout(world.hub(account, world.chain));
  }

  private Server server(Deviation lie) {
    return world.server(lookout(SERVER), lie, Journal.SILENT);
  }

  private Verifier verifier() {
    return world.verifier(lookout(VERIFIER), Journal.SILENT);
  }

  private Referee hub() {
    return world.chain.hub();
  }

  private void pass(long seconds) {
    world.pass(seconds / Clockwork.SLOT_SECONDS + 1);
  }

  private Assessment look() {
    world.pass(1);
    monitor.tick();
    Assessment said = monitor.assessment().orElseThrow();
    assertThat(said.unclaimed()).contains(hub().ledger().credited());
    return said;
  }

  private AssessedClaim claim() {
    return look().claims().getFirst();
  }

  private static Optional<Side> winner(Assessment said) {
    return said.games().getFirst().winner();
  }

  private long alarms() {
    return told.stream().filter(Entry.Alarm.class::isInstance).count();
  }

  @Test
  void aWrongClaimIsToldWhileItCanBeChallengedAndIsAnAlarmOnceItIsFinal() {
    server(LIE).tick();
    Assessment said = look();
    AssessedClaim claim = said.claims().getFirst();
    assertThat(claim.verdict()).contains(Verdict.WRONG);
    assertThat(claim.outlook()).isEqualTo(Outlook.FINAL);
    assertThat(claim.isWrongUnchallenged()).isTrue();
    long window = world.chain.deployment().parameters().window();
    assertThat(said.lastMoment()).hasValue(hub().claim(claim.id()).claimedAt() + window);
    assertThat(told)
        .filteredOn(Entry.Judged.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            Entry.Judged.class,
            judged -> {
              assertThat(judged.claim()).isEqualTo(claim.id());
              assertThat(judged.own()).isNotEqualTo(judged.claimed());
            });
    pass(window);
    assertThat(look().lastMoment()).as("it is too late").isEmpty();
    assertThat(alarms()).isZero();
    Caretaker settler =
        world.caretaker(lookout(VERIFIER), told::add, Caretaker.Policy.DEFAULT.forAnybody());
    for (int i = 0; i < 3; i++) {
      settler.tick();
      pass(Caretaker.Policy.DEFAULT.patience().toSeconds());
    }
    assertThat(look().wrongFinal()).isEqualTo(1);
    look();
    assertThat(alarms()).isEqualTo(1);
  }

  @Test
  void aRightClaimIsForetoldToBecomeFinalWhateverIsSaidAgainstIt() {
    Server server = server(Deviation.NONE);
    server.tick();
    assertThat(claim())
        .returns(Optional.of(Verdict.RIGHT), AssessedClaim::verdict)
        .returns(Outlook.FINAL, AssessedClaim::outlook);
    Verifier sham = world.sham(lookout(VERIFIER));
    sham.tick();
    Assessment said = look();
    assertThat(winner(said)).contains(Side.SERVER);
    assertThat(said.claims().getFirst().outlook()).isEqualTo(Outlook.FINAL);
    Clock clock = game().clock();
    assertThat(said.lastMoment()).hasValue(clock.lastMoment(Side.SERVER));
    pass(world.chain.deployment().parameters().allowance());
    Assessment late = look();
    assertThat(winner(late)).as("it was silent too long").contains(Side.CHALLENGER);
    assertThat(late.claims().getFirst().outlook()).isEqualTo(Outlook.DEAD);
    assertThat(late.lastMoment()).isEmpty();
  }

  private Game game() {
    return hub().game(hub().games().getFirst());
  }

  @Test
  void aGameOfALiarIsForetoldFromItsFirstMoveToItsLast() {
    Server liar = server(LIE);
    Verifier verifier = verifier();
    liar.tick();
    verifier.tick();
    int moves = 0;
    while (game().status() == GameStatus.RUNNING) {
      Assessment said = look();
      assertThat(winner(said)).contains(Side.CHALLENGER);
      assertThat(said.claims().getFirst().outlook()).isEqualTo(Outlook.DEAD);
      assertThat(said.claims().getFirst().isWrongUnchallenged()).isFalse();
      assertThat(said.lastMoment().isPresent()).isEqualTo(game().onTurn() == Side.CHALLENGER);
      (game().onTurn() == Side.SERVER ? liar : verifier).tick();
      moves++;
    }
    assertThat(moves).isGreaterThan(1);
    assertThat(hub().claim(hub().claims().getFirst()).status()).isEqualTo(ClaimStatus.DEAD);
    assertThat(told.stream().filter(Entry.Foretold.class::isInstance).count()).isEqualTo(moves);
    assertThat(look().claims()).isEmpty();
    assertThat(alarms()).isZero();
  }

  /// An attacker of his own claim plays to lose, and nobody else challenges.
  @Test
  void aShamGameOnAWrongClaimDoesNotMakeItChallenged() {
    server(LIE).tick();
    Deviation another = new Deviation(Deviation.Kind.INSTRUCTION, 2, 0);
    world.sham(lookout(VERIFIER), another).tick();
    Assessment said = look();
    assertThat(said.games()).hasSize(1);
    assertThat(winner(said)).as("both lie; whoever is on turn can refute").contains(Side.SERVER);
    assertThat(said.claims().getFirst().isWrongUnchallenged()).isTrue();
  }

  @Test
  void itSendsNothingAndNeedsNoMoney() {
    server(LIE).tick();
    SmallWorld.Counted node = new SmallWorld.Counted(world.chain);
    Hub hub = world.hub(NOBODY, node);
    Monitor watching = world.monitor(new Lookout(hub), told::add);
    watching.tick();
    world.pass(1);
    node.forget();
    watching.tick();
    assertThat(node.calls()).doesNotContainKeys("send", "estimateGas", "minedNonce");
    assertThat(node.total()).as("%s", node.calls()).isLessThanOrEqualTo(6);
    assertThat(watching.isBusy()).isFalse();
  }
}
