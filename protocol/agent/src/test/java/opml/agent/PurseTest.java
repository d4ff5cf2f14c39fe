package opml.agent;

import static org.assertj.core.api.Assertions.assertThat;

import opml.core.account.Wei;
import org.junit.jupiter.api.Test;

class PurseTest {
  private static final Wei PRICE = Wei.of(3);

  @Test
  void aBondIsStakedOnlyBesideTheGasOfAllGames() {
    Purse purse = new Purse(Wei.of(1_000), PRICE, 100, Wei.ZERO);
    assertThat(purse.free()).isEqualTo(Wei.of(700));
    assertThat(purse.affords(Wei.of(401), 100)).isFalse();
    assertThat(purse.affords(Wei.of(400), 100)).isTrue();
    Purse later = new Purse(Wei.of(1_000), PRICE, 200, Wei.of(400));
    assertThat(later.free()).isEqualTo(Wei.ZERO);
    assertThat(later.affords(Wei.ZERO, 0)).isTrue();
    assertThat(later.affords(Wei.of(1), 0)).isFalse();
  }

  @Test
  void whoCannotEvenPayForWhatIsAtStakeStakesNothing() {
    Purse purse = new Purse(Wei.of(1_000), PRICE, 334, Wei.ZERO);
    assertThat(purse.free()).isEqualTo(Wei.ZERO);
    assertThat(purse.affords(Wei.ZERO, 0)).isFalse();
  }
}
