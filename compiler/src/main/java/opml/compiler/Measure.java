package opml.compiler;

import java.util.List;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;

/// Prints the size of every catalogue program.
public final class Measure {
  private Measure() {}

  public static void main(String[] arguments) {
    System.out.printf("%-24s %12s %10s %10s %6s%n", "program", "instructions", "constants", "stack", "depth");
    List<Kernel> kernels = KernelCatalog.all();
    for (Kernel kernel : kernels) {
      CompiledProgram program = Programs.of(kernel);
      System.out.printf(
          "%-24s %12d %10d %10d %6d%n",
          kernel.name(),
          program.instructionCount(),
          program.constants().length,
          program.stackBytes(),
          program.codeDepth());
    }
  }
}
