package opml.twins.call;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

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
    long factor = Mem.i32(multiplier, scale);
    int right = Mem.i32(shift, scale);
    int addend = Mem.i32(bias, 4L * channel);
    long least = unsigned ? 0 : -128;
    for (int i = 0; i < count; i++) {
      int sum = Mem.i32(sums, sumsAt + sumsStep * i) + addend;
      Mem.putI8(y, yAt + i, saturated(sum * factor, right, least));
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
    long least = unsigned ? 0 : -128;
    for (int i = 0; i < count; i++) {
      int scale = perChannel ? 4 * (first + i) : 0;
      long factor = Mem.i32(multiplier, scale);
      int sum = Mem.i32(sums, sumsAt + 4L * i) + Mem.i32(bias, 4L * (first + i));
      Mem.putI8(y, yAt + i, saturated(sum * factor, Mem.i32(shift, scale), least));
    }
  }

  /// Just below one half rounds down, unless the quotient is odd.
  private int saturated(long product, int shift, long least) {
    long half = 1L << (shift - 1);
    long odd = (product >> shift) & 1;
    long value = ((product + half - 1 + odd) >> shift) + zero;
    return (int) Math.min(Math.max(value, least), least + 255);
  }
}
