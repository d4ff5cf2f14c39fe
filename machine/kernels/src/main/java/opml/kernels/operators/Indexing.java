package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.layout.Route;
import opml.kernels.layout.SixLoops;
import opml.kernels.memory.Mem;
import opml.kernels.softfloat.SoftDouble;

/// What reads or writes elements at places that other tensors say. The names of those that only move elements end in
/// the bytes of one.
///
/// An index is an int64 from -n to n - 1, counted from the end where it is below 0. Whatever lies outside is taken as
/// the nearest one inside.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Indexing {
  /// What [#scatterF32], [#scatterI64] and [#scatterF64] make of what there is and what comes: their sum.
  public static final int ADD = 0;

  /// Their product.
  public static final int MULTIPLY = 1;

  /// The lesser.
  public static final int MINIMUM = 2;

  /// The greater.
  public static final int MAXIMUM = 3;

  private Indexing() {}

  /// {@return an index in 0..n-1; n is at least 1}
  static int index(long given, int n) {
    long index = given < 0 ? given + n : given;
    return (int) Math.max(0, Math.min(index, n - 1));
  }

  /// Makes one index of tuples of them: `y = (… (i_0 · size_1 + i_1) · size_2 + …) + i_last`.
  ///
  /// @param indices (count, width) int64
  /// @param y (count) int64
  /// @param width 1 to 6
  /// @param sizes of the axes that the tuples count, `width` of them
  public static void ravel(
      MemorySegment indices, MemorySegment y, int count, int width, SixLoops sizes) {
    int at = 0;
    for (int i = 0; i < count; i++) {
      long flat = 0;
      for (int axis = 0; axis < width; axis++) {
        int size = sizes.get(axis);
        flat = flat * size + index(Mem.i64(indices, at), size);
        at += 8;
      }
      Mem.putI64(y, 8 * i, flat);
    }
  }

  /// `y = x[route of x + step · index]`, the index being what the route of the indices reaches; the loops run over y
  /// without gaps.
  ///
  /// @param indices int64
  /// @param n how many places an index chooses from, at least 1
  /// @param step elements of x from one to the next
  public static void gatherB1(
      SixLoops loops, Route x, Route indices, MemorySegment y, int n, int step) {
    gather(loops, x, indices, y, n, step, 0);
  }

  /// [#gatherB1] of elements of 2 bytes.
  public static void gatherB2(
      SixLoops loops, Route x, Route indices, MemorySegment y, int n, int step) {
    gather(loops, x, indices, y, n, step, 1);
  }

  /// [#gatherB1] of elements of 4 bytes.
  public static void gatherB4(
      SixLoops loops, Route x, Route indices, MemorySegment y, int n, int step) {
    gather(loops, x, indices, y, n, step, 2);
  }

  /// [#gatherB1] of elements of 8 bytes.
  public static void gatherB8(
      SixLoops loops, Route x, Route indices, MemorySegment y, int n, int step) {
    gather(loops, x, indices, y, n, step, 3);
  }

  /// Copies x to y, and then writes `y[route of y + step · index] = update` on each turn, the index being what the
  /// route of the indices reaches; the last one stays where several are written to one place. The loops run over the
  /// updates without gaps.
  ///
  /// @param indices int64
  /// @param count elements of x and y
  /// @param n how many places an index chooses from, at least 1
  /// @param step elements of y from one to the next
  public static void scatterB1(
      SixLoops loops,
      MemorySegment x,
      Route indices,
      MemorySegment updates,
      Route y,
      int count,
      int n,
      int step) {
    scatter(loops, x, indices, updates, y, count, n, step, 0);
  }

  /// [#scatterB1] of elements of 2 bytes.
  public static void scatterB2(
      SixLoops loops,
      MemorySegment x,
      Route indices,
      MemorySegment updates,
      Route y,
      int count,
      int n,
      int step) {
    scatter(loops, x, indices, updates, y, count, n, step, 1);
  }

  /// [#scatterB1] of elements of 4 bytes.
  public static void scatterB4(
      SixLoops loops,
      MemorySegment x,
      Route indices,
      MemorySegment updates,
      Route y,
      int count,
      int n,
      int step) {
    scatter(loops, x, indices, updates, y, count, n, step, 2);
  }

  /// [#scatterB1] of elements of 8 bytes.
  public static void scatterB8(
      SixLoops loops,
      MemorySegment x,
      Route indices,
      MemorySegment updates,
      Route y,
      int count,
      int n,
      int step) {
    scatter(loops, x, indices, updates, y, count, n, step, 3);
  }

  private static void gather(
      SixLoops loops, Route x, Route indices, MemorySegment y, int n, int step, int log) {
    int yAt = 0;
    for (int i = 0; i < loops.d0(); i++) {
      for (int j = 0; j < loops.d1(); j++) {
        for (int k = 0; k < loops.d2(); k++) {
          for (int l = 0; l < loops.d3(); l++) {
            for (int m = 0; m < loops.d4(); m++) {
              int xAt = x.at(i, j, k, l, m);
              int indexAt = 8 * indices.at(i, j, k, l, m);
              for (int turn = 0; turn < loops.d5(); turn++) {
                int index = index(Mem.i64(indices.data(), indexAt), n);
                Cells.copy(x.data(), xAt + step * index << log, y, yAt, log);
                yAt += 1 << log;
                xAt += x.s5();
                indexAt += 8 * indices.s5();
              }
            }
          }
        }
      }
    }
  }

  private static void scatter(
      SixLoops loops,
      MemorySegment x,
      Route indices,
      MemorySegment updates,
      Route y,
      int count,
      int n,
      int step,
      int log) {
    for (int i = 0; i < count; i++) {
      Cells.copy(x, i << log, y.data(), i << log, log);
    }
    int at = 0;
    for (int i = 0; i < loops.d0(); i++) {
      for (int j = 0; j < loops.d1(); j++) {
        for (int k = 0; k < loops.d2(); k++) {
          for (int l = 0; l < loops.d3(); l++) {
            for (int m = 0; m < loops.d4(); m++) {
              int yAt = y.at(i, j, k, l, m);
              int indexAt = 8 * indices.at(i, j, k, l, m);
              for (int turn = 0; turn < loops.d5(); turn++) {
                int index = index(Mem.i64(indices.data(), indexAt), n);
                Cells.copy(updates, at, y.data(), yAt + step * index << log, log);
                at += 1 << log;
                yAt += y.s5();
                indexAt += 8 * indices.s5();
              }
            }
          }
        }
      }
    }
  }

  /// As [#scatterB1], but each update is added to what stands in its place, or what else `kind` says, one after the
  /// other. The lesser and the greater are those of [Math#min(float, float)] and [Math#max(float, float)].
  public static void scatterF32(
      SixLoops loops,
      MemorySegment x,
      Route indices,
      MemorySegment updates,
      Route y,
      int count,
      int n,
      int step,
      int kind) {
    for (int i = 0; i < 4 * count; i += 4) {
      Mem.putI32(y.data(), i, Mem.i32(x, i));
    }
    int at = 0;
    for (int i = 0; i < loops.d0(); i++) {
      for (int j = 0; j < loops.d1(); j++) {
        for (int k = 0; k < loops.d2(); k++) {
          for (int l = 0; l < loops.d3(); l++) {
            for (int m = 0; m < loops.d4(); m++) {
              int place = y.at(i, j, k, l, m);
              int indexAt = 8 * indices.at(i, j, k, l, m);
              for (int turn = 0; turn < loops.d5(); turn++) {
                int yAt = 4 * (place + step * index(Mem.i64(indices.data(), indexAt), n));
                float there = Mem.f32(y.data(), yAt);
                Mem.putF32(y.data(), yAt, combined(there, Mem.f32(updates, at), kind));
                at += 4;
                place += y.s5();
                indexAt += 8 * indices.s5();
              }
            }
          }
        }
      }
    }
  }

  private static float combined(float there, float comes, int kind) {
    if (kind == MULTIPLY) {
      return there * comes;
    }
    if (kind == MINIMUM) {
      return Math.min(there, comes);
    }
    return kind == MAXIMUM ? Math.max(there, comes) : there + comes;
  }

  /// [#scatterF32] of integers, modulo 2^64.
  public static void scatterI64(
      SixLoops loops,
      MemorySegment x,
      Route indices,
      MemorySegment updates,
      Route y,
      int count,
      int n,
      int step,
      int kind) {
    for (int i = 0; i < 8 * count; i += 8) {
      Mem.putI64(y.data(), i, Mem.i64(x, i));
    }
    int at = 0;
    for (int i = 0; i < loops.d0(); i++) {
      for (int j = 0; j < loops.d1(); j++) {
        for (int k = 0; k < loops.d2(); k++) {
          for (int l = 0; l < loops.d3(); l++) {
            for (int m = 0; m < loops.d4(); m++) {
              int place = y.at(i, j, k, l, m);
              int indexAt = 8 * indices.at(i, j, k, l, m);
              for (int turn = 0; turn < loops.d5(); turn++) {
                int yAt = 8 * (place + step * index(Mem.i64(indices.data(), indexAt), n));
                long there = Mem.i64(y.data(), yAt);
                Mem.putI64(y.data(), yAt, combined(there, Mem.i64(updates, at), kind));
                at += 8;
                place += y.s5();
                indexAt += 8 * indices.s5();
              }
            }
          }
        }
      }
    }
  }

  private static long combined(long there, long comes, int kind) {
    if (kind == MULTIPLY) {
      return there * comes;
    }
    if (kind == MINIMUM) {
      return Math.min(there, comes);
    }
    return kind == MAXIMUM ? Math.max(there, comes) : there + comes;
  }

  /// [#scatterF32] of doubles, the lesser and the greater alike.
  public static void scatterF64(
      SixLoops loops,
      MemorySegment x,
      Route indices,
      MemorySegment updates,
      Route y,
      int count,
      int n,
      int step,
      int kind) {
    for (int i = 0; i < 8 * count; i += 8) {
      Mem.putI64(y.data(), i, Mem.i64(x, i));
    }
    int at = 0;
    for (int i = 0; i < loops.d0(); i++) {
      for (int j = 0; j < loops.d1(); j++) {
        for (int k = 0; k < loops.d2(); k++) {
          for (int l = 0; l < loops.d3(); l++) {
            for (int m = 0; m < loops.d4(); m++) {
              int place = y.at(i, j, k, l, m);
              int indexAt = 8 * indices.at(i, j, k, l, m);
              for (int turn = 0; turn < loops.d5(); turn++) {
                int yAt = 8 * (place + step * index(Mem.i64(indices.data(), indexAt), n));
                long there = Mem.i64(y.data(), yAt);
                Mem.putI64(y.data(), yAt, combinedDoubles(there, Mem.i64(updates, at), kind));
                at += 8;
                place += y.s5();
                indexAt += 8 * indices.s5();
              }
            }
          }
        }
      }
    }
  }

  private static long combinedDoubles(long there, long comes, int kind) {
    if (kind == MULTIPLY) {
      return SoftDouble.mul(there, comes);
    }
    if (kind == MINIMUM) {
      return SoftDouble.min(there, comes);
    }
    return kind == MAXIMUM ? SoftDouble.max(there, comes) : SoftDouble.add(there, comes);
  }

  /// Writes one of two values: the second where the place along the axis is the index, else the first. An index outside
  /// of -n to n - 1 is at no place.
  ///
  /// @param indices (outer, inner) int64
  /// @param values (2): off and on
  /// @param y (outer, n, inner)
  /// @param log an element has 2^log bytes, log in 0..3
  public static void onehot(
      MemorySegment indices, MemorySegment values, MemorySegment y, Axis axis, int log) {
    int yAt = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int j = 0; j < axis.n(); j++) {
        for (int i = 0; i < axis.inner(); i++) {
          long given = Mem.i64(indices, 8 * (o * axis.inner() + i));
          long index = given < 0 ? given + axis.n() : given;
          Cells.copy(values, index == j ? 1 << log : 0, y, yAt, log);
          yAt += 1 << log;
        }
      }
    }
  }
}
