package opml.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.agent.Caretaker;
import opml.agent.Lookout;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.GameStatus;
import opml.game.referee.Referee;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.sim.time.Clockwork;
import opml.sim.toy.Deviation;
import org.junit.jupiter.api.Test;

/// Calls that anybody may make.
class CaretakerTest {
  private static final int REQUESTER = 0x90;
  private static final int SERVER = 0x20;
  private static final int OTHER = 0x21;
  private static final int CARETAKER = 0x40;
  private static final Caretaker.Policy ALL = Caretaker.Policy.DEFAULT.forAnybody();

  private final SmallWorld world = new SmallWorld();
  private final List<Entry> told = new ArrayList<>();

  CaretakerTest() {
    for (int account : new int[] {REQUESTER, SERVER, OTHER, CARETAKER}) {
      world.chain.endow(SmallWorld.account(account), Wei.ether(100));
    }
  }

  private Lookout lookout(int account) {
    return new Lookout(world.hub(account, world.chain));
  }

  private Caretaker caretaker(int account, Caretaker.Policy policy) {
    return world.caretaker(lookout(account), told::add, policy);
  }

  private Referee hub() {
    return world.chain.hub();
  }

  /// {@return the only request there is}
  private RequestId request() {
    return hub().requests().getFirst();
  }

  private void pass(long seconds) {
    world.pass(seconds / Clockwork.SLOT_SECONDS + 1);
  }

  private long window() {
    return world.chain.deployment().parameters().window();
  }

  /// Looks as often as it takes to see that something stays due.
  private void look(Caretaker caretaker) {
    for (int i = 0; i < 4; i++) {
      caretaker.tick();
      pass(Caretaker.Policy.DEFAULT.patience().toSeconds());
    }
  }

  private void claim(int account) {
    world.server(lookout(account), Deviation.NONE, Journal.SILENT).tick();
  }

  private List<String> done() {
    return told.stream()
        .filter(
            entry ->
                entry instanceof Entry.Resolved
                    || entry instanceof Entry.Expired
                    || entry instanceof Entry.TimedOut
                    || entry instanceof Entry.Reclaimed
                    || entry instanceof Entry.Delivered
                    || entry instanceof Entry.Withdrew)
        .map(entry -> entry.getClass().getSimpleName())
        .toList();
  }

  @Test
  void aServerThatIsAwayAfterItsClaimIsSettledAndItsResultDelivered() {
    world.askWithCallback(REQUESTER);
    claim(SERVER);
    Caretaker caretaker = caretaker(CARETAKER, ALL);
    look(caretaker);
    assertThat(done()).as("its window is open").isEmpty();
    pass(window());
    look(caretaker);
    assertThat(hub().request(request()).status()).isEqualTo(RequestStatus.FINAL);
    assertThat(done()).containsExactly("Resolved", "Delivered");
    look(caretaker);
    assertThat(done()).hasSize(2);
    assertThat(hub().ledger().credit(SmallWorld.account(SERVER)).signum()).isPositive();
  }

  @Test
  void whatOnlyOthersGainByIsLeftToThemUnlessItIsForAll() {
    world.ask(REQUESTER, 1);
    claim(SERVER);
    pass(window());
    look(caretaker(CARETAKER, Caretaker.Policy.DEFAULT));
    assertThat(done()).isEmpty();
    assertThat(hub().request(request()).status()).isEqualTo(RequestStatus.OPEN);
  }

  @Test
  void thoseWhomItWorksForAreServedAtOnceIfThatPays() {
    world.ask(REQUESTER, 1);
    claim(SERVER);
    pass(window());
    Set<Address> ours = Set.of(SmallWorld.account(SERVER));
    Wei bond = world.chain.deployment().parameters().claimBond();
    Optional<Wei> more = Optional.of(bond.plus(Wei.ether(1)));
    look(caretaker(CARETAKER, new Caretaker.Policy(false, ours, more, Duration.ZERO, 0)));
    assertThat(done()).as("it gains less than that").isEmpty();
    assertThat(told)
        .singleElement()
        .isInstanceOfSatisfying(
            Entry.Skipped.class, skipped -> assertThat(skipped.why()).contains("too little"));
    caretaker(CARETAKER, new Caretaker.Policy(false, ours, Optional.of(bond), Duration.ZERO, 0))
        .tick();
    assertThat(done()).containsExactly("Resolved");
  }

