package opml.engine.plan;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// A kernel that changes a tensor in place.
public final class Accumulator {
  private Accumulator() {}

  /// `sum += x`.
  public static void accumulate(MemorySegment x, MemorySegment sum, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(sum, at, Mem.f32(sum, at) + Mem.f32(x, at));
    }
  }
}
