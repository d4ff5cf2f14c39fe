package opml.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class ViewTest {
  @Test
  void columnsAreAsWideAsTheirWidestCellAndNumbersStandRight() {
    Table table = new Table("scenario", "moves").row("honest", 0).row("lie in one element", 11);
    assertThat(table)
        .hasToString(
            """
            scenario            moves
            ------------------  -----
            honest                  0
            lie in one element     11
            """);
    assertThatThrownBy(() -> table.row("x")).hasMessage("1 cells for 2 columns");
  }

  @Test
  void aBarIsDrawnToScaleAndNeverVanishes() {
    assertThat(IntervalBar.of(0, 16, 16, 8)).isEqualTo("│████████│");
    assertThat(IntervalBar.of(8, 4, 16, 8)).isEqualTo("│····██··│");
    assertThat(IntervalBar.of(1L << 30, 1, 1L << 31, 8)).isEqualTo("│····█···│");
    assertThat(IntervalBar.of((1L << 31) - 1, 1, 1L << 31, 8)).isEqualTo("│·······█│");
    assertThatThrownBy(() -> IntervalBar.of(3, 2, 4, 8)).hasMessageContaining("not a part");
  }

  @Test
  void amountsAreExact() {
    assertThat(Amounts.eth(new BigInteger("40000000000000001")))
        .isEqualTo("0.040000000000000001 ETH");
    assertThat(Amounts.eth(BigInteger.TEN.pow(20))).isEqualTo("100 ETH");
    assertThat(Amounts.count(1234567)).isEqualTo("1,234,567");
  }
}
