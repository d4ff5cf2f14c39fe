package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// Floats of half the width, which a float holds exactly.
final class Halves {
  private Halves() {}

  /// {@return a binary16 number}
  static float at(MemorySegment w, long at) {
    return Float.float16ToFloat((short) Mem.i16(w, at));
  }

  /// {@return a float, or if it has half the width, a binary16 number or a bfloat16 one, the upper half of a float}
  static float weight(MemorySegment w, long at, boolean half, boolean brain) {
    if (!half) {
      return Mem.f32(w, at);
    }
    return brain ? Float.intBitsToFloat(Mem.i16(w, at) << 16) : at(w, at);
  }
}
