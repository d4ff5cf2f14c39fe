package opml.twins.call;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import opml.kernels.operators.Accumulators;

/// From int32 sums to 8-bit outputs.
///
/// @param zero of the output
/// @param perChannel whether each channel has a multiplier and a shift of its own
/// @param unsigned whether outputs are
public record Requantiser(int zero, boolean perChannel, boolean unsigned) {
  /// Writes `saturate(roundHalfEven((sum + bias) · multiplier / 2^shift) + zero)` for sums of one channel.
  ///
  /// @param sumsStep bytes from one sum to the next
  public void channel(
      MemorySegment sums,
      long sumsAt,
      long sumsStep,
      MemorySegment multiplier,
      MemorySegment shift,
      MemorySegment bias,
      int channel,
      MemorySegment y,
      long yAt,
      int count) {
    int scale = perChannel ? 4 * channel : 0;
    int factor = Mem.i32(multiplier, scale);
    int right = Mem.i32(shift, scale);
    int addend = Mem.i32(bias, 4L * channel);
    for (int i = 0; i < count; i++) {
      int sum = Mem.i32(sums, sumsAt + sumsStep * i) + addend;
      Mem.putI8(y, yAt + i, output(sum, factor, right));
    }
  }

  /// Writes the same for sums of channels beside each other.
  public void channels(
      MemorySegment sums,
      long sumsAt,
      MemorySegment multiplier,
      MemorySegment shift,
      MemorySegment bias,
      int first,
      MemorySegment y,
      long yAt,
      int count) {
    for (int i = 0; i < count; i++) {
      int scale = perChannel ? 4 * (first + i) : 0;
      int sum = Mem.i32(sums, sumsAt + 4L * i) + Mem.i32(bias, 4L * (first + i));
      Mem.putI8(y, yAt + i, output(sum, Mem.i32(multiplier, scale), Mem.i32(shift, scale)));
    }
  }

  private int output(int sum, int multiplier, int shift) {
    return Accumulators.output(sum, multiplier, shift, zero, unsigned ? 1 : 0);
  }
}
