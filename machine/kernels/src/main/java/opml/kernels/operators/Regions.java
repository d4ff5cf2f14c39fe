package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Plane;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Pooling over rectangles that are told at run time.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Regions {
  private Regions() {}

  /// The greatest element of each of a region's cells (Girshick, Fast R-CNN, 2015); +0 where a cell has none.
  ///
  /// x is (batch, channels, in), regions (count, 5): the image, then left, top, right and bottom, which times the scale
  /// and rounded, halves away from zero, are the first and the last columns and rows. An image that is none is the
  /// nearest one. y is (count, channels, out).
  public static void roipoolF32(
      MemorySegment x,
      MemorySegment regions,
      MemorySegment y,
      int batch,
      int channels,
      Plane in,
      int count,
      Plane out,
      float scale) {
    int yAt = 0;
    for (int region = 0; region < count; region++) {
      int image = Math.min(Math.max((int) Mem.f32(regions, 20 * region), 0), batch - 1);
      int left = rounded(Mem.f32(regions, 20 * region + 4) * scale);
      int top = rounded(Mem.f32(regions, 20 * region + 8) * scale);
      int right = rounded(Mem.f32(regions, 20 * region + 12) * scale);
      int bottom = rounded(Mem.f32(regions, 20 * region + 16) * scale);
      float cellHeight = (float) Math.max(bottom - top + 1, 1) / (float) out.height();
      float cellWidth = (float) Math.max(right - left + 1, 1) / (float) out.width();
      for (int channel = 0; channel < channels; channel++) {
        int plane = (image * channels + channel) * in.size();
        for (int oy = 0; oy < out.height(); oy++) {
          int yFrom = begin(oy, cellHeight, top, in.height());
          int yTo = end(oy, cellHeight, top, in.height());
          for (int ox = 0; ox < out.width(); ox++) {
            int xFrom = begin(ox, cellWidth, left, in.width());
            int xTo = end(ox, cellWidth, left, in.width());
            boolean none = yFrom >= yTo || xFrom >= xTo;
            float max = none ? 0f : Float.NEGATIVE_INFINITY;
            for (int iy = yFrom; iy < yTo; iy++) {
              Trips.atMost(in.height());
              for (int ix = xFrom; ix < xTo; ix++) {
                Trips.atMost(in.width());
                max = Math.max(max, Mem.f32(x, 4 * (plane + iy * in.width() + ix)));
              }
            }
            Mem.putF32(y, yAt, max);
            yAt += 4;
          }
        }
      }
    }
  }

  /// {@return the nearest integer that is below 2^24 in magnitude, halves away from zero}
  private static int rounded(float value) {
    float magnitude = F32.floor(Math.min(Math.abs(value) + 0.5f, 16777215f));
    return (int) (value < 0f ? -magnitude : magnitude);
  }

  private static int begin(int cell, float size, int first, int limit) {
    int at = (int) F32.floor((float) cell * size) + first;
    return Math.min(Math.max(at, 0), limit);
  }

  private static int end(int cell, float size, int first, int limit) {
    int at = (int) F32.ceil((float) (cell + 1) * size) + first;
    return Math.min(Math.max(at, 0), limit);
  }

  /// The mean, or the greatest, of samples of each of a region's cells (He et al., Mask R-CNN, 2017), each interpolated
  /// from its four neighbours.
  ///
  /// x is (batch, channels, in), regions (count, 4): left, top, right and bottom, images (count) int64, of which one
  /// that is none is the nearest one; y is (count, channels, out). A cell has `samples` times `samples` of them, or, if
  /// that is 0, so many that a sample covers at most an element; but never more than in / out, rounded up, in which
  /// case those of a region that is larger than the image cover more. For the greatest, ONNX compares the four weighted
  /// neighbours, not their sums, and so do we.
  ///
  /// @param offset what is taken off each coordinate after scaling: 0.5 for pixels whose centres are halves
  /// @param atLeastOne whether a region is at least an element high and wide
  public static void roialignF32(
      MemorySegment x,
      MemorySegment regions,
      MemorySegment images,
      MemorySegment y,
      int batch,
      int channels,
      Plane in,
      int count,
      Plane out,
      int samples,
      int atLeastOne,
      int greatest,
      float scale,
      float offset) {
    int yAt = 0;
    for (int region = 0; region < count; region++) {
      int image = (int) Math.min(Math.max(Mem.i64(images, 8 * region), 0L), batch - 1L);
      float left = Mem.f32(regions, 16 * region) * scale - offset;
      float top = Mem.f32(regions, 16 * region + 4) * scale - offset;
      float width = Mem.f32(regions, 16 * region + 8) * scale - offset - left;
      float height = Mem.f32(regions, 16 * region + 12) * scale - offset - top;
      if (atLeastOne != 0) {
        width = Math.max(width, 1f);
        height = Math.max(height, 1f);
      }
      float cellHeight = height / (float) out.height();
      float cellWidth = width / (float) out.width();
      int rows = samples > 0 ? samples : adaptive(cellHeight, in.height(), out.height());
      int columns = samples > 0 ? samples : adaptive(cellWidth, in.width(), out.width());
      for (int channel = 0; channel < channels; channel++) {
        int plane = 4 * (image * channels + channel) * in.size();
        for (int oy = 0; oy < out.height(); oy++) {
          for (int ox = 0; ox < out.width(); ox++) {
            float sum = 0f;
            float max = rows > 0 && columns > 0 ? Float.NEGATIVE_INFINITY : 0f;
            for (int i = 0; i < rows; i++) {
              Trips.atMost(samples + (in.height() + out.height() - 1) / out.height());
              float sy =
                  top + (float) oy * cellHeight + ((float) i + 0.5f) * cellHeight / (float) rows;
              for (int j = 0; j < columns; j++) {
                Trips.atMost(samples + (in.width() + out.width() - 1) / out.width());
                float sx =
                    left
                        + (float) ox * cellWidth
                        + ((float) j + 0.5f) * cellWidth / (float) columns;
                if (greatest != 0) {
                  max = Math.max(max, sample(x, plane, in, sy, sx, 1));
                } else {
                  sum += sample(x, plane, in, sy, sx, 0);
                }
              }
            }
            float mean = sum / (float) Math.max(rows * columns, 1);
            Mem.putF32(y, yAt, greatest != 0 ? max : mean);
            yAt += 4;
          }
        }
      }
    }
  }

  private static int adaptive(float cell, int in, int out) {
    return Math.min(Math.max((int) F32.ceil(cell), 0), (in + out - 1) / out);
  }

  /// {@return the sum of the four neighbours, each times its weight, or the greatest of these; 0 outside}
  private static float sample(
      MemorySegment x, int plane, Plane in, float sy, float sx, int greatest) {
    boolean inside =
        sy >= -1f && sy <= (float) in.height() && sx >= -1f && sx <= (float) in.width();
    if (!inside) {
      return 0f;
    }
    float py = Math.min(Math.max(sy, 0f), (float) (in.height() - 1));
    float px = Math.min(Math.max(sx, 0f), (float) (in.width() - 1));
    int y0 = (int) py;
    int x0 = (int) px;
    int y1 = Math.min(y0 + 1, in.height() - 1);
    int x1 = Math.min(x0 + 1, in.width() - 1);
    float ly = py - (float) y0;
    float lx = px - (float) x0;
    float hy = 1f - ly;
    float hx = 1f - lx;
    float a = hy * hx * Mem.f32(x, plane + 4 * (y0 * in.width() + x0));
    float b = hy * lx * Mem.f32(x, plane + 4 * (y0 * in.width() + x1));
    float c = ly * hx * Mem.f32(x, plane + 4 * (y1 * in.width() + x0));
    float d = ly * lx * Mem.f32(x, plane + 4 * (y1 * in.width() + x1));
    return greatest != 0 ? Math.max(Math.max(a, b), Math.max(c, d)) : a + b + c + d;
  }
}
