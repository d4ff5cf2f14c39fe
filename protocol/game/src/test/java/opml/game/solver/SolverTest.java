package opml.game.solver;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.Availability;
import opml.game.claim.Claim;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameIdentity;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.Action;
import opml.game.move.Allowance;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.GameStatus;
import opml.game.move.LevelStart;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.referee.Rules;
import opml.game.toy.Toy;
import opml.game.toy.ToyTrace;
import org.junit.jupiter.api.Test;

class SolverTest {
  private static final Address SERVER = Address.ofHex("0x00000000000000000000000000000000000005e0");
  private static final Address VERIFIER =
      Address.ofHex("0x00000000000000000000000000000000000000ca");
  private static final Bytes32 OUTPUT = Bytes32.ofWord(77);

  private final Toy toy = Toy.of(40, 50);
  private final ToyTrace truth = toy.trace();
  private final Solver solver = new Solver(GameFormat.PROTOCOL);
  private final Rules rules = new Rules(GameFormat.PROTOCOL, toy);

  private Bytes32 right() {
    return truth.at(truth.length());
  }

  private Game game(Bytes32 claimed, List<Bytes32> states) {
    return rules.challenge(
        new GameIdentity(new ClaimId(Bytes32.ZERO), 0, VERIFIER),
        SERVER,
        claimed,
        truth.opening(),
        states,
        new Allowance(100),
        1_000);
  }

  @Test
  void wrongSideHasNothingToSay() {
    // The server's own machine is broken? Then its run, which is right here, agrees with the
    // challenger's list.
    Game game = game(toy.wrong(0, right()), solver.opening(truth));
    assertThat(solver.actions(game, truth, Side.SERVER, 1_000)).isEmpty();
  }

  @Test
  void runOfSomethingElseHasNothingToSay() {
    Game game = game(toy.wrong(0, right()), solver.opening(truth));
    assertThat(solver.actions(game, Toy.of(39, 50).trace(), Side.SERVER, 1_000)).isEmpty();
    ToyTrace otherInput = toy.traceOf(0, toy.begin(Toy.MODEL, new Bytes32(0x69, 8, 0, 0)));
    assertThat(solver.actions(game, otherInput, Side.SERVER, 1_000)).isEmpty();
    ToyTrace otherModel =
        toy.traceOf(0, new LevelStart(truth.at(0), truth.length(), Bytes32.ofWord(99)));
    assertThat(solver.actions(game, otherModel, Side.SERVER, 1_000)).isEmpty();
  }

  @Test
  void firstFalseAssertionIsRefutedThoughLaterOnesAreFalseToo() {
    List<Bytes32> list = new ArrayList<>(solver.opening(truth));
    for (int j : new int[] {5, 9, 15}) {
      list.set(j, toy.wrong(0, list.get(j)));
    }
    Game game = game(right(), list);
    assertThat(solver.actions(game, truth, Side.SERVER, 1_000))
        .singleElement()
        .isInstanceOfSatisfying(Action.Dissect.class, move -> assertThat(move.part()).isEqualTo(5));
  }

  @Test
  void nothingIsDoneOutOfTurnOrOutOfTime() {
    List<Bytes32> list = new ArrayList<>(solver.opening(truth));
    list.set(15, Bytes32.ZERO);
    Game game = game(right(), list);
    assertThat(solver.actions(game, truth, Side.SERVER, 1_100)).hasSize(1);
    assertThat(solver.actions(game, truth, Side.SERVER, 1_101)).isEmpty();
    assertThat(solver.actions(game, truth, Side.CHALLENGER, 1_100)).isEmpty();
    assertThat(solver.actions(game, truth, Side.CHALLENGER, 1_101))
        .containsExactly(new Action.Timeout(game.id()));
  }

  @Test
  void nothingIsDoneInAGameThatIsOver() {
    List<Bytes32> list = new ArrayList<>(solver.opening(truth));
    list.set(15, Bytes32.ZERO);
    Game game = game(right(), list);
    assertThat(solver.actions(game.with(ClaimStatus.DEAD), truth, Side.SERVER, 1_000)).isEmpty();
    assertThat(solver.actions(game.with(GameStatus.SERVER_WON), truth, Side.CHALLENGER, 5_000))
        .isEmpty();
  }

  @Test
  void onlyAWrongClaimIsChallengedInTimeAndOnce() {
    ClaimJudge judge = new ClaimJudge(GameFormat.PROTOCOL, 500);
    ClaimState wrong = claim(toy.wrong(0, right()), OUTPUT);
    Action challenge = new Action.Challenge(wrong.id(), solver.opening(truth));
    assertThat(judge.actions(wrong, List.of(), truth, OUTPUT, VERIFIER, 1_500))
        .containsExactly(challenge);
    assertThat(judge.actions(wrong, List.of(), truth, OUTPUT, VERIFIER, 1_501)).isEmpty();
    assertThat(judge.actions(claim(right(), OUTPUT), List.of(), truth, OUTPUT, VERIFIER, 1_000))
        .isEmpty();
    Game others = game(toy.wrong(0, right()), solver.opening(truth));
    assertThat(judge.actions(wrong, List.of(others), truth, OUTPUT, VERIFIER, 1_000)).isEmpty();
    // Somebody else's game may be played to be lost.
    assertThat(judge.actions(wrong, List.of(others), truth, OUTPUT, SERVER, 1_000))
        .containsExactly(challenge);
  }

