package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.ChannelAxis;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// Between float32 and 8-bit integers, as ONNX has QuantizeLinear and DequantizeLinear, and between accumulators and
/// 8-bit integers.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Quantisation {
  private Quantisation() {}

  /// `y = saturate(rne(x / scale) + zeroPoint)`; NaN gives the zero point.
  ///
  /// x and y are (outer, channels, inner); scale and zero point have one element, or one per channel.
  public static void quantize(
      MemorySegment x,
      MemorySegment scale,
      MemorySegment zeroPoint,
      MemorySegment y,
      ChannelAxis channels) {
    int at = 0;
    for (int o = 0; o < channels.outer(); o++) {
      for (int c = 0; c < channels.channels(); c++) {
        float divisor = Mem.f32(scale, 4 * channels.scale(c));
        int zero = Mem.i8(zeroPoint, channels.scale(c)) & mask(channels.unsigned());
        for (int i = 0; i < channels.inner(); i++) {
          long rounded = (int) F32.rne(Mem.f32(x, 4 * at) / divisor); // the cast saturates
          Mem.putI8(y, at, saturate(rounded + zero, channels.unsigned()));
          at++;
        }
      }
    }
  }

  /// `y = (x - zeroPoint) · scale`, the difference exact; parameters as in [#quantize].
  public static void dequantize(
      MemorySegment x,
      MemorySegment scale,
      MemorySegment zeroPoint,
      MemorySegment y,
      ChannelAxis channels) {
    int mask = mask(channels.unsigned());
    int at = 0;
    for (int o = 0; o < channels.outer(); o++) {
      for (int c = 0; c < channels.channels(); c++) {
        float factor = Mem.f32(scale, 4 * channels.scale(c));
        int zero = Mem.i8(zeroPoint, channels.scale(c)) & mask;
        for (int i = 0; i < channels.inner(); i++) {
          Mem.putF32(y, 4 * at, (float) ((Mem.i8(x, at) & mask) - zero) * factor);
          at++;
        }
      }
    }
  }

  /// {@return what a sign-extended byte is masked with to be read as signed or unsigned}
  static int mask(int unsigned) {
    return unsigned != 0 ? 255 : -1;
  }

  /// {@return the nearest value that 8 bits can hold}
  static int saturate(long value, int unsigned) {
    return unsigned != 0
        ? (int) Math.min(Math.max(value, 0L), 255L)
        : (int) Math.min(Math.max(value, -128L), 127L);
  }

  /// {@return saturate(roundHalfEven(accumulator · multiplier / 2^shift) + zero)}
  ///
  /// Exact in 64 bits for a multiplier in [0, 2^31) and a shift in 1..62.
  static int requantize(int accumulator, int multiplier, int shift, int zero, int unsigned) {
    long product = (long) accumulator * multiplier;
    long half = 1L << (shift - 1);
    long odd =
        (product >> shift) & 1; // just below one half rounds down, unless the quotient is odd
    return saturate(((product + half - 1 + odd) >> shift) + zero, unsigned);
  }
}
