package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// Pooling over windows and over whole planes.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Pooling {
  private Pooling() {}

  /// The greatest element of each window that lies inside of the image, -infinity where none does; NaN wins, and -0 is
  /// below +0.
  ///
  /// x is (planes, inHeight, inWidth), y (planes, outHeight, outWidth).
  public static void maxpoolF32(
      MemorySegment x,
      MemorySegment y,
      int planes,
      int inHeight,
      int inWidth,
      int outHeight,
      int outWidth,
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int padTop,
      int padLeft,
      int dilationHeight,
      int dilationWidth) {
    int yAt = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int oy = 0; oy < outHeight; oy++) {
        for (int ox = 0; ox < outWidth; ox++) {
          float max = Float.NEGATIVE_INFINITY;
          int iy = oy * strideHeight - padTop;
          for (int ky = 0; ky < kernelHeight; ky++) {
            int columns = iy >= 0 && iy < inHeight ? inWidth : 0;
            int row = 4 * (plane * inHeight + iy) * inWidth;
            int ix = ox * strideWidth - padLeft;
            for (int kx = 0; kx < kernelWidth; kx++) {
              if (ix >= 0 && ix < columns) {
                max = Math.max(max, Mem.f32(x, row + 4 * ix));
              }
              ix += dilationWidth;
            }
            iy += dilationHeight;
          }
          Mem.putF32(y, yAt, max);
          yAt += 4;
        }
      }
    }
  }

  /// The sum of each window's elements inside of the image, one chain from +0 in order (ky, kx), divided by their
  /// number, or by kernelHeight · kernelWidth if `countIncludePad`.
  ///
  /// Shapes as in [#maxpoolF32]. The chain and not [Fold#sum]: windows are small and outputs many, so that a vector's
  /// lanes are outputs. Padding would add +0 to a sum that is never -0 and so changes nothing.
  public static void averagepoolF32(
      MemorySegment x,
      MemorySegment y,
      int planes,
      int inHeight,
      int inWidth,
      int outHeight,
      int outWidth,
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int padTop,
      int padLeft,
      int dilationHeight,
      int dilationWidth,
      int countIncludePad) {
    int yAt = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int oy = 0; oy < outHeight; oy++) {
        for (int ox = 0; ox < outWidth; ox++) {
          float sum = 0f;
          int inside = 0;
          int iy = oy * strideHeight - padTop;
          for (int ky = 0; ky < kernelHeight; ky++) {
            int columns = iy >= 0 && iy < inHeight ? inWidth : 0;
            int row = 4 * (plane * inHeight + iy) * inWidth;
            int ix = ox * strideWidth - padLeft;
            for (int kx = 0; kx < kernelWidth; kx++) {
              if (ix >= 0 && ix < columns) {
                sum += Mem.f32(x, row + 4 * ix);
                inside++;
              }
              ix += dilationWidth;
            }
            iy += dilationHeight;
          }
          int count = countIncludePad != 0 ? kernelHeight * kernelWidth : inside;
          Mem.putF32(y, yAt, sum / (float) count);
          yAt += 4;
        }
      }
    }
  }

  /// The mean of each plane: SUM, then divided by its size. x is (planes, size), y (planes).
  public static void globalaveragepoolF32(MemorySegment x, MemorySegment y, int planes, int size) {
    for (int plane = 0; plane < planes; plane++) {
      Mem.putF32(y, 4 * plane, Fold.sum(x, 4 * plane * size, 4, size) / (float) size);
    }
  }
}
