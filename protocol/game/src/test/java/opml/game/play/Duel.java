package opml.game.play;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.GameIdentity;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.GameStatus;
import opml.game.move.Interval;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.referee.Refusal;
import opml.game.referee.RefusedCallException;
import opml.game.referee.Rules;
import opml.game.solver.Solver;
import opml.game.toy.Toy;
import opml.game.toy.ToyLie;
import opml.game.toy.ToyTrace;
import opml.game.trace.Trace;

/// One game told move by move: what the dishonest side does, and what the honest one is expected to do.
///
/// ```java
/// Duel.withLyingServer(toy, 16)
///     .dissects(15, Lie.WRONG, 62)
///     .honestMoves(Action.Refine.class)
///     .honestWins();
/// ```
///
/// A dishonest list is true up to a step, and one kind of lie from there on.
final class Duel {
  private final Toy toy;
  private final ToyTrace truth;
  private final Rules rules;
  private final Solver solver;
  private final Side honest;
  private Game game;
  private long now;

  private Duel(Toy toy, GameFormat format, Side honest, Bytes32 claimed, List<Bytes32> challenge) {
    this.toy = toy;
    this.truth = toy.trace();
    this.rules = new Rules(format, toy);
    this.solver = new Solver(format);
    this.honest = honest;
    this.game =
        rules.challenge(
            new GameIdentity(new ClaimId(Bytes32.ZERO), 0, Search.CHALLENGER),
            Search.SERVER,
            claimed,
            truth.opening(),
            challenge,
            Search.ALLOWANCE,
            0);
  }

  /// A wrong claim, challenged by the honest verifier.
  static Duel withLyingServer(Toy toy, int arity) {
    ToyTrace truth = toy.trace();
    GameFormat format = new GameFormat(arity, toy.levels());
    Bytes32 claimed = toy.wrong(0, truth.at(truth.length()));
    return new Duel(toy, format, Side.CHALLENGER, claimed, new Solver(format).opening(truth));
  }

  /// A right claim, challenged with a list that lies from step `from` on.
  static Duel withLyingChallenger(Toy toy, int arity, ToyLie lie, long from) {
    ToyTrace truth = toy.trace();
    GameFormat format = new GameFormat(arity, toy.levels());
    List<Bytes32> list = list(toy, format, truth, new Interval(0, truth.length()), lie, from);
    return new Duel(toy, format, Side.SERVER, truth.at(truth.length()), list);
  }

  Duel dissects(int part, ToyLie lie, long from) {
    return other(dissection(part, lie, from));
  }

  Duel refines(int part, ToyLie lie, long from) {
    return other(refinement(part, lie, from));
  }

  /// The other side tries to dissect, and is refused.
  Duel cannotDissect(int part, ToyLie lie, long from, Refusal refusal) {
    return cannot(dissection(part, lie, from), refusal);
  }

  /// The other side tries to refine, and is refused.
  Duel cannotRefine(int part, ToyLie lie, long from, Refusal refusal) {
    return cannot(refinement(part, lie, from), refusal);
  }

  /// The other side tries to execute, and is refused.
  Duel cannotExecute(int part, Refusal refusal) {
    return cannot(new Action.Execute(game.position(), part), refusal);
  }

  /// The other side tries to say that the program is over, and is refused.
  Duel cannotSayItIsOver(int part, Refusal refusal) {
    return cannot(new Action.Refine(game.position(), part, List.of()), refusal);
  }

  Duel honestMoves(Class<? extends Action.Move> expected) {
    List<Action> actions = solver.actions(game, truth, honest, now);
    assertThat(actions).singleElement().isInstanceOf(expected);
    Action.Move move = (Action.Move) actions.getFirst();
    game = rules.move(game, game.account(honest), move, now);
    return this;
  }

  /// Time passes.
  Duel waits(long seconds) {
    now += seconds;
    return this;
  }

  /// The other side makes no move any more.
  Duel isSilent() {
    now = game.clock().lastMoment(game.onTurn()) + 1;
    assertThat(solver.actions(game, truth, honest, now))
        .containsExactly(new Action.Timeout(game.id()));
    game = rules.timeout(game, now);
    return this;
  }

  Duel honestWins() {
    assertThat(game.status()).isEqualTo(GameStatus.wonBy(honest));
    return this;
  }

  Game game() {
    return game;
  }

  Rules rules() {
    return rules;
  }

  private Duel other(Action.Move move) {
    game = rules.move(game, account(), move, now);
    assertThat(game.status()).isEqualTo(GameStatus.RUNNING);
    return this;
  }

  private Duel cannot(Action.Move move, Refusal refusal) {
    assertThatThrownBy(() -> rules.move(game, account(), move, now))
        .isInstanceOfSatisfying(
            RefusedCallException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
    return this;
  }

  private Address account() {
    return game.account(honest.other());
  }

  private Action.Dissect dissection(int part, ToyLie lie, long from) {
    Position position = game.position();
    ToyTrace level = truth.along(game.path());
    return new Action.Dissect(
        position, part, list(toy, rules.format(), level, position.part(part), lie, from));
  }

  private Action.Refine refinement(int part, ToyLie lie, long from) {
    Position position = game.position();
    Trace below = truth.along(game.path()).refine(position.part(part).first()).orElseThrow();
    Interval all = new Interval(0, below.length());
    return new Action.Refine(
        position, part, list(toy, rules.format(), (ToyTrace) below, all, lie, from));
  }

  private static List<Bytes32> list(
      Toy toy, GameFormat format, ToyTrace trace, Interval interval, ToyLie lie, long from) {
    List<Bytes32> states = new ArrayList<>();
    for (long index : interval.ends(format.partition(interval.length()))) {
      states.add((index >= from ? lie : ToyLie.TRUTH).about(toy, trace, index));
    }
    return states;
  }
}
