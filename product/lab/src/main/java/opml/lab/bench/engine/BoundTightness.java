package opml.lab.bench.engine;

import java.util.ArrayList;
import java.util.List;
import opml.compiler.KernelCall;
import opml.compiler.Programs;
import opml.compiler.program.CompiledProgram;
import opml.kernels.bound.StepBound;
import opml.kernels.cases.KernelCases;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;

/// How far a kernel's derived step bound lies above the most steps that it was ever seen to take, relative to it.
///
/// @param ratio at least 1; a bound that was exceeded has a lower one
/// @param cases random calls that were tried
public record BoundTightness(String kernel, double ratio, int cases) {
  private static final long SEED = 20_261;

  /// {@return the figure of each kernel}
  static List<BoundTightness> measure(int cases) {
    List<BoundTightness> all = new ArrayList<>();
    for (Kernel kernel : KernelCatalog.all()) {
      KernelCases random = new KernelCases(SEED);
      CompiledProgram program = Programs.of(kernel);
      StepBound bound = PinnedPrograms.of(kernel).bound();
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < cases; i++) {
        KernelCases.Case one = random.next(kernel);
        long steps = KernelCall.run(program, one.segments(), one.scalars()).steps();
        least = Math.min(least, (double) bound.instructions(one.scalars()) / steps);
      }
      all.add(new BoundTightness(kernel.name(), least, cases));
    }
    return List.copyOf(all);
  }
}
