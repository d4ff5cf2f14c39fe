package opml.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import opml.compiler.program.CompiledProgram;
import opml.kernels.bound.StepBound;
import opml.kernels.cases.KernelCases;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms.Entry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every kernel of the catalogue, natively and on the machine, by its program of every edition: the same bits, within
/// the derived bound.
class CatalogTest {
  private static final long SEED = Long.getLong("opml.seed", 7);
  private static final int CASES = Integer.getInteger("opml.cases", 60);

  static List<Kernel> kernels() {
    return KernelCatalog.all();
  }

  @ParameterizedTest
  @MethodSource("opml.kernels.catalog.PinnedPrograms#entries")
  void theMachineGivesTheJvmsBits(Entry entry) {
    Kernel kernel = KernelCatalog.byName(entry.kernel());
    KernelCases cases = new KernelCases(SEED + kernel.name().hashCode());
    CompiledProgram program = Programs.of(kernel, entry.program());
    StepBound bound = entry.program().bound();
    for (int i = 0; i < CASES; i++) {
      KernelCases.Case one = cases.next(kernel);
      String where =
          kernel + " " + Arrays.toString(one.scalars()) + ", case " + i + " of seed " + SEED;
      MemorySegment[] segments =
          one.segments().stream().map(KernelCall::aligned).toArray(MemorySegment[]::new);
      int exit = kernel.run(segments, one.scalars());
      KernelCall call = KernelCall.run(program, one.segments(), one.scalars());
      assertThat(call.exitCode()).as(where).isEqualTo(exit);
      for (int j = 0; j < segments.length; j++) {
        assertThat(call.segments().get(j))
            .as(where + ", segment " + kernel.segments().get(j))
            .isEqualTo(KernelCall.bytes(segments[j]));
      }
      assertThat(call.steps())
          .as("steps of " + where)
          .isLessThanOrEqualTo(bound.instructions(one.scalars()));
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void compilingAgainGivesTheSameImage(Kernel kernel) {
    CompiledProgram again = Compiler.compile(kernel.name(), kernel.owner(), kernel.method());
    assertThat(again.code()).isEqualTo(Programs.of(kernel).code());
    assertThat(again.constants()).isEqualTo(Programs.of(kernel).constants());
  }
}
