package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.memory.Mem;
import opml.kernels.softfloat.SoftDouble;

/// Sums and products of all up to each element of an axis, and what goes on by the same with each.
///
/// Of sums and products, x and y are (outer, n, inner). Each is one chain, from 0 or 1, from the first element on, or
/// from the last one if `reverse`; if `exclusive`, an element itself does not count.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Running {
  private Running() {}

  public static void cumsumF32(
      MemorySegment x, MemorySegment y, Axis axis, int exclusive, int reverse) {
    floats(x, y, axis, exclusive, reverse, false);
  }

  public static void cumprodF32(
      MemorySegment x, MemorySegment y, Axis axis, int exclusive, int reverse) {
    floats(x, y, axis, exclusive, reverse, true);
  }

  /// Modulo 2^64.
  public static void cumsumI64(
      MemorySegment x, MemorySegment y, Axis axis, int exclusive, int reverse) {
    integers(x, y, axis, exclusive, reverse, false);
  }

  /// Modulo 2^64.
  public static void cumprodI64(
      MemorySegment x, MemorySegment y, Axis axis, int exclusive, int reverse) {
    integers(x, y, axis, exclusive, reverse, true);
  }

  public static void cumsumF64(
      MemorySegment x, MemorySegment y, Axis axis, int exclusive, int reverse) {
    doubles(x, y, axis, exclusive, reverse, false);
  }

  public static void cumprodF64(
      MemorySegment x, MemorySegment y, Axis axis, int exclusive, int reverse) {
    doubles(x, y, axis, exclusive, reverse, true);
  }

  /// `y_i = start + float(i) · delta`, both operations rounded; start and delta have one element, y has n.
  public static void rangeF32(MemorySegment start, MemorySegment delta, MemorySegment y, int n) {
    float first = Mem.f32(start, 0);
    float step = Mem.f32(delta, 0);
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 4 * i, first + (float) i * step);
    }
  }

  /// `y_i = start + i · delta`, modulo 2^64.
  public static void rangeI64(MemorySegment start, MemorySegment delta, MemorySegment y, int n) {
    long value = Mem.i64(start, 0);
    for (int i = 0; i < n; i++) {
      Mem.putI64(y, 8 * i, value);
      value += Mem.i64(delta, 0);
    }
  }

  private static void floats(
      MemorySegment x, MemorySegment y, Axis axis, int exclusive, int reverse, boolean product) {
    int inner = axis.inner();
    int last = 4 * (axis.n() - 1) * inner;
    int step = reverse != 0 ? -4 * inner : 4 * inner;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        int at = 4 * (o * axis.n() * inner + i) + (reverse != 0 ? last : 0);
        float value = product ? 1f : 0f;
        for (int j = 0; j < axis.n(); j++) {
          float element = Mem.f32(x, at);
          float next = product ? value * element : value + element;
          Mem.putF32(y, at, exclusive != 0 ? value : next);
          value = next;
          at += step;
        }
      }
    }
  }

  private static void integers(
      MemorySegment x, MemorySegment y, Axis axis, int exclusive, int reverse, boolean product) {
    int inner = axis.inner();
    int last = 8 * (axis.n() - 1) * inner;
    int step = reverse != 0 ? -8 * inner : 8 * inner;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        int at = 8 * (o * axis.n() * inner + i) + (reverse != 0 ? last : 0);
        long value = product ? 1 : 0;
        for (int j = 0; j < axis.n(); j++) {
          long element = Mem.i64(x, at);
          long next = product ? value * element : value + element;
          Mem.putI64(y, at, exclusive != 0 ? value : next);
          value = next;
          at += step;
        }
      }
    }
  }

  private static void doubles(
      MemorySegment x, MemorySegment y, Axis axis, int exclusive, int reverse, boolean product) {
    int inner = axis.inner();
    int last = 8 * (axis.n() - 1) * inner;
    int step = reverse != 0 ? -8 * inner : 8 * inner;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        int at = 8 * (o * axis.n() * inner + i) + (reverse != 0 ? last : 0);
        long value = product ? SoftDouble.ONE : 0;
        for (int j = 0; j < axis.n(); j++) {
          long element = Mem.i64(x, at);
          long next = product ? SoftDouble.mul(value, element) : SoftDouble.add(value, element);
          Mem.putI64(y, at, exclusive != 0 ? value : next);
          value = next;
          at += step;
        }
      }
    }
  }
}
