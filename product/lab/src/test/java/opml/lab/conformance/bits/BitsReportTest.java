package opml.lab.conformance.bits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
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
        new BitsConformance.Report(
            true, List.of(first, cell(7, "a", "a"), odd, warm), List.of(), Optional.empty());
    assertThat(report.different()).containsExactly(odd, warm);
    assertThat(report.hash()).isEqualTo("a");
  }

  @Test
  void theShortTextIsAnotherOne() {
    int rows = TextBitsProbe.SHORT_ROWS;
    BitsCell odd = cell(rows, "d", "d");
    List<BitsCell> cells =
        List.of(cell(rows, "s", "s"), cell(1, "a", "a"), cell(rows, "s", "s"), odd);
    assertThat(new BitsConformance.Report(true, cells, List.of(), Optional.empty()).different())
        .containsExactly(odd);
  }

  @Test
  void ofOtherModelsThoseWithAsManyInputsAreCompared() {
    BitsCell odd = cell(16, "c", "b");
    List<BitsCell> cells = List.of(cell(1, "a", "a2"), cell(16, "b", "b"), odd);
    assertThat(new BitsConformance.Report(false, cells, List.of(), Optional.empty()).different())
        .containsExactly(odd);
  }

  @Test
  void theMachineIsAskedAboutTheRunOfOneInput() {
    List<BitsCell> cells = List.of(cell(1, "a", "a2"), cell(16, "b", "b"));
    MachineSample right = new MachineSample(3, 4, 5, Optional.empty(), "a2");
    MachineSample other = new MachineSample(3, 4, 5, Optional.empty(), "b");
    MachineSample wrong = new MachineSample(3, 4, 5, Optional.of("node 2"), "a2");
    assertThat(report(cells, right).isSame()).isTrue();
    assertThat(report(cells, other).machineDifference()).get().asString().contains("another state");
    assertThat(report(cells, wrong).machineDifference()).contains("node 2");
    assertThat(report(cells, wrong).isSame()).isFalse();
  }

  @Test
  void oneHashIsOverAllNumbersOfInputs() {
    String zero = Bytes32.ZERO.toString();
    String one = Bytes32.ofWord(1).toString();
    String hash = hash(cell(1, zero, zero), cell(16, zero, zero));
    assertThat(hash(cell(1, zero, zero), cell(1, zero, zero), cell(16, zero, zero)))
        .isEqualTo(hash);
    assertThat(hash(cell(1, one, zero), cell(16, zero, zero))).isNotEqualTo(hash);
    assertThat(hash(cell(1, zero, zero), cell(16, zero, one))).isNotEqualTo(hash);
  }

  private static String hash(BitsCell... cells) {
    return new BitsConformance.Report(false, List.of(cells), List.of(), Optional.empty()).hash();
  }

  private static BitsConformance.Report report(List<BitsCell> cells, MachineSample machine) {
    return new BitsConformance.Report(false, cells, List.of(), Optional.of(machine));
  }
}
