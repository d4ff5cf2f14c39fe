package opml.lab.bench.siege;

import static org.assertj.core.api.Assertions.assertThat;

import opml.core.account.Wei;
import opml.game.move.Parameters;
import org.junit.jupiter.api.Test;

class RewardSearchTest {
  private static final Parameters PARAMETERS = Parameters.DEFAULT;
  private static final Wei ALLOWED = RewardSearch.priceAllowed(PARAMETERS, RewardSearch.GAMES);

  @Test
  void theHonestVerifierNeverEndsBelowItsStart() {
    RewardSearch.Result result = RewardSearch.run(PARAMETERS, ALLOWED);
    assertThat(result.belowStart()).isZero();
    assertThat(result.burntShareMin()).isGreaterThanOrEqualTo(0.5);
    // All orders of all sets with the honest one in it: 1 + 3·2! + 3·3! + 4!; and more by what
    // becomes of the others.
    assertThat(result.orders()).isGreaterThan(49);
  }

  /// The bound is sharp: one gwei more, and with four games the honest share does not cover the gas.
  @Test
  void aboveThePriceOfTheInequalityItMay() {
    assertThat(RewardSearch.run(PARAMETERS, ALLOWED.plus(Wei.gwei(1))).belowStart()).isPositive();
  }
}
