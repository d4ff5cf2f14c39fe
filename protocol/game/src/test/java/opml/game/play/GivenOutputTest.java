package opml.game.play;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.GameStatus;
import opml.game.move.Side;
import opml.game.referee.Referee;
import opml.game.referee.Refusal;
import opml.game.referee.RefusedCallException;
import opml.game.referee.Rules;
import opml.game.solver.Solver;
import opml.game.toy.GivenToy;
import opml.game.toy.GivenToy.Tape;
import opml.game.trace.Trace;
import org.junit.jupiter.api.Test;

/// Models whose output is given and checked: the rows of the attack table about them (`protocol.md` §1.8, §7).
class GivenOutputTest {
  private static final GameFormat FORMAT = new GameFormat(2, 1);
  private static final Solver SOLVER = new Solver(FORMAT);
  private static final long START = 10_000;

  private final GivenToy toy = new GivenToy();
  private final Referee hub =
      new Referee(1, Market.address(0x40b), Market.PARAMETERS, new Rules(FORMAT, toy));
  private long now = START;

  /// Every tape of small numbers, for every small input: one passes, and each other one that is claimed all the same
  /// dies, while the right one survives a sham.
  @Test
  void exactlyOneTapePassesAndEveryOtherIsRefuted() {
    for (long x = 0; x <= 4; x++) {
      List<Tape> passing = new ArrayList<>();
      for (Tape tape : tapes()) {
        if (toy.passes(x, tape)) {
          passing.add(tape);
        } else {
          fails(x, tape);
        }
      }
      assertThat(passing).as("input %d", x).hasSize(1);
      passes(x, passing.getFirst());
    }
  }

  @Test
  void givenOutputThatFailsCannotBeClaimed() {
    Tape wrong = new Tape(2, 2, 4, GivenToy.FULL);
    Trace checked = toy.trace(1, wrong);
    RequestId request = request(1);
    assertThatThrownBy(() -> claim(request, wrong, checked.at(checked.length())))
        .isInstanceOfSatisfying(
            RefusedCallException.class,
            e -> assertThat(e.refusal()).isEqualTo(Refusal.RESULT_STATUS_INVALID));
    assertThatThrownBy(() -> claim(request, wrong, checked.at(0)))
        .isInstanceOf(RefusedCallException.class);
    fails(1, wrong);
  }

  @Test
  void startTakesTheClaimedOutput() {
    Tape right = new Tape(2, 2, 3, GivenToy.FULL);
    Tape other = new Tape(2, 2, 4, GivenToy.FULL);
    Trace truth = toy.trace(1, right);
    ClaimId claim = claim(request(1), right, truth.at(truth.length()));
    // A challenger who has checked another tape posts its states; the game begins at the claim's
    // own.
    GameId id = challenge(claim, SOLVER.opening(toy.trace(1, other)));
    assertThat(hub.game(id).position().start()).isEqualTo(truth.at(0));
    play(id, truth, toy.trace(1, other));
    assertThat(hub.game(id).status()).isEqualTo(GameStatus.SERVER_WON);
  }

  @Test
  void tooShortAndTooLongFail() {
    passes(1, new Tape(2, 2, 3, GivenToy.FULL));
    fails(1, new Tape(1, 2, 0, GivenToy.STOPPED));
    fails(1, new Tape(0, 0, 0, GivenToy.BAD_INPUT));
    passes(4, new Tape(1, 5, 0, GivenToy.STOPPED));
    fails(4, new Tape(2, 5, 6, GivenToy.FULL));
  }

  @Test
  void badInputHasOneAnswer() {
    passes(0, new Tape(0, 0, 0, GivenToy.BAD_INPUT));
    fails(0, new Tape(2, 1, 2, GivenToy.FULL));
    fails(0, new Tape(0, 0, 0, 0));
  }

  @Test
  void garbageBehindTheAnswerFails() {
    fails(4, new Tape(1, 5, 1, GivenToy.STOPPED));
    fails(0, new Tape(0, 0, 9, GivenToy.BAD_INPUT));
  }

  private static List<Tape> tapes() {
    List<Tape> tapes = new ArrayList<>();
    for (int i = 0; i < 4 * 6 * 7 * 4; i++) {
      tapes.add(new Tape(i % 4, i / 4 % 6, i / 24 % 7, i / 168));
    }
    return tapes;
  }

  /// The liar claims that this tape passes; an honest verifier refutes it.
  private void fails(long x, Tape tape) {
    assertThat(toy.passes(x, tape)).as("%s on %d", tape, x).isFalse();
    Trace lie = toy.lyingTrace(x, tape);
    Trace truth = toy.trace(x, tape);
    ClaimId claim = claim(request(x), tape, lie.at(lie.length()));
    GameId id = challenge(claim, SOLVER.opening(truth));
    play(id, lie, truth);
    assertThat(hub.claim(claim).status()).as("%s on %d", tape, x).isEqualTo(ClaimStatus.DEAD);
  }

  /// The tape is claimed rightly; a sham that lies at any step loses.
  private void passes(long x, Tape tape) {
    assertThat(toy.passes(x, tape)).as("%s on %d", tape, x).isTrue();
    Trace truth = toy.trace(x, tape);
    ClaimId claim = claim(request(x), tape, truth.at(truth.length()));
    List<Bytes32> sham = new ArrayList<>(SOLVER.opening(truth));
    sham.set(sham.size() - 1, Bytes32.ZERO);
    GameId id = challenge(claim, sham);
    play(id, truth, truth);
    assertThat(hub.game(id).status()).as("%s on %d", tape, x).isEqualTo(GameStatus.SERVER_WON);
  }

  private RequestId request(long x) {
    return hub.request(
        Market.REQUESTER,
        GivenToy.MODEL,
        GivenToy.input(x),
        Address.ZERO,
        now + Market.DEADLINE,
        BigInteger.ONE,
        now);
  }

  private ClaimId claim(RequestId request, Tape tape, Bytes32 finalState) {
    BigInteger bond = Market.PARAMETERS.bondBeside(0, 0);
    return hub.claim(Market.SERVER, request, finalState, tape.word(), bond, now);
  }

  private GameId challenge(ClaimId claim, List<Bytes32> states) {
    return hub.challenge(Market.VERIFIER, claim, states, hub.challengeBondDue(claim), now);
  }

  private void play(GameId id, Trace server, Trace challenger) {
    while (hub.game(id).status() == GameStatus.RUNNING) {
      Game game = hub.game(id);
      Side side = game.onTurn();
      Trace trace = side == Side.SERVER ? server : challenger;
      List<Action> actions = SOLVER.actions(game, trace, side, now);
      if (actions.isEmpty() || !performed(game.account(side), actions.getFirst())) {
        now = game.clock().lastMoment(side) + 1;
        hub.timeout(id, now);
      }
    }
  }

  private boolean performed(Address caller, Action action) {
    try {
      hub.perform(caller, action, now);
      return true;
    } catch (RefusedCallException e) {
      return false; // a liar's last move
    }
  }
}
