package opml.lab.conformance.operators;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.Stream;
import opml.core.hash.Bytes32;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.operator.Operators;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every operator gives the same bits in every way that it can be run; `-Dopml.operators.cases=N` tries more nodes.
class OperatorConformanceTest {
  private static final int CASES = Integer.getInteger("opml.operators.cases", 3);

  @TestFactory
  Stream<DynamicTest> operatorsGiveTheSameBitsEverywhere() {
    return Operators.all().stream()
        .map(
            operator ->
                DynamicTest.dynamicTest(
                    operator.declaration().fullName(), () -> givesTheSameBits(operator)));
  }

  private static void givesTheSameBits(Operator operator) {
    try (OperatorConformance conformance =
        new OperatorConformance(System.nanoTime(), CASES, false, Optional.empty())) {
      OperatorResult result = conformance.check(operator);
      assertThat(result.differences()).isEmpty();
      assertThat(result.steps()).isEqualTo(CASES);
      assertThat(result.instructions()).isPositive();
    }
  }

  @Test
  void aRefereeOfAnotherMindIsNoticed() {
    try (OperatorConformance conformance =
        new OperatorConformance(
            1, CASES, false, Optional.of((prestate, program, witness) -> Bytes32.ZERO))) {
      OperatorResult result = conformance.check(Operators.all().getFirst());
      assertThat(result.ok()).isFalse();
      assertThat(result.differences())
          .hasSize(CASES)
          .allMatch(
              line -> line.startsWith("Abs, seed 1, case ") && line.contains("contract, step"));
    }
  }
}
