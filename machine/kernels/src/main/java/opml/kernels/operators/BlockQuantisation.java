package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.layout.BlockScales;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// Between floats and integers, by scales of blocks, or by one that follows from the floats.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class BlockQuantisation {
  private BlockQuantisation() {}

  /// Quantises floats to bytes without sign, by a scale that takes their range and 0 to 0..255: with the least and the
  /// greatest of them and 0, `scale = (greatest - least) / 255`, or 1 where that is 0; `zero = saturate(rne(0 - least /
  /// scale))`, `y = saturate(int(rne(x / scale)) + zero)`.
  ///
  /// x and y are (n), scale and zero one number each. A NaN among x makes the scale NaN, and all y and the zero point
  /// 0.
  public static void dynamicQuantize(
      MemorySegment x, MemorySegment y, MemorySegment scale, MemorySegment zero, int n) {
    float least = 0f;
    float greatest = 0f;
    for (int i = 0; i < n; i++) {
      float value = Mem.f32(x, 4 * i);
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    float range = (greatest - least) / 255f;
    float divisor = range == 0f ? 1f : range;
    int offset = Quantisation.saturate((int) F32.rne(0f - least / divisor), 1);
    for (int i = 0; i < n; i++) {
      long rounded = (int) F32.rne(Mem.f32(x, 4 * i) / divisor);
      Mem.putI8(y, i, Quantisation.saturate(rounded + offset, 1));
    }
    Mem.putF32(scale, 0, divisor);
    Mem.putI8(zero, 0, offset);
  }

  /// `y = min(max(int(rne(x / scale)) + zero, low), high)`; NaN gives the zero point. x and y are (outer, n, inner), y
  /// and zero int64; which scale and zero an element has, `scales` says. The int saturates to int32, the sum is one of
  /// int64.
  public static void quantizeBlocks(
      MemorySegment x,
      MemorySegment scale,
      MemorySegment zero,
      MemorySegment y,
      Axis axis,
      BlockScales scales,
      int low,
      int high) {
    int at = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int j = 0; j < axis.n(); j++) {
        for (int i = 0; i < axis.inner(); i++) {
          int place = scales.of(o, j, i);
          long rounded = (int) F32.rne(Mem.f32(x, 4 * at) / Mem.f32(scale, 4 * place));
          long sum = rounded + Mem.i64(zero, 8 * place);
          Mem.putI64(y, 8 * at, Math.min(Math.max(sum, low), high));
          at++;
        }
      }
    }
  }

  /// `y = float(x - zero) · scale`, parameters as in [#quantizeBlocks]; x and zero are int64, their difference one of
  /// int64.
  public static void dequantizeBlocks(
      MemorySegment x,
      MemorySegment scale,
      MemorySegment zero,
      MemorySegment y,
      Axis axis,
      BlockScales scales) {
    int at = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int j = 0; j < axis.n(); j++) {
        for (int i = 0; i < axis.inner(); i++) {
          int place = scales.of(o, j, i);
          long difference = Mem.i64(x, 8 * at) - Mem.i64(zero, 8 * place);
          Mem.putF32(y, 4 * at, (float) difference * Mem.f32(scale, 4 * place));
          at++;
        }
      }
    }
  }

  /// `y = x · scale`, or `x / scale` if `divides`; parameters as in [#quantizeBlocks].
  public static void scaleBlocks(
      MemorySegment x,
      MemorySegment scale,
      MemorySegment y,
      Axis axis,
      BlockScales scales,
      int divides) {
    int at = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int j = 0; j < axis.n(); j++) {
        for (int i = 0; i < axis.inner(); i++) {
          float factor = Mem.f32(scale, 4 * scales.of(o, j, i));
          float value = Mem.f32(x, 4 * at);
          Mem.putF32(y, 4 * at, divides != 0 ? value / factor : value * factor);
          at++;
        }
      }
    }
  }
}
