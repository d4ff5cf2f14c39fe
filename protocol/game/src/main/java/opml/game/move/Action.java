package opml.game.move;

import java.util.List;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;

/// What a party can do about a dispute. An action says what to do, not how to prove it: whoever performs it adds the
/// proofs that the contract asks for.
public sealed interface Action {

  /// An action in a game by the side on turn. It names the position that it answers, so that neither a reorg nor a
  /// faster opponent can turn it against another one.
  sealed interface Move extends Action {
    Position answered();

    /// {@return the index of the disputed assertion}
    int part();

    default GameId game() {
      return answered().game();
    }

    /// {@return the disputed steps}
    default Interval disputed() {
      return answered().part(part());
    }
  }

  /// Opens a game on a claim, with a list over the whole level-0 trace.
  record Challenge(ClaimId claim, List<Bytes32> states) implements Action {
    public Challenge {
      states = List.copyOf(states);
    }
  }

  /// Answers a part of two or more steps with a list inside it.
  record Dissect(Position answered, int part, List<Bytes32> states) implements Move {
    public Dissect {
      states = List.copyOf(states);
    }
  }

  /// Answers a part of one step by opening the next level under it. The last of `states` is the level's end, which the
  /// contract maps back itself. No states at all say that the program is over before this step, so that it changes
  /// nothing: the contract sees that by the start alone, and the game is won.
  record Refine(Position answered, int part, List<Bytes32> states) implements Move {
    public Refine {
      states = List.copyOf(states);
    }

    /// {@return whether this says that the program is over before the disputed step}
    public boolean saysItIsOver() {
      return states.isEmpty();
    }
  }

  /// Has the contract run one step of the last level, and wins.
  record Execute(Position answered, int part) implements Move {}

  /// Ends a game whose side on turn is late. Anyone may.
  record Timeout(GameId game) implements Action {}

  /// Takes back the bond of a game whose claim died through another one.
  record Reclaim(GameId game) implements Action {}

  /// Settles a claim whose window has passed and whose games are all won. Anyone may.
  record Resolve(ClaimId claim) implements Action {}

  /// Gives the fee of an unanswered request back. Anyone may.
  record Expire(RequestId request) implements Action {}

  /// Has one's credit paid out.
  record Withdraw() implements Action {}
}
