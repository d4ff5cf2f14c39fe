package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.layout.Plane;
import opml.kernels.layout.Volume;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// Images at other places than their elements'.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Resampling {
  /// How [#gridsample2dF32] finds the value of a place.
  public static final int NEAREST = 0;

  public static final int LINEAR = 1;
  public static final int CUBIC = 2;

  /// What lies outside of an image: zeros, its nearest elements, or its mirror images.
  public static final int ZEROS = 0;

  public static final int BORDER = 1;
  public static final int REFLECTION = 2;

  /// The parameter of ONNX's cubic convolution (Keys, 1981).
  private static final float CUBIC_A = -0.75f;

  private Resampling() {}

  /// A weighted sum of `taps` elements along one axis, for each of `size` outputs there, in one chain of fma from +0.
  ///
  /// x is (outer, n, inner), indices (size, taps) int32, weights (size, taps), y (outer, size, inner). An index that is
  /// none of the axis' is left out; where an output's first one is none, y is `outside`.
  public static void resizeF32(
      MemorySegment x,
      MemorySegment indices,
      MemorySegment weights,
      MemorySegment y,
      Axis axis,
      int size,
      int taps,
      float outside) {
    int n = axis.n();
    int inner = axis.inner();
    int yAt = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int j = 0; j < size; j++) {
        int first = Mem.i32(indices, 4 * j * taps);
        boolean inside = first >= 0 && first < n;
        for (int i = 0; i < inner; i++) {
          float sum = 0f;
          for (int t = 0; t < taps; t++) {
            int index = Mem.i32(indices, 4 * (j * taps + t));
            if (index >= 0 && index < n) {
              float value = Mem.f32(x, 4 * ((o * n + index) * inner + i));
              sum = F32.fma(Mem.f32(weights, 4 * (j * taps + t)), value, sum);
            }
          }
          Mem.putF32(y, yAt, inside ? sum : outside);
          yAt += 4;
        }
      }
    }
  }

  /// Values of an image at places from -1 to 1.
  ///
  /// x is (batch, channels, in), grid (batch, out, 2), of each place the column before the row, y (batch, channels,
  /// out).
  ///
  /// @param mode how a value is interpolated: [#NEAREST], [#LINEAR] or [#CUBIC]
  /// @param padding what is outside: [#ZEROS], [#BORDER] or [#REFLECTION]
  /// @param aligned whether -1 and 1 are the centres of the outermost elements, and not their outer edges
  public static void gridsample2dF32(
      MemorySegment x,
      MemorySegment grid,
      MemorySegment y,
      int batch,
      int channels,
      Plane in,
      Plane out,
      int mode,
      int padding,
      int aligned) {
    for (int image = 0; image < batch; image++) {
      for (int place = 0; place < out.size(); place++) {
        int at = 8 * (image * out.size() + place);
        float px = spot(Mem.f32(grid, at), in.width(), mode, padding, aligned);
        float py = spot(Mem.f32(grid, at + 4), in.height(), mode, padding, aligned);
        float fx = F32.floor(px);
        float fy = F32.floor(py);
        int ix = (int) fx;
        int iy = (int) fy;
        float dx = px - fx;
        float dy = py - fy;
        for (int channel = 0; channel < channels; channel++) {
          int plane = (image * channels + channel) * in.size();
          float value;
          if (mode == NEAREST) {
            value = pixel(x, plane, in, iy, ix, padding, aligned);
          } else if (mode == LINEAR) {
            value =
                between(
                    between(
                        pixel(x, plane, in, iy, ix, padding, aligned),
                        pixel(x, plane, in, iy, ix + 1, padding, aligned),
                        dx),
                    between(
                        pixel(x, plane, in, iy + 1, ix, padding, aligned),
                        pixel(x, plane, in, iy + 1, ix + 1, padding, aligned),
                        dx),
                    dy);
          } else {
            value = 0f;
            for (int row = -1; row <= 2; row++) {
              float sum = 0f;
              for (int column = -1; column <= 2; column++) {
                sum =
                    F32.fma(
                        cubic(column, dx),
                        pixel(x, plane, in, iy + row, ix + column, padding, aligned),
                        sum);
              }
              value = F32.fma(cubic(row, dy), sum, value);
            }
          }
          Mem.putF32(y, 4 * ((image * channels + channel) * out.size() + place), value);
        }
      }
    }
  }

  /// Values of an image of three dimensions at places from -1 to 1: the nearest element's, or a linear interpolation.
  /// grid is (batch, out, 3), the column before the row before the plane; all else as in [#gridsample2dF32].
  public static void gridsample3dF32(
      MemorySegment x,
      MemorySegment grid,
      MemorySegment y,
      int batch,
      int channels,
      Volume in,
      Volume out,
      int mode,
      int padding,
      int aligned) {
    Plane plane = new Plane(in.height(), in.width());
    for (int image = 0; image < batch; image++) {
      for (int place = 0; place < out.size(); place++) {
        int at = 12 * (image * out.size() + place);
        float px = spot(Mem.f32(grid, at), in.width(), mode, padding, aligned);
        float py = spot(Mem.f32(grid, at + 4), in.height(), mode, padding, aligned);
        float pz = spot(Mem.f32(grid, at + 8), in.depth(), mode, padding, aligned);
        float fx = F32.floor(px);
        float fy = F32.floor(py);
        float fz = F32.floor(pz);
        for (int channel = 0; channel < channels; channel++) {
          float below = 0f;
          float above = 0f;
          for (int side = 0; side <= mode; side++) {
            int iz = index((int) fz + side, in.depth(), padding, aligned);
            int first = ((image * channels + channel) * in.depth() + iz) * plane.size();
            float value = 0f;
            if (iz >= 0) {
              value =
                  slice(
                      x, first, plane, (int) fy, (int) fx, py - fy, px - fx, mode, padding,
                      aligned);
            }
            if (side == 0) {
              below = value;
            } else {
              above = value;
            }
          }
          float value = mode == NEAREST ? below : between(below, above, pz - fz);
          Mem.putF32(y, 4 * ((image * channels + channel) * out.size() + place), value);
        }
      }
    }
  }

  private static float slice(
      MemorySegment x,
      int first,
      Plane plane,
      int iy,
      int ix,
      float dy,
      float dx,
      int mode,
      int padding,
      int aligned) {
    float corner = pixel(x, first, plane, iy, ix, padding, aligned);
    if (mode == NEAREST) {
      return corner;
    }
    return between(
        between(corner, pixel(x, first, plane, iy, ix + 1, padding, aligned), dx),
        between(
            pixel(x, first, plane, iy + 1, ix, padding, aligned),
            pixel(x, first, plane, iy + 1, ix + 1, padding, aligned),
            dx),
        dy);
  }

  /// {@return `a · (1 - t) + b · t`, the second product and the sum rounded once}
  private static float between(float a, float b, float t) {
    return F32.fma(b, t, a * (1f - t));
  }

  /// {@return the weight of the element `at` places behind the floor of a place that lies `d` behind it}
  private static float cubic(int at, float d) {
    float t = Math.abs((float) at - d);
    if (at == 0 || at == 1) {
      return F32.fma(F32.fma(CUBIC_A + 2f, t, -(CUBIC_A + 3f)) * t, t, 1f);
    }
    return F32.fma(F32.fma(F32.fma(CUBIC_A, t, -5f * CUBIC_A), t, 8f * CUBIC_A), t, -4f * CUBIC_A);
  }

  /// {@return where in an axis a number from -1 to 1 is; rounded for [#NEAREST], and taken to the inside if it is
  /// outside and that has no zeros}
  private static float spot(float at, int size, int mode, int padding, int aligned) {
    float place =
        aligned != 0 ? (at + 1f) / 2f * (float) (size - 1) : ((at + 1f) * (float) size - 1f) / 2f;
    if (mode == NEAREST) {
      place = F32.rne(place);
    }
    float least = aligned != 0 ? 0f : -0.5f;
    float most = (float) size - 1f - least;
    boolean outside = place < least || place > most;
    if (outside && padding == BORDER) {
      return Math.min(Math.max(place, 0f), (float) (size - 1));
    }
    return outside && padding == REFLECTION ? reflected(place, least, most) : place;
  }

  /// {@return what a place becomes if it is turned back at both ends}
  private static float reflected(float place, float least, float most) {
    float range = most - least;
    boolean low = place < least;
    float beyond = low ? least - place : place - most;
    int turns = (int) (beyond / range);
    float rest = beyond - (float) turns * range;
    boolean back = (turns & 1) != 0;
    return low != back ? least + rest : most - rest;
  }

  private static float pixel(
      MemorySegment x, int first, Plane in, int iy, int ix, int padding, int aligned) {
    int row = index(iy, in.height(), padding, aligned);
    int column = index(ix, in.width(), padding, aligned);
    boolean inside = row >= 0 && column >= 0;
    return inside ? Mem.f32(x, 4 * (first + row * in.width() + column)) : 0f;
  }

  /// {@return the element that stands for one which may be outside; -1 for a zero}
  private static int index(int at, int size, int padding, int aligned) {
    if (at >= 0 && at < size) {
      return at;
    }
    if (padding == ZEROS) {
      return -1;
    }
    int inside = at;
    if (padding == REFLECTION) {
      float least = aligned != 0 ? 0f : -0.5f;
      inside = (int) reflected((float) at, least, (float) size - 1f - least);
    }
    return Math.min(Math.max(inside, 0), size - 1);
  }
}
