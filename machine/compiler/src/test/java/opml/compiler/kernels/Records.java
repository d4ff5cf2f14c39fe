package opml.compiler.kernels;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// Kernels over records and constant tables.
public final class Records {
  /// Where a matrix of ints lies in a segment, as kernels of matrices take it.
  ///
  /// @param at its segment
  /// @param row bytes from one row to the next
  public record Matrix(MemorySegment at, int row, int column) {
    int get(int i, int j) {
      return Mem.i32(at, (long) i * row + (long) j * column);
    }

    void put(int i, int j, int value) {
      Mem.putI32(at, (long) i * row + (long) j * column, value);
    }

    Matrix transposed() {
      return new Matrix(at, column, row);
    }
  }

  /// Four sums that grow together.
  record Four(int a, int b, long c, float d) {
    Four plus(int x) {
      return new Four(a + x, b ^ x, c - x, d + x);
    }
  }

  private static final int[] INTS = {3, -1, Integer.MIN_VALUE, 70_000, 0, 5, 6, 7};
  private static final byte[] BYTES = {1, -128, 127, 0, 9, 8, 7, 6};
  private static final short[] SHORTS = {-3, 300, 0, 0, 32_767, -32_768, 2, 1};
  private static final long[] LONGS = {1L << 40, -7, 0, 3, 4, 5, 6, Long.MAX_VALUE};
  private static final float[] FLOATS = {1.5f, -0f, Float.NaN, 3e38f, 1.4E-45f, 2, 0, 7};

  private Records() {}

  /// `y[i, j] = Σ x[i, k] · x[j, k]`, over a record argument, a method of it, and one made on the way.
  public static void gram(Matrix x, Matrix y, int n) {
    Matrix turned = x.transposed();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        int sum = 0;
        for (int k = 0; k < n; k++) {
          sum += x.get(i, k) * turned.get(k, j);
        }
        y.put(i, j, sum);
      }
    }
  }

  /// Records that live across loops and branches, and one chosen by a condition.
  public static void fours(MemorySegment x, MemorySegment y, int n) {
    Four odd = new Four(0, 0, 0, 0);
    Four even = odd;
    for (int i = 0; i < n; i++) {
      int value = Mem.i32(x, 4L * i);
      Four next = ((value & 1) == 0 ? even : odd).plus(value >> 8);
      if ((value & 1) == 0) {
        even = next;
      } else {
        odd = new Four(next.b(), value > 0 ? next.a() : -next.a(), next.c(), next.d());
      }
    }
    store(y, 0, odd);
    store(y, 24, even);
  }

  private static void store(MemorySegment y, long at, Four four) {
    Mem.putI32(y, at, four.a());
    Mem.putI32(y, at + 4, four.b());
    Mem.putI64(y, at + 8, four.c());
    Mem.putF32(y, at + 16, four.d());
  }

  /// Elements of tables of every type, by an index that is computed.
  public static void tables(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      int at = Mem.i32(x, 4L * i) & 7;
      long out = 32L * i;
      Mem.putI32(y, out, INTS[at]);
      Mem.putI32(y, out + 4, BYTES[at]);
      Mem.putI32(y, out + 8, SHORTS[7 - at]);
      Mem.putI64(y, out + 16, LONGS[at] + INTS[7 - at]);
      Mem.putF32(y, out + 24, FLOATS[at]);
    }
  }

  /// Takes a record between other arguments, all of whose values the machine finds after the segments.
  public static void mixed(int first, Matrix x, float second, MemorySegment y, long third) {
    Mem.putI32(y, 0, first + x.get(1, 1));
    Mem.putF32(y, 4, second);
    Mem.putI64(y, 8, third);
  }
}
