package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.RowNest;
import opml.kernels.layout.RowOperand;
import opml.kernels.memory.Mem;
import opml.kernels.softfloat.SoftDouble;

/// Doubles, as [SoftDouble] has them. Loops as in [Pairs].
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Doubles {
  private Doubles() {}

  /// `y = a operation b`: sum (operation 0), difference (1), product (2), quotient (3), the lesser one (4) and the
  /// greater one (5) as Java has them.
  public static void arithmeticF64(
      RowNest loops, RowOperand a, RowOperand b, MemorySegment y, int operation) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 8 * i * a.row();
      int bAt = 8 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putI64(y, yAt, arithmetic(Mem.i64(a.data(), aAt), Mem.i64(b.data(), bAt), operation));
        yAt += 8;
        aAt += 8 * a.step();
        bAt += 8 * b.step();
      }
    }
  }

  /// `a - b·trunc(a / b)`, exact; the sign is that of a, NaN if a is infinite or b is 0.
  public static void fmodF64(RowNest loops, RowOperand a, RowOperand b, MemorySegment y) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 8 * i * a.row();
      int bAt = 8 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putI64(y, yAt, SoftDouble.remainder(Mem.i64(a.data(), aAt), Mem.i64(b.data(), bAt)));
        yAt += 8;
        aAt += 8 * a.step();
        bAt += 8 * b.step();
      }
    }
  }

  /// Whether a is equal to b (operation 0), less (1), or one of both (2), as a byte 0 or 1; 0 where there is a NaN.
  public static void compareF64(
      RowNest loops, RowOperand a, RowOperand b, MemorySegment y, int operation) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 8 * i * a.row();
      int bAt = 8 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putI8(
            y,
            yAt,
            holds(SoftDouble.compare(Mem.i64(a.data(), aAt), Mem.i64(b.data(), bAt)), operation)
                ? 1
                : 0);
        yAt += 1;
        aAt += 8 * a.step();
        bAt += 8 * b.step();
      }
    }
  }

  /// Of one number each: its magnitude (operation 0), its opposite (1), its sign as -1, +0 or 1 (2), floor (3), ceiling
  /// (4), the nearest integer, ties to even (5), the square root (6).
  public static void unaryF64(MemorySegment x, MemorySegment y, int n, int operation) {
    for (int at = 0; at < 8 * n; at += 8) {
      Mem.putI64(y, at, unary(Mem.i64(x, at), operation));
    }
  }

  private static long arithmetic(long a, long b, int operation) {
    return switch (operation) {
      case 1 -> SoftDouble.sub(a, b);
      case 2 -> SoftDouble.mul(a, b);
      case 3 -> SoftDouble.div(a, b);
      case 4 -> SoftDouble.min(a, b);
      case 5 -> SoftDouble.max(a, b);
      default -> SoftDouble.add(a, b);
    };
  }

  private static boolean holds(int order, int operation) {
    return switch (operation) {
      case 1 -> order == -1;
      case 2 -> order <= 0;
      default -> order == 0;
    };
  }

  private static long unary(long x, int operation) {
    return switch (operation) {
      case 1 -> SoftDouble.neg(x);
      case 2 -> sign(x);
      case 3 -> SoftDouble.floor(x);
      case 4 -> SoftDouble.ceil(x);
      case 5 -> SoftDouble.rne(x);
      case 6 -> SoftDouble.sqrt(x);
      default -> SoftDouble.abs(x);
    };
  }

  private static long sign(long x) {
    if (SoftDouble.isNan(x)) {
      return SoftDouble.NAN;
    }
    return x << 1 == 0 ? 0 : SoftDouble.ONE | (x & Long.MIN_VALUE);
  }
}
