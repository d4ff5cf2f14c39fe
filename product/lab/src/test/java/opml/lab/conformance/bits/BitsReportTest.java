package opml.lab.conformance.bits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BitsReportTest {
  private static BitsCell cell(int batch, String outputs, String states) {
    return new BitsCell("-Xint", "auto", "reference", 1, batch, outputs, states);
  }

  @Test
  void aTextHasOneHashHoweverManyTokensWereTakenAtOnce() {
    BitsCell odd = cell(128, "b", "b");
    BitsCell warm = cell(1, "a", "c");
    BitsCell first = cell(1, "a", "a");
    BitsConformance.Report report =
        new BitsConformance.Report(true, List.of(first, cell(7, "a", "a"), odd, warm), List.of());
    assertThat(report.different()).containsExactly(odd, warm);
    assertThat(report.hash()).isEqualTo("a");
  }

  @Test
  void theShortTextIsAnotherOne() {
    int rows = TextBitsProbe.SHORT_ROWS;
    BitsCell odd = cell(rows, "d", "d");
    List<BitsCell> cells =
        List.of(cell(rows, "s", "s"), cell(1, "a", "a"), cell(rows, "s", "s"), odd);
    assertThat(new BitsConformance.Report(true, cells, List.of()).different()).containsExactly(odd);
  }

  @Test
  void ofOtherModelsThoseWithAsManyInputsAreCompared() {
    BitsCell odd = cell(16, "c", "b");
    List<BitsCell> cells = List.of(cell(1, "a", "a2"), cell(16, "b", "b"), odd);
    assertThat(new BitsConformance.Report(false, cells, List.of()).different())
        .containsExactly(odd);
  }
}
