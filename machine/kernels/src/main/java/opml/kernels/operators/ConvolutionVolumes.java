package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Plane;
import opml.kernels.layout.SlidingBox;
import opml.kernels.layout.SlidingWindow;
import opml.kernels.layout.Strided;
import opml.kernels.layout.Volume;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Convolutions in three dimensions, transposed and deformed ones, and columns that become images.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class ConvolutionVolumes {
  private ConvolutionVolumes() {}

  /// Per output a DOT over (channel of the group, kz, ky, kx), padding taking part as +0, then `+ b[outChannel]`:
  /// [Convolution#conv2dF32] with one axis more.
  public static void conv3dF32(
      MemorySegment x,
      MemorySegment w,
      MemorySegment b,
      MemorySegment y,
      int batch,
      int inChannels,
      Volume in,
      int outChannels,
      Volume out,
      SlidingBox window,
      int groups) {
    int channels = inChannels / groups; // of one group
    int groupOutputs = outChannels / groups;
    int kernel = 4 * channels * window.size();
    int yAt = 0;
    for (int image = 0; image < batch; image++) {
      for (int output = 0; output < outChannels; output++) {
        int xImage = (image * inChannels + output / groupOutputs * channels) * in.size();
        float bias = Mem.f32(b, 4 * output);
        for (int oz = 0; oz < out.depth(); oz++) {
          for (int oy = 0; oy < out.height(); oy++) {
            for (int ox = 0; ox < out.width(); ox++) {
              int front = window.front(oz);
              int top = window.top(oy);
              int left = window.left(ox);
              float dot =
                  dot(x, xImage, w, output * kernel, channels, in, window, front, top, left);
              Mem.putF32(y, yAt, dot + bias);
              yAt += 4;
            }
          }
        }
      }
    }
  }

  private static float dot(
      MemorySegment x,
      int xImage,
      MemorySegment w,
      int wAt,
      int channels,
      Volume in,
      SlidingBox window,
      int front,
      int top,
      int left) {
    float y = 0f;
    float chunk = 0f;
    int leftInChunk = Fold.CHUNK;
    int volume = xImage;
    for (int channel = 0; channel < channels; channel++) {
      int iz = front;
      for (int kz = 0; kz < window.depth(); kz++) {
        int rows = in.rows(iz);
        int iy = top;
        for (int ky = 0; ky < window.height(); ky++) {
          int columns = iy >= 0 && iy < rows ? in.width() : 0;
          int row = volume + (iz * in.height() + iy) * in.width();
          int ix = left;
          for (int kx = 0; kx < window.width(); kx++) {
            float value = ix >= 0 && ix < columns ? Mem.f32(x, 4 * (row + ix)) : 0f;
            chunk = F32.fma(value, Mem.f32(w, wAt), chunk);
            wAt += 4;
            ix += window.dilationWidth();
            leftInChunk--;
            if (leftInChunk == 0) {
              Trips.rare(
                  (long) channels * window.depth() * window.height() * window.width() / Fold.CHUNK);
              y += chunk;
              chunk = 0f;
              leftInChunk = Fold.CHUNK;
            }
          }
          iy += window.dilationHeight();
        }
        iz += window.dilationDepth();
      }
      volume += in.size();
    }
    return y + chunk; // as in Convolution
  }

  /// A transposed convolution: per output, for each (kz, ky, kx) through which an element of x reaches it, in ascending
  /// order, the DOT over the channels of the group; these added in one chain from +0, then `+ b[outChannel]`.
  ///
  /// x is (batch, inChannels, in), w (inChannels, outChannels / groups, depth, height and width of the window), b
  /// (outChannels), y (batch, outChannels, out). The window slides over y: element (iz, iy, ix) of x reaches the
  /// outputs of the window that stands there. Needs groups ≥ 1 that divides both channel counts. Any output size is in
  /// range.
  public static void convtransposeF32(
      MemorySegment x,
      MemorySegment w,
      MemorySegment b,
      MemorySegment y,
      int batch,
      int inChannels,
      Volume in,
      int outChannels,
      Volume out,
      SlidingBox window,
      int groups) {
    int channels = inChannels / groups; // of one group
    int groupOutputs = outChannels / groups;
    int wStep = 4 * groupOutputs * window.size();
    int xStep = 4 * in.size();
    int yAt = 0;
    for (int image = 0; image < batch; image++) {
      for (int output = 0; output < outChannels; output++) {
        int group = output / groupOutputs;
        int xAt = (image * inChannels + group * channels) * in.size();
        int wAt = (group * channels * groupOutputs + output % groupOutputs) * window.size();
        float bias = Mem.f32(b, 4 * output);
        for (int oz = 0; oz < out.depth(); oz++) {
          for (int oy = 0; oy < out.height(); oy++) {
            for (int ox = 0; ox < out.width(); ox++) {
              float sum = 0f;
              int kernel = wAt;
              for (int kz = 0; kz < window.depth(); kz++) {
                int iz =
                    source(
                        oz + window.padFront() - kz * window.dilationDepth(), window.strideDepth());
                int rows = in.rows(iz);
                for (int ky = 0; ky < window.height(); ky++) {
                  int iy =
                      source(
                          oy + window.padTop() - ky * window.dilationHeight(),
                          window.strideHeight());
                  int columns = iy >= 0 && iy < rows ? in.width() : 0;
                  int row = xAt + (iz * in.height() + iy) * in.width();
                  for (int kx = 0; kx < window.width(); kx++) {
                    int ix =
                        source(
                            ox + window.padLeft() - kx * window.dilationWidth(),
                            window.strideWidth());
                    if (ix >= 0 && ix < columns) {
                      Strided elements = new Strided(x, 4 * (row + ix), xStep);
                      Strided weights = new Strided(w, 4 * kernel, wStep);
                      sum += Fold.dot(elements, weights, channels);
                    }
                    kernel++;
                  }
                }
              }
              Mem.putF32(y, yAt, sum + bias);
              yAt += 4;
            }
          }
        }
      }
    }
  }

  /// {@return the place whose window has its corner at `corner`, or -1 if none has}
  private static int source(int corner, int stride) {
    return corner >= 0 && corner % stride == 0 ? corner / stride : -1;
  }

  /// What columns give when they are added up where their windows were: per output, for each (kz, ky, kx) through which
  /// a position reaches it, in ascending order, one chain of sums from +0.
  ///
  /// x is (planes, depth, height and width of the window, positions), y (planes, out).
  ///
  /// @param positions of the window along each axis
  public static void col2imF32(
      MemorySegment x,
      MemorySegment y,
      int planes,
      Volume positions,
      Volume out,
      SlidingBox window) {
    int yAt = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int oz = 0; oz < out.depth(); oz++) {
        for (int oy = 0; oy < out.height(); oy++) {
          for (int ox = 0; ox < out.width(); ox++) {
            float sum = 0f;
            int column = plane * window.size() * positions.size();
            for (int kz = 0; kz < window.depth(); kz++) {
              int iz =
                  source(
                      oz + window.padFront() - kz * window.dilationDepth(), window.strideDepth());
              int rows = positions.rows(iz);
              for (int ky = 0; ky < window.height(); ky++) {
                int iy =
                    source(
                        oy + window.padTop() - ky * window.dilationHeight(), window.strideHeight());
                int columns = iy >= 0 && iy < rows ? positions.width() : 0;
                int row = column + (iz * positions.height() + iy) * positions.width();
                for (int kx = 0; kx < window.width(); kx++) {
                  int ix =
                      source(
                          ox + window.padLeft() - kx * window.dilationWidth(),
                          window.strideWidth());
                  if (ix >= 0 && ix < columns) {
                    sum += Mem.f32(x, 4 * (row + ix));
                  }
                  row += positions.size();
                  column += positions.size();
                }
              }
            }
            Mem.putF32(y, yAt, sum);
            yAt += 4;
          }
        }
      }
    }
  }

  /// A deformable convolution (Zhu et al., 2019): [Convolution#conv2dF32] whose elements lie at places that are moved
  /// by `offset`, interpolated from their four neighbours, and multiplied by `mask`.
  ///
  /// Per output a DOT over (channel of the group, ky, kx) of `value · mask` and w, then `+ b[outChannel]`. A place that
  /// is an element or more outside of the image has the value +0, as have neighbours outside.
  ///
  /// x is (batch, inChannels, in), w (outChannels, inChannels / groups, height and width of the window), b
  /// (outChannels), offset (batch, offsetGroups, window, 2, out), rows first, mask (batch, offsetGroups, window, out),
  /// y (batch, outChannels, out). Needs groups and offsetGroups ≥ 1 that divide the channel counts.
  public static void deformconvF32(
      MemorySegment x,
      MemorySegment w,
      MemorySegment b,
      MemorySegment offset,
      MemorySegment mask,
      MemorySegment y,
      int batch,
      int inChannels,
      Plane in,
      int outChannels,
      Plane out,
      SlidingWindow window,
      int groups,
      int offsetGroups) {
    int channels = inChannels / groups; // of one group
    int groupOutputs = outChannels / groups;
    int sharing = inChannels / offsetGroups; // channels that are moved alike
    int yAt = 0;
    for (int image = 0; image < batch; image++) {
      for (int output = 0; output < outChannels; output++) {
        int firstChannel = output / groupOutputs * channels;
        float bias = Mem.f32(b, 4 * output);
        for (int oy = 0; oy < out.height(); oy++) {
          for (int ox = 0; ox < out.width(); ox++) {
            float sum = 0f;
            float chunk = 0f;
            int leftInChunk = Fold.CHUNK;
            int wAt = 4 * output * channels * window.size();
            for (int c = 0; c < channels; c++) {
              int channel = firstChannel + c;
              int plane = (image * inChannels + channel) * in.size();
              int moved = (image * offsetGroups + channel / sharing) * window.size();
              for (int ky = 0; ky < window.height(); ky++) {
                for (int kx = 0; kx < window.width(); kx++) {
                  int place = oy * out.width() + ox;
                  int dyAt = 4 * (2 * moved * out.size() + place);
                  int dxAt = dyAt + 4 * out.size();
                  float iy =
                      (float) (window.top(oy) + ky * window.dilationHeight())
                          + Mem.f32(offset, dyAt);
                  float ix =
                      (float) (window.left(ox) + kx * window.dilationWidth())
                          + Mem.f32(offset, dxAt);
                  float value =
                      interpolated(x, plane, in, iy, ix)
                          * Mem.f32(mask, 4 * (moved * out.size() + place));
                  chunk = F32.fma(value, Mem.f32(w, wAt), chunk);
                  wAt += 4;
                  moved++;
                  leftInChunk--;
                  if (leftInChunk == 0) {
                    Trips.rare(
                        (long) batch
                            * outChannels
                            * out.height()
                            * out.width()
                            * (inChannels * window.height() * window.width() / Fold.CHUNK + 1));
                    sum += chunk;
                    chunk = 0f;
                    leftInChunk = Fold.CHUNK;
                  }
                }
              }
            }
            Mem.putF32(y, yAt, sum + chunk + bias);
            yAt += 4;
          }
        }
      }
    }
  }

  /// {@return what lies between four elements: a chain of fma from +0, neighbours outside left out}
  private static float interpolated(MemorySegment x, int plane, Plane in, float iy, float ix) {
    boolean near = iy > -1f && iy < (float) in.height() && ix > -1f && ix < (float) in.width();
    if (!near) {
      return 0f;
    }
    float fy = F32.floor(iy);
    float fx = F32.floor(ix);
    int y0 = (int) fy;
    int x0 = (int) fx;
    float ly = iy - fy;
    float lx = ix - fx;
    float hy = 1f - ly;
    float hx = 1f - lx;
    float sum = 0f;
    sum = F32.fma(hy * hx, pixel(x, plane, in, y0, x0), sum);
    sum = F32.fma(hy * lx, pixel(x, plane, in, y0, x0 + 1), sum);
    sum = F32.fma(ly * hx, pixel(x, plane, in, y0 + 1, x0), sum);
    return F32.fma(ly * lx, pixel(x, plane, in, y0 + 1, x0 + 1), sum);
  }

  private static float pixel(MemorySegment x, int plane, Plane in, int iy, int ix) {
    boolean inside = ix >= 0 && ix < in.columns(iy);
    return inside ? Mem.f32(x, 4 * (plane + iy * in.width() + ix)) : 0f;
  }
}
