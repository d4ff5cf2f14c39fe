package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Boxes that are found in images, of which few are to be left.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class BoxSelection {
  private static final int BOX = 16;
  private static final int ROW = 24;

  private BoxSelection() {}

  /// For each image and class, takes the boxes by falling score, of equal ones the first first, and leaves out whatever
  /// overlaps one that was taken by more than a threshold: intersection over union, where neither box is empty.
  ///
  /// A score that is NaN is never taken, nor is one that is not above its threshold, if `scored`. What stands behind
  /// the last row stays.
  ///
  /// @param boxes (batch, n, 4): two opposite corners, y before x; or if `centered`, x and y of the center, width and
  ///     height
  /// @param scores (batch, classes, n)
  /// @param limit (1) int64: how many of a class are taken at most; it is taken into 0..each
  /// @param overlap (1): the threshold of the overlap
  /// @param score (1): the threshold of the score
  /// @param y (batch · classes · each, 3) int64: image, class, box
  /// @param count (1) int64: how many rows of y are written
  /// @param room 2n int32 numbers
  public static void nonmaxsuppression(
      MemorySegment boxes,
      MemorySegment scores,
      MemorySegment limit,
      MemorySegment overlap,
      MemorySegment score,
      MemorySegment y,
      MemorySegment count,
      MemorySegment room,
      int batch,
      int classes,
      int n,
      int each,
      int centered,
      int scored) {
    int most = (int) Math.min(Math.max(Mem.i64(limit, 0), 0), each);
    float threshold = Mem.f32(overlap, 0);
    float least = Mem.f32(score, 0);
    int rows = 0;
    for (int b = 0; b < batch; b++) {
      for (int c = 0; c < classes; c++) {
        int row = 4 * (b * classes + c) * n;
        Slices sorted = new Slices(scores, row, 1, n, 1, 1, Slices.F32, 1);
        int order = sorted.sort(room);
        int taken = 0;
        for (int k = 0; k < n; k++) {
          int box = Mem.i32(room, order + 4 * k);
          float value = Mem.f32(scores, row + 4 * box);
          boolean takes =
              taken < most && (scored != 0 ? value > least : value >= Float.NEGATIVE_INFINITY);
          if (takes) {
            for (int i = rows - taken; i < rows; i++) {
              Trips.atMost(each);
              int other = (int) Mem.i64(y, ROW * i + 16);
              int first = BOX * (b * n + box);
              int second = BOX * (b * n + other);
              takes &= !(shared(boxes, first, second, centered) > threshold);
            }
          }
          if (takes) {
            Mem.putI64(y, ROW * rows, b);
            Mem.putI64(y, ROW * rows + 8, c);
            Mem.putI64(y, ROW * rows + 16, box);
            rows++;
            taken++;
          }
        }
      }
    }
    Mem.putI64(count, 0, rows);
  }

  /// {@return intersection over union of the boxes at two bytes; 0 if either is empty, or both have nothing in common}
  private static float shared(MemorySegment boxes, int a, int b, int centered) {
    float aTop = edge(boxes, a, 0, centered, false);
    float aLeft = edge(boxes, a, 1, centered, false);
    float aBottom = edge(boxes, a, 0, centered, true);
    float aRight = edge(boxes, a, 1, centered, true);
    float bTop = edge(boxes, b, 0, centered, false);
    float bLeft = edge(boxes, b, 1, centered, false);
    float bBottom = edge(boxes, b, 0, centered, true);
    float bRight = edge(boxes, b, 1, centered, true);
    float height = Math.max(0f, Math.min(aBottom, bBottom) - Math.max(aTop, bTop));
    float width = Math.max(0f, Math.min(aRight, bRight) - Math.max(aLeft, bLeft));
    float common = height * width;
    float aArea = (aBottom - aTop) * (aRight - aLeft);
    float bArea = (bBottom - bTop) * (bRight - bLeft);
    float union = aArea + bArea - common;
    return common > 0f && aArea > 0f && bArea > 0f && union > 0f ? common / union : 0f;
  }

  /// {@return an edge of a box}
  ///
  /// @param axis 0 of y, 1 of x
  /// @param far whether it is the greater one
  private static float edge(MemorySegment boxes, int at, int axis, int centered, boolean far) {
    if (centered != 0) {
      float center = Mem.f32(boxes, at + 4 - 4 * axis);
      float half = Mem.f32(boxes, at + 12 - 4 * axis) / 2f;
      return far ? center + half : center - half;
    }
    float first = Mem.f32(boxes, at + 4 * axis);
    float second = Mem.f32(boxes, at + 8 + 4 * axis);
    return far ? Math.max(first, second) : Math.min(first, second);
  }
}
