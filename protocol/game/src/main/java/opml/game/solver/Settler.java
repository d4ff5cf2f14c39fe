package opml.game.solver;

import java.math.BigInteger;
import java.util.List;
import opml.core.account.Address;
import opml.game.claim.ClaimState;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.Action;
import opml.game.move.Game;

/// What is due besides moves: settlements that anyone may trigger, and money that waits.
///
/// @param window for how many seconds a claim can be challenged
public record Settler(long window) {

  /// {@return the end of a request that nobody answered, once its deadline has passed}
  public List<Action> actions(RequestState request, long now) {
    boolean due =
        request.status() == RequestStatus.OPEN
            && now > request.deadline()
            && request.liveClaims() == 0;
    return due ? List.of(new Action.Expire(request.id())) : List.of();
  }

  /// {@return the settlement of a claim, once its window has passed and its games are over}
  public List<Action> actions(ClaimState claim, long now) {
    return claim.isResolvable(window, now) ? List.of(new Action.Resolve(claim.id())) : List.of();
  }

  /// {@return taking back the own bond of a void game, and the share of the reward}
  public List<Action> actions(Game game, Address self) {
    boolean mine = game.isVoid() && game.challenger().equals(self);
    return mine ? List.of(new Action.Reclaim(game.id())) : List.of();
  }

  /// {@return having the own credit, in wei, paid out}
  public List<Action> actions(BigInteger credit) {
    return credit.signum() > 0 ? List.of(new Action.Withdraw()) : List.of();
  }
}
