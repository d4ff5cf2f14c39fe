package opml.lab.bench.siege;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DenialSearchTest {
  /// Each extension but the last takes a death, and the j-th claim that is to extend costs j bonds at least: those
  /// before it are live or have extended (`protocol.md` T4). The search finds that bound, and nothing below it.
  @Test
  void denialCostsThreeQuartersOfATriangle() {
    for (int bonds = 1; bonds <= 12; bonds++) {
      DenialSearch.Result result = DenialSearch.run(bonds);
      assertThat(result.claimBondsLost()).as("%d", bonds).isEqualTo(0.75 * bonds * (bonds + 1) / 2);
      assertThat(result.states()).as("%d", bonds).isGreaterThan(10L * bonds);
    }
  }

  @Test
  void aServerWithMoneyForFiveBondsIsDeniedForTenAtLeast() {
    assertThat(DenialSearch.run(5).claimBondsLost()).isGreaterThanOrEqualTo(10);
    assertThat(DenialSearch.run(8).claimBondsLost()).isGreaterThanOrEqualTo(25);
  }
}
