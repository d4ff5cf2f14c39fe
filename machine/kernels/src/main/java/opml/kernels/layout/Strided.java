package opml.kernels.layout;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// A row of floats that lie a fixed distance apart.
///
/// @param at byte of the first
/// @param step bytes from one to the next
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the operators
public record Strided(MemorySegment data, int at, int step) {
  /// {@return element i}
  public float get(int i) {
    return Mem.f32(data, at + i * step);
  }
}
