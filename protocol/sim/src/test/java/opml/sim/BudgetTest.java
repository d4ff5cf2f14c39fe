package opml.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.agent.Budget;
import opml.agent.Choice;
import opml.agent.Entering;
import opml.agent.Lookout;
import opml.agent.Loop;
import opml.agent.Server;
import opml.agent.Server.Callbacks;
import opml.agent.Verifier;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.send.Traffic;
import opml.game.claim.ClaimStatus;
import opml.game.move.Parameters;
import opml.hub.EventHistory;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.hub.Retention;
import opml.sim.time.Clockwork;
import opml.sim.toy.AutomatonWork;
import opml.sim.toy.Deviation;
import org.junit.jupiter.api.Test;

/// What an account may stake, whom its roles have to do with, and how it leaves. All of it holds for a process that
/// knows nothing but the chain.
class BudgetTest {
  private static final int REQUESTER = 0x90;
  private static final int LIAR = 0x30;
  private static final int HONEST = 0x20;
  private static final Wei PRICE = Wei.gwei(100);
  private static final Wei ONE_CLAIM =
      Parameters.DEFAULT.claimBond().plus(PRICE.times(AutomatonWork.GAS_OF_A_SIDE));
  private static final Deviation LIE = new Deviation(Deviation.Kind.INSTRUCTION, 1, 1);

  private final SmallWorld world = new SmallWorld();
  private final List<Journal.Entry> told = new ArrayList<>();
  private final Entering entering = new Entering();

  BudgetTest() {
    world.chain.endow(SmallWorld.account(REQUESTER), Wei.ether(100));
    world.chain.endow(SmallWorld.account(LIAR), Wei.ether(100));
    world.chain.endow(SmallWorld.account(HONEST), Wei.ether(100));
  }

  private Lookout lookout(Optional<Wei> request, Optional<Wei> day, Optional<Wei> all) {
    Hub hub = world.hub(HONEST, world.chain);
    return new Lookout(
        hub,
        Traffic.forgetting(hub.sender()),
        EventHistory.NONE,
        Retention.DEFAULT,
        new Budget(request, day, all, PRICE),
        entering);
  }

  private int claims() {
    return world.chain.hub().claims().size();
  }

  private void liarClaims(int requests) {
    world.ask(REQUESTER, requests);
    world.server(new Lookout(world.hub(LIAR, world.chain)), LIE, Journal.SILENT).tick();
    assertThat(claims()).isEqualTo(requests);
  }

  @Test
  void soManyAreEnteredAsWholeGamesFitAlsoInAProcessThatKnowsNothing() {
    world.ask(REQUESTER, 5);
    Optional<Wei> two = Optional.of(ONE_CLAIM.times(3).minus(Wei.of(1)));
    for (int process = 0; process < 3; process++) {
      Lookout lookout = lookout(Optional.empty(), Optional.empty(), two);
      Server server = world.server(lookout, Deviation.NONE, told::add);
      server.tick();
      server.tick();
      assertThat(claims()).isEqualTo(2);
    }
    assertThat(told)
        .anyMatch(
            entry ->
                entry instanceof Journal.Entry.Skipped skipped
                    && skipped.why().startsWith("the budget in all has no room for it"));
  }

  @Test
  void whatWasEnteredWithinADayCountsUntilTheDayIsOver() {
    world.ask(REQUESTER, 3);
    Optional<Wei> day = Optional.of(ONE_CLAIM.times(2).minus(Wei.of(1)));
    Lookout first = lookout(Optional.empty(), day, Optional.empty());
    world.server(first, Deviation.NONE, told::add).tick();
    assertThat(claims()).isEqualTo(1);
    long left = Budget.DAY.toSeconds() / Clockwork.SLOT_SECONDS;
    world.pass(left - 20);
    Server later =
        world.server(lookout(Optional.empty(), day, Optional.empty()), Deviation.NONE, told::add);
    later.tick();
    assertThat(claims()).isEqualTo(1);
    world.pass(20);
    later.tick();
    assertThat(claims()).isEqualTo(2);
  }

  @Test
  void aLimitOfARequestKeepsAVerifierFromWhatIsTooDear() {
    liarClaims(3);
    Wei one = Parameters.DEFAULT.challengeBond().plus(PRICE.times(AutomatonWork.GAS_OF_A_SIDE));
    Optional<Wei> less = Optional.of(one.minus(Wei.of(1)));
    Verifier none = world.verifier(lookout(less, Optional.empty(), Optional.empty()), told::add);
    none.tick();
    assertThat(world.chain.hub().games()).isEmpty();
    Verifier all =
        world.verifier(lookout(Optional.of(one), Optional.empty(), Optional.empty()), told::add);
    all.tick();
    assertThat(world.chain.hub().games()).hasSize(3);
  }

  @Test
  void whoIsNotAdmittedIsLeftAloneWithAReason() {
    liarClaims(1);
    Lookout shared = lookout(Optional.empty(), Optional.empty(), Optional.empty());
    Choice<Address> noLiar = new Choice<>(Set.of(), Set.of(SmallWorld.account(LIAR)));
    world.verifier(shared, told::add, new Verifier.Policy(noLiar, Choice.all())).tick();
    assertThat(world.chain.hub().games()).isEmpty();
    Server.Policy others =
        new Server.Policy(
            Optional.of(Wei.ZERO),
            true,
            1,
            0,
            Callbacks.DELIVER,
            new Choice<>(Set.of(SmallWorld.account(LIAR)), Set.of()),
            Choice.all(),
            Choice.all());
    world.server(shared, Deviation.NONE, told::add, others).tick();
    assertThat(claims()).isEqualTo(1);
    assertThat(told.stream().filter(Journal.Entry.Skipped.class::isInstance).map(Object::toString))
        .anyMatch(text -> text.contains("its server is not one that this verifier checks"))
        .anyMatch(text -> text.contains("its requester is not one that this server answers"));
  }

  @Test
  void aNodeThatDrainsDefendsAndSettlesWhatItHasAndEnds() {
    world.ask(REQUESTER, 1);
    Lookout lookout = lookout(Optional.empty(), Optional.empty(), Optional.empty());
    Server server = world.server(lookout, Deviation.NONE, told::add);
    server.tick();
    assertThat(claims()).isEqualTo(1);
    entering.drain();
    world.ask(REQUESTER, 2);
    server.tick();
    assertThat(claims()).isEqualTo(1);
    assertThat(server.isDrained()).isFalse();
    world.pass(Parameters.DEFAULT.window() / Clockwork.SLOT_SECONDS);
    new Loop(
            server,
            Duration.ofSeconds(2),
            why -> told.add(new Journal.Entry.Trouble("a look", why)))
        .run();
    assertThat(claims()).isEqualTo(1);
    assertThat(world.chain.hub().claim(world.chain.hub().claims().getFirst()).status())
        .isEqualTo(ClaimStatus.FINAL);
    assertThat(told).anyMatch(Journal.Entry.Withdrew.class::isInstance);
    assertThat(entering.resume()).as("it has ended").isFalse();
  }
}
