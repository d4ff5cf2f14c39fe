package opml.kernels.layout;

import java.lang.foreign.MemorySegment;

/// An operand that [LoopNest] run over.
///
/// @param s0 elements by which a turn of the outermost loop goes on; 0 repeats the operand, likewise the others
public record LoopOperand(MemorySegment data, int s0, int s1, int s2, int s3) {
  /// {@return the byte where the innermost loop begins}
  public int at(int i, int j, int k) {
    return 4 * (i * s0 + j * s1 + k * s2);
  }

  /// {@return the bytes by which a turn of the innermost loop goes on}
  public int step() {
    return 4 * s3;
  }
}
