package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Route;
import opml.kernels.layout.SixLoops;
import opml.kernels.memory.Changes;
import opml.kernels.memory.ChangesOnly;
import opml.kernels.memory.Mem;

/// What puts elements elsewhere, or takes one of two, and changes no bit of them. The names end in the bytes of an
/// element. Every element that the loops reach, by any of the routes, is in its segment: the graph's validation sees to
/// that.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Movement {
  /// Scalars of the moves: those of the loops, then those of the route of x, and where y's begin.
  private static final int LOOPS = 6;

  private static final int Y = LOOPS + 1 + LOOPS;

  private Movement() {}

  /// `y[route of y] = x[route of x]` on each turn, in the order of the loops. What no turn reaches stays.
  @ChangesOnly(Moved1.class)
  public static void moveB1(SixLoops loops, Route x, Route y) {
    move(loops, x, y, 0);
  }

  /// [#moveB1] of elements of two bytes.
  @ChangesOnly(Moved2.class)
  public static void moveB2(SixLoops loops, Route x, Route y) {
    move(loops, x, y, 1);
  }

  /// [#moveB1] of elements of four bytes.
  @ChangesOnly(Moved4.class)
  public static void moveB4(SixLoops loops, Route x, Route y) {
    move(loops, x, y, 2);
  }

  /// [#moveB1] of elements of eight bytes.
  @ChangesOnly(Moved8.class)
  public static void moveB8(SixLoops loops, Route x, Route y) {
    move(loops, x, y, 3);
  }

  /// `y = condition ? a : b`, where the loops run over y without gaps; a condition is a byte that is not 0.
  public static void selectB1(SixLoops loops, Route condition, Route a, Route b, MemorySegment y) {
    select(loops, condition, a, b, y, 0);
  }

  /// [#selectB1] of elements of two bytes.
  public static void selectB2(SixLoops loops, Route condition, Route a, Route b, MemorySegment y) {
    select(loops, condition, a, b, y, 1);
  }

  /// [#selectB1] of elements of four bytes.
  public static void selectB4(SixLoops loops, Route condition, Route a, Route b, MemorySegment y) {
    select(loops, condition, a, b, y, 2);
  }

  /// [#selectB1] of elements of eight bytes.
  public static void selectB8(SixLoops loops, Route condition, Route a, Route b, MemorySegment y) {
    select(loops, condition, a, b, y, 3);
  }

  private static void move(SixLoops loops, Route x, Route y, int log) {
    for (int i = 0; i < loops.d0(); i++) {
      for (int j = 0; j < loops.d1(); j++) {
        for (int k = 0; k < loops.d2(); k++) {
          for (int l = 0; l < loops.d3(); l++) {
            for (int m = 0; m < loops.d4(); m++) {
              int xAt = x.at(i, j, k, l, m) << log;
              int yAt = y.at(i, j, k, l, m) << log;
              for (int n = 0; n < loops.d5(); n++) {
                Cells.copy(x.data(), xAt, y.data(), yAt, log);
                xAt += x.s5() << log;
                yAt += y.s5() << log;
              }
            }
          }
        }
      }
    }
  }

  private static void select(
      SixLoops loops, Route condition, Route a, Route b, MemorySegment y, int log) {
    int yAt = 0;
    for (int i = 0; i < loops.d0(); i++) {
      for (int j = 0; j < loops.d1(); j++) {
        for (int k = 0; k < loops.d2(); k++) {
          for (int l = 0; l < loops.d3(); l++) {
            for (int m = 0; m < loops.d4(); m++) {
              int conditionAt = condition.at(i, j, k, l, m);
              int aAt = a.at(i, j, k, l, m) << log;
              int bAt = b.at(i, j, k, l, m) << log;
              for (int n = 0; n < loops.d5(); n++) {
                if (Mem.i8(condition.data(), conditionAt) != 0) {
                  Cells.copy(a.data(), aAt, y, yAt, log);
                } else {
                  Cells.copy(b.data(), bAt, y, yAt, log);
                }
                yAt += 1 << log;
                conditionAt += condition.s5();
                aAt += a.s5() << log;
                bAt += b.s5() << log;
              }
            }
          }
        }
      }
    }
  }

  /// Keeps a triangle of each matrix, and makes zeros of the rest: with column - row ≥ k the upper one, with column -
  /// row ≤ k the lower one. x and y are (batch, rows, columns).
  ///
  /// @param k one int64
  /// @param log an element has 2^log bytes, log in 0..3
  public static void trilu(
      MemorySegment x,
      MemorySegment k,
      MemorySegment y,
      int batch,
      int rows,
      int columns,
      int upper,
      int log) {
    long diagonal = Mem.i64(k, 0);
    int at = 0;
    for (int t = 0; t < batch; t++) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          int from = j - i;
          if (upper != 0 ? from >= diagonal : from <= diagonal) {
            Cells.copy(x, at, y, at, log);
          } else {
            Cells.clear(y, at, log);
          }
          at += 1 << log;
        }
      }
    }
  }

  /// Turns around the first `lengths[b]` steps of time of each sequence b, and copies the others. x and y are (batch,
  /// time, inner), or (time, batch, inner) if `timeFirst`.
  ///
  /// @param lengths (batch) int64, each taken into 0..time
  /// @param log an element has 2^log bytes, log in 0..3
  public static void reversesequence(
      MemorySegment x,
      MemorySegment lengths,
      MemorySegment y,
      int batch,
      int time,
      int inner,
      int timeFirst,
      int log) {
    for (int b = 0; b < batch; b++) {
      int length = (int) Math.min(Math.max(Mem.i64(lengths, 8 * b), 0), time);
      for (int t = 0; t < time; t++) {
        int source = t < length ? length - 1 - t : t;
        int xAt = (timeFirst != 0 ? source * batch + b : b * time + source) * inner << log;
        int yAt = (timeFirst != 0 ? t * batch + b : b * time + t) * inner << log;
        for (int i = 0; i < inner; i++) {
          Cells.copy(x, xAt, y, yAt, log);
          xAt += 1 << log;
          yAt += 1 << log;
        }
      }
    }
  }

  /// All from the first element that the loops reach to the last.
  private static void changed(long[] scalars, Changes.Ranges ranges, int width) {
    long least = scalars[Y];
    long greatest = scalars[Y];
    for (int i = 0; i < LOOPS; i++) {
      if (scalars[i] <= 0) {
        return;
      }
      long span = (scalars[i] - 1) * scalars[Y + 1 + i];
      least += Math.min(span, 0);
      greatest += Math.max(span, 0);
    }
    ranges.add(1, least * width, (greatest - least + 1) * width);
  }

  /// What [#moveB1] changes.
  public static final class Moved1 implements Changes {
    @Override
    public void of(MemorySegment[] segments, long[] scalars, Ranges ranges) {
      changed(scalars, ranges, 1);
    }
  }

  /// What [#moveB2] changes.
  public static final class Moved2 implements Changes {
    @Override
    public void of(MemorySegment[] segments, long[] scalars, Ranges ranges) {
      changed(scalars, ranges, 2);
    }
  }

  /// What [#moveB4] changes.
  public static final class Moved4 implements Changes {
    @Override
    public void of(MemorySegment[] segments, long[] scalars, Ranges ranges) {
      changed(scalars, ranges, 4);
    }
  }

  /// What [#moveB8] changes.
  public static final class Moved8 implements Changes {
    @Override
    public void of(MemorySegment[] segments, long[] scalars, Ranges ranges) {
      changed(scalars, ranges, 8);
    }
  }
}