  @Test
  void theFeeOfAnOwnRequestThatNobodyAnsweredComesHome() {
    world.ask(REQUESTER, 1);
    Caretaker caretaker = caretaker(REQUESTER, Caretaker.Policy.DEFAULT);
    caretaker.tick();
    assertThat(done()).isEmpty();
    pass(1_000_000);
    look(caretaker);
    assertThat(done()).containsExactly("Expired", "Withdrew");
    assertThat(hub().request(request()).status()).isEqualTo(RequestStatus.EXPIRED);
    assertThat(hub().ledger().credit(SmallWorld.account(REQUESTER)).signum()).isZero();
  }

  /// Two challengers of a lie go away, and so does the liar.
  @Test
  void aGameWhoseClockRanOutIsEndedAndTheOtherOnesBondGivenBack() {
    world.ask(REQUESTER, 1);
    world
        .server(lookout(SERVER), new Deviation(Deviation.Kind.INSTRUCTION, 1, 1), Journal.SILENT)
        .tick();
    Verifier one = world.verifier(lookout(OTHER), Journal.SILENT);
    Verifier two = world.verifier(lookout(0x22), Journal.SILENT);
    world.chain.endow(SmallWorld.account(0x22), Wei.ether(100));
    one.tick();
    two.tick();
    assertThat(hub().games()).hasSize(2);
    Caretaker caretaker = caretaker(CARETAKER, ALL);
    pass(world.chain.deployment().parameters().allowance());
    look(caretaker);
    assertThat(done()).containsExactlyInAnyOrder("TimedOut", "Reclaimed");
    assertThat(hub().claim(hub().claims().getFirst()).status()).isEqualTo(ClaimStatus.DEAD);
    assertThat(hub().games().stream().map(id -> hub().game(id).status()))
        .containsExactlyInAnyOrder(GameStatus.CHALLENGER_WON, GameStatus.VOID);
  }

  /// The server of the account is late: whoever gains by that may say so.
  @Test
  void aGameThatItsOwnAccountHasLostIsNotEndedByIt() {
    world.ask(REQUESTER, 1);
    claim(SERVER);
    world.sham(lookout(OTHER)).tick();
    assertThat(hub().games()).hasSize(1);
    pass(world.chain.deployment().parameters().allowance());
    look(caretaker(SERVER, ALL));
    assertThat(done()).isEmpty();
    look(caretaker(OTHER, Caretaker.Policy.DEFAULT));
    assertThat(done()).startsWith("TimedOut");
  }

  /// Each thing is done once, whichever role of the account comes first.
  @Test
  void rolesOfOneAccountDoNothingTwice() {
    BigInteger before = world.chain.balance(SmallWorld.account(SERVER));
    world.askWithCallback(REQUESTER);
    Lookout lookout = lookout(SERVER);
    Server server = world.server(lookout, Deviation.NONE, told::add);
    Verifier verifier = world.verifier(lookout, told::add);
    Caretaker caretaker = world.caretaker(lookout, told::add, ALL);
    server.tick();
    pass(window());
    for (int i = 0; i < 6; i++) {
      // All of them decide before anything of it is in a block.
      caretaker.look();
      server.look();
      verifier.look();
      caretaker.look();
      pass(Caretaker.Policy.DEFAULT.patience().toSeconds());
    }
    assertThat(done()).containsExactlyInAnyOrder("Resolved", "Delivered", "Withdrew");
    assertThat(told).noneMatch(Entry.Overtaken.class::isInstance);
    assertThat(told).noneMatch(Entry.Trouble.class::isInstance);
    assertThat(world.chain.balance(SmallWorld.account(SERVER))).isNotEqualTo(before);
  }

  @Test
  void whoOnlyLooksTellsWhatWouldBeDone() {
    world.askWithCallback(REQUESTER);
    claim(SERVER);
    pass(window());
    Caretaker dry = Caretaker.dry(lookout(SERVER), told::add, ALL);
    look(dry);
    assertThat(told)
        .singleElement()
        .isInstanceOfSatisfying(
            Entry.Would.class, would -> assertThat(would.why()).isEqualTo("it is due"));
    assertThat(hub().request(request()).status()).isEqualTo(RequestStatus.OPEN);
  }
}
