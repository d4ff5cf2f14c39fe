package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// A kernel that changes two tensors in place, as a cache's keys and values are.
public final class TwoOutputs {
  private TwoOutputs() {}

  /// `a += b; b += 1`, and stop once a is at least `limit`.
  public static int addBoth(MemorySegment a, MemorySegment b, int limit) {
    int sum = Mem.i32(a, 0) + Mem.i32(b, 0);
    Mem.putI32(a, 0, sum);
    Mem.putI32(b, 0, Mem.i32(b, 0) + 1);
    return sum >= limit ? 1 : 0;
  }
}
