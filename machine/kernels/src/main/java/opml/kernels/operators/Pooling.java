package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Plane;
import opml.kernels.layout.SlidingWindow;
import opml.kernels.layout.Strided;
import opml.kernels.memory.Mem;

/// Pooling over windows and over whole planes.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Pooling {
  private Pooling() {}

  /// The greatest element of each window that lies inside of the image, -infinity where none does; NaN wins, and -0 is
  /// below +0.
  ///
  /// x is (planes, in), y (planes, out).
  public static void maxpoolF32(
      MemorySegment x, MemorySegment y, int planes, Plane in, Plane out, SlidingWindow window) {
    int yAt = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int oy = 0; oy < out.height(); oy++) {
        for (int ox = 0; ox < out.width(); ox++) {
          float max = Float.NEGATIVE_INFINITY;
          int iy = window.top(oy);
          for (int ky = 0; ky < window.height(); ky++) {
            int columns = in.columns(iy);
            int row = 4 * (plane * in.height() + iy) * in.width();
            int ix = window.left(ox);
            for (int kx = 0; kx < window.width(); kx++) {
              if (ix >= 0 && ix < columns) {
                max = Math.max(max, Mem.f32(x, row + 4 * ix));
              }
              ix += window.dilationWidth();
            }
            iy += window.dilationHeight();
          }
          Mem.putF32(y, yAt, max);
          yAt += 4;
        }
      }
    }
  }

  /// The sum of each window's elements inside of the image, one chain from +0 in order (ky, kx), divided by their
  /// number, or by the window's size if `countIncludePad`.
  ///
  /// Shapes as in [#maxpoolF32]. The chain and not [Fold#sum]: windows are small and outputs many, so that a vector's
  /// lanes are outputs. Padding would add +0 to a sum that is never -0 and so changes nothing.
  public static void averagepoolF32(
      MemorySegment x,
      MemorySegment y,
      int planes,
      Plane in,
      Plane out,
      SlidingWindow window,
      int countIncludePad) {
    int yAt = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int oy = 0; oy < out.height(); oy++) {
        for (int ox = 0; ox < out.width(); ox++) {
          float sum = 0f;
          int inside = 0;
          int iy = window.top(oy);
          for (int ky = 0; ky < window.height(); ky++) {
            int columns = in.columns(iy);
            int row = 4 * (plane * in.height() + iy) * in.width();
            int ix = window.left(ox);
            for (int kx = 0; kx < window.width(); kx++) {
              if (ix >= 0 && ix < columns) {
                sum += Mem.f32(x, row + 4 * ix);
                inside++;
              }
              ix += window.dilationWidth();
            }
            iy += window.dilationHeight();
          }
          int count = countIncludePad != 0 ? window.size() : inside;
          Mem.putF32(y, yAt, sum / (float) count);
          yAt += 4;
        }
      }
    }
  }

  /// The mean of each plane: SUM, then divided by its size. x is (planes, size), y (planes).
  public static void globalaveragepoolF32(MemorySegment x, MemorySegment y, int planes, int size) {
    for (int plane = 0; plane < planes; plane++) {
      Strided elements = new Strided(x, 4 * plane * size, 4);
      Mem.putF32(y, 4 * plane, Fold.sum(elements, size) / (float) size);
    }
  }
}
