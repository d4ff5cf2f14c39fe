package opml.engine.run;

import java.util.List;
import java.util.Optional;
import opml.kernels.catalog.Kernel;

/// Chooses the code that runs a kernel on this JVM: the reference, or a faster twin that gives the same bits.
@FunctionalInterface
public interface KernelProvider {
  /// Makes a kernel ready for the calls of one node.
  ///
  /// @param scalars of every call, in the ABI's 64-bit form
  /// @param constants one for each segment argument: what is the same in every call, and stays unchanged as long as the
  ///     prepared kernel is used; it may be packed for the code that reads it, and read no more
  ///     ([PreparedKernel#reads])
  PreparedKernel prepare(Kernel kernel, long[] scalars, List<Optional<Constant>> constants);

  /// {@return whether it takes long to prepare its kernels, or to get them up to speed, so that an executor had better
  /// begin with the reference}
  default boolean isSlowAtFirst() {
    return false;
  }

  /// {@return the reference kernels}
  static KernelProvider reference() {
    return (kernel, scalars, constants) ->
        (segments, scratch, from, to) -> kernel.run(segments, scalars);
  }

  /// {@return none: every node is one whose kernel throws}
  static KernelProvider none() {
    return (kernel, scalars, constants) ->
        (segments, scratch, from, to) -> {
          throw new IllegalArgumentException(kernel + " does not run natively");
        };
  }
}
