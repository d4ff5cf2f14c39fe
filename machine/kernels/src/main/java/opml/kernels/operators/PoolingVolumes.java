package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Border;
import opml.kernels.layout.SlidingBox;
import opml.kernels.layout.Volume;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// Pooling over windows of three dimensions, and what undoes it.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class PoolingVolumes {
  private PoolingVolumes() {}

  /// The greatest element of each window that lies inside of the image, as [Pooling#maxpoolF32] has it, and where it
  /// is: the first one of equals, -1 where no element is inside.
  ///
  /// x is (planes, in), y and indices (planes, out), indices int64. An index counts all elements of x, the width
  /// fastest, or if `columnMajor` the elements of a plane with the depth fastest, then the height.
  public static void maxpool3dF32(
      MemorySegment x,
      MemorySegment y,
      MemorySegment indices,
      int planes,
      Volume in,
      Volume out,
      SlidingBox window,
      int columnMajor) {
    int yAt = 0;
    for (int plane = 0; plane < planes; plane++) {
      int first = plane * in.size();
      for (int oz = 0; oz < out.depth(); oz++) {
        for (int oy = 0; oy < out.height(); oy++) {
          for (int ox = 0; ox < out.width(); ox++) {
            float max = Float.NEGATIVE_INFINITY;
            int index = -1;
            int iz = window.front(oz);
            for (int kz = 0; kz < window.depth(); kz++) {
              int rows = in.rows(iz);
              int iy = window.top(oy);
              for (int ky = 0; ky < window.height(); ky++) {
                int columns = iy >= 0 && iy < rows ? in.width() : 0;
                int row = first + (iz * in.height() + iy) * in.width();
                int ix = window.left(ox);
                for (int kx = 0; kx < window.width(); kx++) {
                  if (ix >= 0 && ix < columns) {
                    float value = Mem.f32(x, 4 * (row + ix));
                    if (index < 0 || isAbove(value, max)) {
                      max = value;
                      index =
                          columnMajor == 0
                              ? row + ix
                              : first + iz + in.depth() * (iy + in.height() * ix);
                    }
                  }
                  ix += window.dilationWidth();
                }
                iy += window.dilationHeight();
              }
              iz += window.dilationDepth();
            }
            Mem.putF32(y, 4 * yAt, max);
            Mem.putI64(indices, 8 * yAt, index);
            yAt++;
          }
        }
      }
    }
  }

  /// {@return whether `Math.max` of both is not the second} NaN is above all others, +0 above -0.
  private static boolean isAbove(float value, float max) {
    return Float.floatToIntBits(Math.max(max, value)) != Float.floatToIntBits(max);
  }

  /// The sum of each window's elements inside of the image, one chain from +0 in order (kz, ky, kx), divided by how
  /// many of its cells are in the image or in the border that counts; NaN where none is.
  ///
  /// x is (planes, in), y (planes, out).
  public static void averagepool3dF32(
      MemorySegment x,
      MemorySegment y,
      int planes,
      Volume in,
      Volume out,
      SlidingBox window,
      Border counted) {
    int yAt = 0;
    for (int plane = 0; plane < planes; plane++) {
      int first = plane * in.size();
      for (int oz = 0; oz < out.depth(); oz++) {
        for (int oy = 0; oy < out.height(); oy++) {
          for (int ox = 0; ox < out.width(); ox++) {
            float sum = 0f;
            int count = 0;
            int iz = window.front(oz);
            for (int kz = 0; kz < window.depth(); kz++) {
              int rows = in.rows(iz);
              int iy = window.top(oy);
              for (int ky = 0; ky < window.height(); ky++) {
                int columns = iy >= 0 && iy < rows ? in.width() : 0;
                int row = first + (iz * in.height() + iy) * in.width();
                int ix = window.left(ox);
                for (int kx = 0; kx < window.width(); kx++) {
                  if (ix >= 0 && ix < columns) {
                    sum += Mem.f32(x, 4 * (row + ix));
                  }
                  if (counted.holds(in, iz, iy, ix)) {
                    count++;
                  }
                  ix += window.dilationWidth();
                }
                iy += window.dilationHeight();
              }
              iz += window.dilationDepth();
            }
            Mem.putF32(y, yAt, sum / (float) count);
            yAt += 4;
          }
        }
      }
    }
  }

  /// The p-norm of each window's elements inside of the image: of their magnitudes' p-th powers, p - 1 products each,
  /// one chain of sums from +0 in order (kz, ky, kx); then for p = 2 the square root, for p > 2 `pow(sum, 1 / p)`.
  ///
  /// x is (planes, in), y (planes, out).
  ///
  /// @param p at least 1
  public static void lppool3dF32(
      MemorySegment x,
      MemorySegment y,
      int planes,
      Volume in,
      Volume out,
      SlidingBox window,
      int p) {
    int yAt = 0;
    for (int plane = 0; plane < planes; plane++) {
      int first = plane * in.size();
      for (int oz = 0; oz < out.depth(); oz++) {
        for (int oy = 0; oy < out.height(); oy++) {
          for (int ox = 0; ox < out.width(); ox++) {
            float sum = 0f;
            int iz = window.front(oz);
            for (int kz = 0; kz < window.depth(); kz++) {
              int rows = in.rows(iz);
              int iy = window.top(oy);
              for (int ky = 0; ky < window.height(); ky++) {
                int columns = iy >= 0 && iy < rows ? in.width() : 0;
                int row = first + (iz * in.height() + iy) * in.width();
                int ix = window.left(ox);
                for (int kx = 0; kx < window.width(); kx++) {
                  if (ix >= 0 && ix < columns) {
                    float magnitude = Math.abs(Mem.f32(x, 4 * (row + ix)));
                    float power = magnitude;
                    for (int i = 1; i < p; i++) {
                      power *= magnitude;
                    }
                    sum += power;
                  }
                  ix += window.dilationWidth();
                }
                iy += window.dilationHeight();
              }
              iz += window.dilationDepth();
            }
            float norm = p == 1 ? sum : p == 2 ? F32.sqrt(sum) : Powers.pow(sum, 1f / (float) p);
            Mem.putF32(y, yAt, norm);
            yAt += 4;
          }
        }
      }
    }
  }

  /// `y[indices[i]] = x[i]` in ascending order of i, all other elements of y being zeros; an index that is none of y's
  /// is passed over. x is (n), indices (n) int64, y (size), of four bytes each.
  public static void unpoolB4(
      MemorySegment x, MemorySegment indices, MemorySegment y, int n, int size) {
    for (int i = 0; i < size; i++) {
      Mem.putI32(y, 4 * i, 0);
    }
    for (int i = 0; i < n; i++) {
      long index = Mem.i64(indices, 8 * i);
      if (index >= 0 && index < size) {
        Mem.putI32(y, 4 * (int) index, Mem.i32(x, 4 * i));
      }
    }
  }
}
