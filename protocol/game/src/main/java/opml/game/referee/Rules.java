package opml.game.referee;

import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameIdentity;
import opml.game.move.Action;
import opml.game.move.Allowance;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.GameStatus;
import opml.game.move.Interval;
import opml.game.move.LevelStart;
import opml.game.move.Position;
import opml.game.move.Side;

/// The referee of one game: `protocol.md` §3 and §4, guard by guard, in their order. Pure: a move yields the next
/// game or is refused.
public class Rules {
  private final GameFormat format;
  private final Levels levels;

  /// @param format of the games that are played
  /// @param levels what the contract derives about single steps
  public Rules(GameFormat format, Levels levels) {
    this.format = format;
    this.levels = levels;
  }

  public GameFormat format() {
    return format;
  }

  /// {@return what the contract derives about single steps}
  public Levels levels() {
    return levels;
  }

  /// {@return a new game against the claim of `server`}
  ///
  /// @param finalState what the claim says
  /// @param opening where the level-0 trace begins
  /// @param states what the challenger says instead
  public Game challenge(
      GameIdentity identity,
      Address server,
      Bytes32 finalState,
      LevelStart opening,
      List<Bytes32> states,
      Allowance allowance,
      long now) {
    requireList(states, opening.length());
    requireAnotherEnd(states.getLast(), finalState);
    Position position =
        new Position(
            identity.id(),
            1,
            0,
            Side.CHALLENGER,
            0,
            opening.length(),
            opening.start(),
            opening.context(),
            states);
    return new Game(
        identity.challenger(),
        server,
        ClaimStatus.LIVE,
        GameStatus.RUNNING,
        position,
        List.of(),
        allowance.startAt(now));
  }

  /// {@return the game after a move of the side on turn}
  ///
  /// @throws RefusedException with the guard that does not hold
  public Game move(Game game, Address caller, Action.Move move, long now) {
    requirePlayed(game);
    RefusedCallException.require(
        caller.equals(game.account(game.onTurn())),
        Refusal.NOT_ON_TURN,
        "it is the " + game.onTurn() + "'s turn");
    RefusedCallException.require(
        game.clock().isInTime(game.onTurn(), now),
        Refusal.CLOCK_EXPIRED,
        "the last moment was " + game.clock().lastMoment(game.onTurn()));
    // INVARIANT: a move answers the position that its sender saw; a reorg cannot retarget it.
    RefusedCallException.require(
        move.answered().equals(game.position()),
        Refusal.POSITION_MISMATCH,
        "the game has come to move " + game.position().move());
    RefusedCallException.require(
        move.part() >= 0 && move.part() < game.position().parts(),
        Refusal.NO_SUCH_PART,
        "no part " + move.part() + " of " + game.position().parts());
    return switch (move) {
      case Action.Dissect dissect -> dissect(game, dissect, now);
      case Action.Refine refine -> refine(game, refine, now);
      case Action.Execute execute -> execute(game, execute);
    };
  }

  /// {@return the game lost by its side on turn, which is late}
  public Game timeout(Game game, long now) {
    requirePlayed(game);
    RefusedCallException.require(
        game.clock().isLate(game.onTurn(), now),
        Refusal.CLOCK_RUNNING,
        game.onTurn() + " may move until " + game.clock().lastMoment(game.onTurn()));
    return game.with(GameStatus.wonBy(game.onTurn().other()));
  }

  private Game dissect(Game game, Action.Dissect move, long now) {
    Interval disputed = move.disputed();
    RefusedCallException.require(
        !disputed.isSingleStep(), Refusal.PART_IS_SINGLE_STEP, "step " + disputed.first());
    requireList(move.states(), disputed.length());
    requireAnotherEnd(move.states().getLast(), game.position().after(move.part()));
    return game.dissected(game.position().dissected(move.part(), move.states()), now);
  }

  private Game refine(Game game, Action.Refine move, long now) {
    Position position = game.position();
    RefusedCallException.require(
        !format.isLast(position.level()), Refusal.LEVEL_WRONG, "the last level is executed");
    long step = requireSingleStep(move);
    Bytes32 start = position.before(move.part());
    Bytes32 disputed = position.after(move.part());
    Optional<LevelStart> opening = levels.refine(position.level(), position.context(), step, start);
    if (opening.isEmpty()) {
      // The program is over, so the step changes nothing, and whoever says that it does is wrong.
      RefusedCallException.require(
          move.saysItIsOver(), Refusal.EVIDENCE_TOO_LONG, "a fixed point needs no states");
      RefusedCallException.require(
          !disputed.equals(start), Refusal.STEP_IS_RIGHT, "nothing changes at step " + step);
      return game.with(GameStatus.wonBy(game.onTurn()));
    }
    requireList(move.states(), opening.get().length());
    Bytes32 end = move.states().getLast();
    Bytes32 image = levels.image(position.level(), position.context(), step, start, end);
    requireAnotherImage(image, disputed);
    return game.refined(position.refined(opening.get(), move.states()), step, now);
  }

  private Game execute(Game game, Action.Execute move) {
    Position position = game.position();
    RefusedCallException.require(
        format.isLast(position.level()), Refusal.LEVEL_WRONG, "only the last level is executed");
    long step = requireSingleStep(move);
    Bytes32 result = levels.execute(position.context(), position.before(move.part()));
    RefusedCallException.require(
        !result.equals(position.after(move.part())), Refusal.STEP_IS_RIGHT, "step " + step);
    return game.with(GameStatus.wonBy(game.onTurn()));
  }

  private void requireList(List<Bytes32> states, long length) {
    int parts = format.partition(length).parts();
    String message = states.size() + " states, not " + parts + ", for " + length + " steps";
    RefusedCallException.require(states.size() >= parts, Refusal.EVIDENCE_TOO_SHORT, message);
    RefusedCallException.require(states.size() <= parts, Refusal.EVIDENCE_TOO_LONG, message);
  }

  // INVARIANT: a list disputes something. Without this guard a copycat posts the true states, and
  // nothing in them can be refuted.
  // Overridden by the test that shows it.
  protected void requireAnotherEnd(Bytes32 last, Bytes32 disputed) {
    RefusedCallException.require(!last.equals(disputed), Refusal.END_NOT_DISPUTED, "last = E");
  }

  // INVARIANT: so does a list one level below: its end means another state above. Without this
  // guard a copycat posts the true trace of the node. Overridden by the test that shows it.
  protected void requireAnotherImage(Bytes32 image, Bytes32 disputed) {
    RefusedCallException.require(!image.equals(disputed), Refusal.END_NOT_DISPUTED, "E' = E");
  }

  private static void requirePlayed(Game game) {
    RefusedCallException.require(
        game.status() == GameStatus.RUNNING,
        Refusal.GAME_NOT_RUNNING,
        "the game is " + game.status());
    RefusedCallException.require(
        game.claimStatus() == ClaimStatus.LIVE,
        Refusal.CLAIM_NOT_LIVE,
        "the claim is " + game.claimStatus());
  }

  private static long requireSingleStep(Action.Move move) {
    Interval disputed = move.disputed();
    RefusedCallException.require(
        disputed.isSingleStep(),
        Refusal.PART_IS_NOT_SINGLE_STEP,
        "part " + move.part() + " has " + disputed.length() + " steps");
    return disputed.first();
  }
}
