package opml.game.play;

import java.util.ArrayList;
import java.util.List;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.Side;
import opml.game.solver.ClaimJudge;
import opml.game.solver.Settler;
import opml.game.solver.Solver;

/// An agent reduced to its decisions: verifier of every claim, defender of its own, and settler. It has no memory
/// at all, so every test with it is also one of restarts.
record HonestParty(Market market, Address self) implements Player {

  @Override
  public List<Action> actions() {
    List<Action> actions = new ArrayList<>();
    Settler settler = new Settler(Market.WINDOW);
    for (RequestId request : market.requests()) {
      actions.addAll(settler.actions(market.hub().request(request), market.now()));
      for (ClaimId id : market.claims(request)) {
        claim(market.hub().claim(id), market.hub().games(id), settler, actions);
      }
    }
    return actions;
  }

  /// {@return the true list over the whole trace}
  List<Bytes32> opening() {
    return new Solver(market.format()).opening(market.truth());
  }

  private void claim(ClaimState claim, List<Game> games, Settler settler, List<Action> actions) {
    Bytes32 output = Market.outputOf(market.rightState());
    ClaimJudge judge = new ClaimJudge(market.format(), Market.WINDOW);
    Solver solver = new Solver(market.format());
    boolean defends =
        ClaimJudge.defends(claim.claim(), market.truth().at(market.truth().length()), output, self);
    for (Game game : games) {
      if (game.challenger().equals(self)) {
        actions.addAll(solver.actions(game, market.truth(), Side.CHALLENGER, market.now()));
      } else if (defends) {
        actions.addAll(solver.actions(game, market.truth(), Side.SERVER, market.now()));
      }
      actions.addAll(settler.actions(game, self));
    }
    actions.addAll(judge.actions(claim, games, market.truth(), output, self, market.now()));
    actions.addAll(settler.actions(claim, market.now()));
  }
}
