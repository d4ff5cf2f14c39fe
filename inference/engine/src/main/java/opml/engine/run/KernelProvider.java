package opml.engine.run;

import java.lang.foreign.MemorySegment;
import opml.kernels.catalog.Kernel;

/// Chooses the code that runs a kernel on this JVM: the reference, or a faster twin that gives the same bits.
@FunctionalInterface
public interface KernelProvider {
  /// Runs the kernel.
  ///
  /// @param scalars in the ABI's 64-bit form
  /// @return the exit code
  int run(Kernel kernel, MemorySegment[] segments, long[] scalars);

  /// {@return the reference kernels}
  static KernelProvider reference() {
    return Kernel::run;
  }
}
