package opml.lab.bench.phases;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import opml.ethereum.devchain.AnvilBinary;
import opml.lab.bench.phases.PhasesFigures.Row;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class PhasesBenchTest {
  @Test
  void oneTraceGrowsAsTheProductAndTwoAsTheSum() {
    Assumptions.assumeTrue(AnvilBinary.isInstalled(), "anvil is not installed");
    PhasesFigures figures = PhasesBench.run(List.of(1, 8), _ -> {});
    assertThat(figures.missing()).isEmpty();
    Row small = figures.rows().getFirst();
    Row large = figures.rows().getLast();
    assertThat((double) large.one().states() / small.one().states()).isBetween(7.5, 8.5);
    assertThat(large.two().states() - small.two().states())
        .as("two nodes more a part")
        .isEqualTo(14);
    assertThat(large.one().bytes()).isGreaterThan(3 * large.two().bytes());
    for (Row row : figures.rows()) {
      assertThat(row.one().dispute().moves()).isBetween(5, 14);
      assertThat(row.two().dispute().moves()).isBetween(5, 14);
      assertThat(row.two().dispute().gas()).isLessThan(1_900_000);
    }
  }
}
