package opml.twins.call;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.tensor.OutsideMemory;
import opml.kernels.memory.Mem;

/// What the zero points of `matmul.integer` come to. That of a is known when it runs: with `Σ (x - xz)·(w - wz) = Σ
/// x·(w - wz) - xz · Σ (w - wz)`, modulo 2^32, it meets a sum of each column that is known before.
///
/// @param zero that of b, the same in all columns
/// @param sums of each column of b, less its zero point: int32
public record ColumnZeros(int zero, MemorySegment sums) {
  /// {@return them, where b has one zero point}
  ///
  /// @param zeros of b, one or one for each column
  public static Optional<ColumnZeros> of(
      IntegerProductCall call, MemorySegment b, MemorySegment zeros) {
    if (b.byteSize() < call.extents()[1] || zeros.byteSize() < call.extents()[3]) {
      return Optional.empty(); // told when the node runs
    }
    int mask = call.bUnsigned() ? 255 : -1;
    int zero = Mem.i8(zeros, 0) & mask;
    for (int j = 1; j < (call.bZeros() ? call.n() : 1); j++) {
      if ((Mem.i8(zeros, j) & mask) != zero) {
        return Optional.empty();
      }
    }
    int[] sums = new int[call.n()];
    for (int l = 0; l < call.k(); l++) {
      for (int j = 0; j < call.n(); j++) {
        sums[j] += (Mem.i8(b, (long) l * call.n() + j) & mask) - zero;
      }
    }
    MemorySegment kept = OutsideMemory.allocateTogether(4L * call.n());
    for (int j = 0; j < call.n(); j++) {
      Mem.putI32(kept, 4L * j, sums[j]);
    }
    return Optional.of(new ColumnZeros(zero, kept));
  }
}
