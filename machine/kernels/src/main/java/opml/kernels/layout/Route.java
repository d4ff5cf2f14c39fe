package opml.kernels.layout;

import java.lang.foreign.MemorySegment;

/// The way that [SixLoops] take through a tensor, in elements of whatever width.
///
/// @param from the element where all loops begin
/// @param s0 elements by which a turn of the outermost loop goes on; 0 stays, less goes back, likewise the others
public record Route(MemorySegment data, int from, int s0, int s1, int s2, int s3, int s4, int s5) {
  /// {@return the element where the innermost loop begins}
  public int at(int i, int j, int k, int l, int m) {
    return from + i * s0 + j * s1 + k * s2 + l * s3 + m * s4;
  }
}
