package opml.game.play;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.GameIdentity;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.GameStatus;
import opml.game.move.Side;
import opml.game.referee.CarelessRules;
import opml.game.referee.Rules;
import opml.game.solver.Solver;
import opml.game.toy.Toy;
import opml.game.toy.ToyLie;
import opml.game.toy.ToyTrace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The two guards without which the honest side loses: it does, and the search says so.
class CanaryTest {
  private static final Toy TOY = Toy.of(4, 4);
  private static final GameFormat FORMAT = new GameFormat(4, 2);
  private static final List<ToyLie> LIES = List.of(ToyLie.TRUTH, ToyLie.WRONG);

  @ParameterizedTest
  @EnumSource(Side.class)
  void searchNoticesAListThatMayEndAsTheDisputedOne(Side honest) {
    // With the honest challenger, the server needs a part of some steps to dissect, so the trace is
    // longer.
    Toy toy = honest == Side.CHALLENGER ? Toy.of(16, 4) : TOY;
    Rules careless = CarelessRules.forgettingTheEnd(FORMAT, toy);
    assertThatThrownBy(() -> new Search(toy, careless, honest, LIES, true, 0).run())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("The other side's last state is true");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void searchNoticesARefinementThatMayMeanTheDisputedState(Side honest) {
    // With the honest server, a challenger needs a part of one step of the server's to refine, so
    // the trace is longer.
    Toy toy = honest == Side.SERVER ? Toy.of(16, 4) : TOY;
    Rules careless = CarelessRules.forgettingTheImage(FORMAT, toy);
    assertThatThrownBy(() -> new Search(toy, careless, honest, LIES, true, 0).run())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("The other side's last state is true");
  }

  @Test
  void copycatDrainsTheHonestServerWithoutTheGuardOfTheEnd() {
    Rules careless = CarelessRules.forgettingTheEnd(FORMAT, TOY);
    ToyTrace truth = TOY.trace();
    Game game = challenge(careless, truth, truth.at(4), new Solver(FORMAT).opening(truth));
    assertThat(new Solver(FORMAT).actions(game, truth, Side.SERVER, 0)).isEmpty();
    assertThat(careless.timeout(game, 101).status()).isEqualTo(GameStatus.CHALLENGER_WON);
  }

  @Test
  void copycatDrainsTheHonestVerifierWithoutTheGuardOfTheImage() {
    Rules careless = CarelessRules.forgettingTheImage(FORMAT, TOY);
    ToyTrace truth = TOY.trace();
    Solver solver = new Solver(FORMAT);
    Game game = challenge(careless, truth, TOY.wrong(0, truth.at(4)), solver.opening(truth));
    List<Bytes32> copied = solver.opening(truth.along(List.of(2L)));
    Game next =
        careless.move(game, Search.SERVER, new Action.Refine(game.position(), 2, copied), 0);
    assertThat(solver.actions(next, truth, Side.CHALLENGER, 0)).isEmpty();
    assertThat(careless.timeout(next, 101).status()).isEqualTo(GameStatus.SERVER_WON);
  }

  private static Game challenge(
      Rules rules, ToyTrace truth, Bytes32 claimed, List<Bytes32> states) {
    GameIdentity identity = new GameIdentity(new ClaimId(Bytes32.ZERO), 0, Search.CHALLENGER);
    return rules.challenge(
        identity, Search.SERVER, claimed, truth.opening(), states, Search.ALLOWANCE, 0);
  }
}
