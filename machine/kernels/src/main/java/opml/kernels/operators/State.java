package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Changes;
import opml.kernels.memory.ChangesOnly;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// What moves bytes as they are, and what models with state are made of. A control slot is two 32-bit integers: the
/// position, which counts the turns of the model's loop, and the limit.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class State {
  /// Where a control slot has its position.
  static final int POSITION = 0;

  /// Where it has its limit.
  static final int LIMIT = 4;

  private State() {}

  /// `y[to .. to + count) = x[from .. from + count)`, in bytes. Places and count that are multiples of eight are copied
  /// eight bytes at a time.
  @ChangesOnly(Copied.class)
  public static void copy(MemorySegment x, MemorySegment y, int from, int to, int count) {
    int done = 0;
    if (((from | to) & 7) == 0) {
      for (; done <= count - 8; done += 8) {
        Mem.putI64(y, to + done, Mem.i64(x, from + done));
      }
    }
    for (; done < count; done++) {
      Trips.atMost(count);
      Mem.putI8(y, to + done, Mem.i8(x, from + done));
    }
  }

  /// Writes row number `position` of y: `y[position · bytes .. ) = x[0 .. bytes)`.
  ///
  /// @param bytes of a row, a multiple of 8
  @ChangesOnly(AppendedRow.class)
  public static void append(MemorySegment control, MemorySegment x, MemorySegment y, int bytes) {
    long row = (long) Mem.i32(control, POSITION) * bytes;
    for (int at = 0; at < bytes; at += 8) {
      Mem.putI64(y, row + at, Mem.i64(x, at));
    }
  }

  /// Adds one to the position.
  ///
  /// @return 1, which ends the model's run, once the position has reached the limit; else 0
  @ChangesOnly(Position.class)
  public static int advance(MemorySegment control) {
    int position = Mem.i32(control, POSITION) + 1;
    Mem.putI32(control, POSITION, position);
    return position >= Mem.i32(control, LIMIT) ? 1 : 0;
  }

  /// Writes nothing: a node finds zeroed what it writes, so these operands become zeros.
  public static void clear(MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment d) {}

  /// What [#copy] changes.
  public static final class Copied implements Changes {
    @Override
    public void of(MemorySegment[] segments, long[] scalars, Ranges ranges) {
      ranges.add(1, scalars[1], scalars[2]);
    }
  }

  /// What [#append] changes.
  public static final class AppendedRow implements Changes {
    @Override
    public void of(MemorySegment[] segments, long[] scalars, Ranges ranges) {
      ranges.add(2, Mem.i32(segments[0], POSITION) * scalars[0], scalars[0]);
    }
  }

  /// What [#advance] changes.
  public static final class Position implements Changes {
    @Override
    public void of(MemorySegment[] segments, long[] scalars, Ranges ranges) {
      ranges.add(0, POSITION, Integer.BYTES);
    }
  }
}
