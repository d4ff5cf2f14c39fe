package opml.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import opml.compiler.kernels.Loops;
import opml.compiler.program.CompiledProgram;
import opml.kernels.bound.StepBound;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The compiler's bound of the steps, for loops of every kind that it can count, and for those where the kernel tells.
class StepBoundTest {
  private static CompiledProgram program(String method) {
    return Compiler.compile(method, Loops.class, method);
  }

  /// Runs a kernel over sizes from 0 to 40, and finds its bound above what it takes, and by how much.
  private static double slack(String method) {
    CompiledProgram program = program(method);
    StepBound bound = program.bound(1).orElseThrow();
    double most = 0;
    for (int n = 0; n <= 40; n++) {
      for (int m = 0; m <= 9; m++) {
        KernelCall call = KernelCall.run(program, List.of(new byte[8]), n, m);
        long allowed = bound.instructions(new long[] {n, m});
        assertThat(call.steps())
            .as("%s for %d and %d, of %s", method, n, m, bound)
            .isLessThanOrEqualTo(allowed);
        if (n >= 20 && m >= 4) {
          most = Math.max(most, (double) allowed / call.steps());
        }
      }
    }
    return most;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up",
        "down",
        "bySteps",
        "product",
        "between",
        "twoTests",
        "nested",
        "ofARecord",
        "called"
      })
  void loopsThatCountAreCounted(String method) {
    assertThat(slack(method)).isLessThan(1.3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"halves", "chunks", "nowAndThen"})
  void aKernelTellsOfOtherLoops(String method) {
    assertThat(slack(method)).isLessThan(1.6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dependsOnData", "doubles", "runsAway", "triangle", "misplaced"})
  void whatCannotBeCountedHasNoBound(String method) {
    CompiledProgram program = program(method);
    assertThat(program.bound(1)).isEmpty();
    assertThatThrownBy(() -> program.pinned(1))
        .hasMessageContaining(method)
        .hasMessageContaining("Trips");
  }

  @Test
  void aBoundReadsBackAndSaturates() {
    StepBound bound = program("nested").bound(1).orElseThrow();
    assertThat(StepBound.parse(bound.toString())).isEqualTo(bound);
    assertThat(bound.instructions(new long[] {Integer.MAX_VALUE, Integer.MAX_VALUE}))
        .isGreaterThan(1L << 62);
    StepBound cube = StepBound.parse("5@s0,s0,s0");
    assertThat(cube.instructions(new long[] {1L << 40})).isEqualTo(Long.MAX_VALUE);
    assertThat(cube.instructions(new long[] {-3})).isZero();
    for (String bad : List.of("", "x", "1@", "1@s", "1@+ s0", "1@s0 s1", "-1", "1@s0;")) {
      assertThatThrownBy(() -> StepBound.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
