package opml.game.solver;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import opml.core.hash.Bytes32;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.Interval;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.trace.Trace;

/// What the honest side does in a game.
///
/// # The game
///
/// One side has posted a list of assertions: from the agreed start, so many steps lead to `s_1`, so many more to
/// `s_2`, and so on. The other side must refute one of them: by a list of its own inside that part, which starts
/// where the part starts and ends *elsewhere*. A part of one step is refined into the trace of that step, one level
/// below; there the list must end in a state that maps to something else than the disputed one. A part of one step
/// of the last level is executed by the contract, which ends the game. Who cannot or does not answer runs out of
/// time and loses.
///
/// # The rule
///
/// Answer the *first* assertion that differs from one's own trace, with one's own states. If none differs, there is
/// nothing to refute, and nothing is done.
///
/// # Why that wins
///
/// Three things hold at every position of a game of an honest side:
///
///   1. its start is the true state before its first step;
///   2. if the honest side posted it, every state is true;
///   3. if the other side posted it, the last state is false.
///
/// They hold at the challenge. An honest challenger challenges a claim whose final state is false, and posts true
/// states; a dishonest one challenges a true claim, and must post another end. Each move keeps them:
///
///   - *The honest side answers.* By (3) there is a first false assertion, and what precedes it is true, or by (1)
///     the start; so the new start is true. The true states end elsewhere than the false one, so `dissect` accepts
///     them; the true end of the next level maps to the true state, so `refine` does; and one step from a true
///     state gives a true state, so `execute` wins. A false change behind the end of a program falls to `refine` at
///     once, since the contract sees by the start that nothing may change.
///   - *The other side answers.* By (2) what it picks is true at both ends. Its list must end elsewhere, so its
///     last state is false; on the next level, its end must map elsewhere, so it is not the true end, for the true
///     one maps to the true state. `execute` fails, for the contract's result is the true one.
///
/// So the honest side can always answer and the other one can never finish. Each list divides what is disputed by
/// the arity, hence `Format.movesAtMost`; and as no clock is ever refilled, the game is over after two allowances
/// at the latest. What the honest side needs is to answer within its own allowance: the time of nobody else counts.
///
/// Picking the *first* false assertion is what makes (1) hold; a later one may start from a false state, and a step
/// from a false state proves nothing. The guards `last ≠ E` and `E' ≠ E` are what makes (3) hold: without the first, a
/// copycat posts the true states and leaves nothing to refute; without the second, it does so one level below. The
/// tests drop either guard and see the honest side lose.
///
/// If the *own* trace is wrong, it may come out that the other side's list agrees with it all through, or that the
/// game's start is not in it. Then the solver proposes nothing. It never proposes what it cannot stand for, not
/// even to save the bond.
///
/// # Sources
///
///   - R. Canetti, B. Riva, G. Rothblum, *Practical delegation of computation using multiple servers*, CCS 2011:
///     refereed games; one honest party among the players is enough.
///   - J. Teutsch, C. Reitwießner, *A scalable verification solution for blockchains*, 2017 (TrueBit): a chain as
///     the referee.
///   - H. Kalodner et al., *Arbitrum: scalable, private smart contracts*, USENIX Security 2018: bisection to one
///     instruction, and a deadline for each side.
///   - Optimism's fault proof specification: pure solver, rules that every proposed action is checked against.
///   - `protocol.md` §3, §4 and theorem T1 of §6, which is the argument above.
///
/// @param format of the games to be played
public record Solver(GameFormat format) {

  /// {@return what `side` does about a game at the second `now`}: one move, one timeout, or nothing. The answer
  /// depends on nothing else, so it may be asked for again at any time; whoever performs it treats "already done"
  /// as success.
  ///
  /// @param trace this side's own level-0 trace of the claim's request
  public List<Action> actions(Game game, Trace trace, Side side, long now) {
    if (!game.isPlayed()) {
      return List.of();
    }
    boolean late = game.clock().isLate(game.onTurn(), now);
    if (game.onTurn() != side) {
      return late ? List.of(new Action.Timeout(game.id())) : List.of();
    }
    if (late) {
      return List.of(); // the contract would refuse it
    }
    return level(game, trace)
        .flatMap(level -> answer(game.position(), level))
        .map(List::of)
        .orElse(List.of());
  }

  /// {@return a challenge's list: the states after each part of the whole level-0 trace}
  public List<Bytes32> opening(Trace trace) {
    return trace.at(new Interval(0, trace.length()), format.partition(trace.length()));
  }

  /// {@return the own trace of the level that the game has come to; empty if the game is about something else}
  static Optional<Trace> level(Game game, Trace trace) {
    Optional<Trace> level = Optional.of(trace);
    for (long step : game.path()) {
      level = level.filter(above -> step < above.length()).flatMap(above -> above.refine(step));
    }
    Position position = game.position();
    return level.filter(
        own ->
            own.context().equals(position.context()) && position.interval().end() <= own.length());
  }

  private Optional<Action> answer(Position position, Trace own) {
    List<Bytes32> truth = truth(position, own);
    if (!truth.getFirst().equals(position.start())) {
      return Optional.empty(); // the game is about another run
    }
    for (int j = 0; j < position.parts(); j++) {
      if (!truth.get(j + 1).equals(position.after(j))) {
        return Optional.of(refute(position, j, own));
      }
    }
    return Optional.empty(); // all of it is true: this side is the one that is wrong
  }

  /// {@return what the own trace has in place of a position's states: the one before its first step and those after
  /// each part, asked for at once, since a trace may have to run for them}
  static List<Bytes32> truth(Position position, Trace own) {
    long[] ends = position.interval().ends(position.partition());
    return own.at(
        LongStream.concat(LongStream.of(position.first()), LongStream.of(ends)).toArray());
  }

  private Action refute(Position position, int j, Trace own) {
    Interval disputed = position.part(j);
    if (!disputed.isSingleStep()) {
      return new Action.Dissect(position, j, own.at(disputed, format.partition(disputed.length())));
    }
    if (format.isLast(position.level())) {
      return new Action.Execute(position, j);
    }
    List<Bytes32> states = own.refine(disputed.first()).map(this::opening).orElse(List.of());
    return new Action.Refine(position, j, states);
  }
}
