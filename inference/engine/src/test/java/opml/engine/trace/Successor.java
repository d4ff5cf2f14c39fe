package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// A kernel that checks a given output: it must be the number after the input.
public final class Successor {
  private Successor() {}

  /// Notes what should be given, and stops if it is; any other exit fails the run.
  public static int successor(MemorySegment x, MemorySegment given, MemorySegment note) {
    int expected = Mem.i32(x, 0) + 1;
    Mem.putI32(note, 0, expected);
    return Mem.i32(given, 0) == expected ? 1 : 2;
  }
}