  @Test
  void claimsAreJudgedByStateAndOutput() {
    Claim right = claim(right(), OUTPUT).claim();
    assertThat(ClaimJudge.judge(right, truth, OUTPUT)).isEqualTo(Verdict.RIGHT);
    assertThat(ClaimJudge.judge(right, truth, Bytes32.ZERO)).isEqualTo(Verdict.UNBOUND);
    Claim wrong = claim(Bytes32.ZERO, OUTPUT).claim();
    assertThat(ClaimJudge.judge(wrong, truth, OUTPUT)).isEqualTo(Verdict.WRONG);
    assertThat(ClaimJudge.defends(right, truth.at(truth.length()), OUTPUT, SERVER)).isTrue();
    assertThat(ClaimJudge.defends(right, truth.at(truth.length()), OUTPUT, VERIFIER)).isFalse();
    assertThat(ClaimJudge.defends(wrong, truth.at(truth.length()), OUTPUT, SERVER)).isFalse();
  }

  @Test
  void settlementsAreProposedWhenTheyAreDue() {
    Settler settler = new Settler(500);
    ClaimState claim = claim(right(), OUTPUT);
    assertThat(settler.actions(claim, 1_500)).isEmpty();
    assertThat(settler.actions(claim, 1_501)).containsExactly(new Action.Resolve(claim.id()));
    ClaimState played =
        new ClaimState(claim.claim(), ClaimStatus.LIVE, BigInteger.ONE, 1_000, 2, 1);
    assertThat(settler.actions(played, 1_501)).isEmpty();

    RequestState open = new RequestState(request(), RequestStatus.OPEN, 1, 0);
    assertThat(settler.actions(open, 2_000)).isEmpty();
    assertThat(settler.actions(open, 2_001)).containsExactly(new Action.Expire(open.id()));
    assertThat(settler.actions(new RequestState(request(), RequestStatus.OPEN, 1, 1), 2_001))
        .isEmpty();
    assertThat(settler.actions(new RequestState(request(), RequestStatus.FINAL, 1, 0), 2_001))
        .isEmpty();

    Game game = game(Bytes32.ZERO, solver.opening(truth));
    assertThat(settler.actions(game, VERIFIER)).isEmpty();
    Game dead = game.with(ClaimStatus.DEAD);
    assertThat(settler.actions(dead, SERVER)).isEmpty();
    assertThat(settler.actions(dead, VERIFIER)).containsExactly(new Action.Reclaim(game.id()));
    assertThat(settler.actions(dead.with(GameStatus.VOID), VERIFIER)).isEmpty();

    assertThat(settler.actions(BigInteger.ZERO)).isEmpty();
    assertThat(settler.actions(BigInteger.ONE)).containsExactly(new Action.Withdraw());
  }

  @Test
  void pathIsFoundAgainFromTheEmittedPositions() {
    Game first = game(toy.wrong(0, right()), solver.opening(truth));
    Position challenge = first.position();
    List<Bytes32> lie =
        new ArrayList<>(
            truth.at(
                challenge.part(15), GameFormat.PROTOCOL.partition(challenge.part(15).length())));
    lie.set(lie.size() - 1, Bytes32.ZERO);
    Game second = rules.move(first, SERVER, new Action.Dissect(challenge, 15, lie), 1_000);
    Action.Move refine =
        (Action.Move) solver.actions(second, truth, Side.CHALLENGER, 1_000).getFirst();
    Game third = rules.move(second, VERIFIER, refine, 1_000);
    List<Position> history = List.of(challenge, second.position(), third.position());
    assertThat(Paths.path(history.subList(0, 2), truth)).isEqualTo(Optional.of(List.of()));
    assertThat(Paths.path(history, truth))
        .isEqualTo(Optional.of(third.path()))
        .isEqualTo(Optional.of(List.of(39L)));
    assertThat(Paths.path(history, Toy.of(40, 51).trace())).isEmpty();
  }

  private static Request request() {
    return new Request(
        1,
        SERVER,
        VERIFIER,
        0,
        Toy.MODEL,
        Toy.INPUT,
        Availability.EMITTED,
        Address.ZERO,
        BigInteger.TEN,
        2_000,
        Address.ZERO,
        0);
  }

  private static ClaimState claim(Bytes32 finalState, Bytes32 output) {
    Claim claim = new Claim(new RequestId(Bytes32.ZERO), 0, SERVER, finalState, output);
    return new ClaimState(claim, ClaimStatus.LIVE, BigInteger.TEN, 1_000, 0, 0);
  }
}
