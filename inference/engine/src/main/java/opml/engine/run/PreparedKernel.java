package opml.engine.run;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.kernels.catalog.Kernel;

/// A kernel that is ready to be called with the scalars and the constant operands of one node. Many threads may call it
/// at the same time.
@FunctionalInterface
public interface PreparedKernel {
  /// {@return how many parts a call can be cut into, which may run side by side: rows, channels or planes; 1 if it runs
  /// as a whole}
  default int units() {
    return 1;
  }

  /// {@return the bytes that a thread lends to a call while it runs}
  default long scratchBytes() {
    return 0;
  }

  /// {@return whether a call writes every byte of what the kernel writes, whatever was there before; else it must find
  /// zeros there}
  default boolean overwrites() {
    return false;
  }

  /// {@return whether calls read the bytes of a constant segment argument; if not, since they have been packed, a call
  /// may be given anything in its place}
  ///
  /// @param argument number of the segment argument
  default boolean reads(int argument) {
    return true;
  }

  /// {@return one that besides does the work of another kernel on what this one writes, without that being in memory in
  /// between; its operands are those of this one, but what the other writes stands for what this one does}
  ///
  /// @param scalars of the other
  /// @param constants one for each segment argument of the other; empty for what this one writes
  default Optional<PreparedKernel> then(
      Kernel other, long[] scalars, List<Optional<Constant>> constants) {
    return Optional.empty();
  }

  /// Runs some of the units.
  ///
  /// @param segments one for each segment argument, aligned to eight bytes; the constant ones are those that it was
  ///     prepared with, unless it does not read them
  /// @param scratch of [#scratchBytes] at least, aligned to 64 bytes, with anything in it
  /// @param from the first unit
  /// @param to behind the last
  /// @return the exit code of the kernel, which is 0 unless it has only one unit
  /// @throws IndexOutOfBoundsException, [ArithmeticException] or [IllegalArgumentException] where the machine would go
  ///     on; its result then decides
  int run(MemorySegment[] segments, MemorySegment scratch, int from, int to);
}
