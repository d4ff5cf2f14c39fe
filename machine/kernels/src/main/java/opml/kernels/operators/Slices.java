package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;
import opml.kernels.softfloat.SoftDouble;

/// Slices of a tensor (outer, n, inner) across its middle axis, and their order: by their elements, of which the first
/// that differ decide.
///
/// Floats are ordered as numbers are, all zeros being equal, and every NaN the same and above all else.
///
/// @param at byte of the first element
/// @param width elements of a slice that lie side by side, at most `inner`
/// @param kind of the elements: [#F32], [#I64] or [#F64]
/// @param descending whether the order is turned around
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
record Slices(
    MemorySegment data, int at, int outer, int n, int inner, int width, int kind, int descending) {
  static final int F32 = 0;
  static final int I64 = 1;
  static final int F64 = 2;

  /// {@return the logarithm of the bytes of an element}
  int log() {
    return kind == F32 ? 2 : 3;
  }

  /// {@return the byte where a part of slice i begins}
  int place(int o, int i) {
    return at + ((o * n + i) * inner << log());
  }

  /// {@return an element as an integer that is ordered alike}
  private long key(int place) {
    long value = 0;
    if (kind == F32) {
      int bits = Mem.i32(data, place);
      int magnitude = bits & Integer.MAX_VALUE;
      value = bits < 0 ? -magnitude : magnitude;
      if (magnitude > 0x7f800000) {
        value = Integer.MAX_VALUE;
      }
    } else {
      value = Mem.i64(data, place);
      if (kind == F64) {
        long magnitude = value & Long.MAX_VALUE;
        value = value < 0 ? -magnitude : magnitude;
        if (magnitude > SoftDouble.INFINITY) {
          value = Long.MAX_VALUE;
        }
      }
    }
    return descending != 0 ? ~value : value;
  }

  /// {@return below 0 if slice e comes before slice f, above 0 if it comes behind it, 0 if they are equal}
  int compare(int e, int f) {
    for (int o = 0; o < outer; o++) {
      int eAt = place(o, e);
      int fAt = place(o, f);
      for (int k = 0; k < width; k++) {
        long a = key(eAt);
        long b = key(fAt);
        if (a != b) {
          return a < b ? -1 : 1;
        }
        eAt += 1 << log();
        fAt += 1 << log();
      }
    }
    return 0;
  }

  /// Sorts the numbers of the slices; equal ones stay in their order.
  ///
  /// @param room of 2n int32 numbers
  /// @return which half of the room has them, by its first byte
  int sort(MemorySegment room) {
    for (int i = 0; i < n; i++) {
      Mem.putI32(room, 4 * i, i);
    }
    int from = 0;
    int to = 4 * n;
    for (int run = 1; run < n; run <<= 1) {
      Trips.atMost(29); // a room is shorter than 2^31 bytes
      merge(room, from, to, run);
      int swap = from;
      from = to;
      to = swap;
    }
    return from;
  }

  /// Merges neighbours of sorted runs.
  private void merge(MemorySegment room, int from, int to, int run) {
    int left = 0;
    int leftEnd = 0;
    int right = 0;
    int rightEnd = 0;
    for (int i = 0; i < n; i++) {
      if (i == rightEnd) {
        left = i;
        leftEnd = Math.min(left + run, n);
        right = leftEnd;
        rightEnd = Math.min(right + run, n);
      }
      boolean takesRight = left == leftEnd;
      if (!takesRight && right < rightEnd) {
        int a = Mem.i32(room, from + 4 * left);
        int b = Mem.i32(room, from + 4 * right);
        takesRight = compare(b, a) < 0;
      }
      int next = takesRight ? right : left;
      Mem.putI32(room, to + 4 * i, Mem.i32(room, from + 4 * next));
      if (takesRight) {
        right++;
      } else {
        left++;
      }
    }
  }
}
