package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.RowNest;
import opml.kernels.layout.RowOperand;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Integers of 64 bits, which all others are computed as, and truth values, bytes that are 0 or not. Results are modulo
/// 2^64. Loops as in [Pairs].
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class WholeNumbers {
  private WholeNumbers() {}

  /// `y = a operation b`:
  ///
  /// | operation | |
  /// |---|---|
  /// | 0, 1, 2 | sum, difference, product |
  /// | 3, 4, 5 | quotient towards zero; remainder with the sign of b; remainder with the sign of a. Of 0 as b: 0 |
  /// | 6, 7 | the lesser one, the greater one |
  /// | 8, 9, 10 | the bits' and, or, exclusive or |
  /// | 11, 12 | a shifted to the left, to the right, by b bits, zeros moving in; 0 unless b is in 0..63 |
  /// | 13, 14, 15, 16 | quotient, remainder, lesser and greater one of numbers without a sign |
  public static void wholeI64(
      RowNest loops, RowOperand a, RowOperand b, MemorySegment y, int operation) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 8 * i * a.row();
      int bAt = 8 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putI64(y, yAt, whole(Mem.i64(a.data(), aAt), Mem.i64(b.data(), bAt), operation));
        yAt += 8;
        aAt += 8 * a.step();
        bAt += 8 * b.step();
      }
    }
  }

  /// a to the power b: 1 if b is 0; if b is below 0, what the fraction is cut off to, 0 of 0.
  public static void powI64(RowNest loops, RowOperand a, RowOperand b, MemorySegment y) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 8 * i * a.row();
      int bAt = 8 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putI64(y, yAt, pow(Mem.i64(a.data(), aAt), Mem.i64(b.data(), bAt)));
        yAt += 8;
        aAt += 8 * a.step();
        bAt += 8 * b.step();
      }
    }
  }

  /// Whether a is equal to b (operation 0), less (1), one of both (2), or, of numbers without a sign, less (3) or one
  /// of both (4), as a byte 0 or 1.
  public static void compareI64(
      RowNest loops, RowOperand a, RowOperand b, MemorySegment y, int operation) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 8 * i * a.row();
      int bAt = 8 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putI8(y, yAt, holds(Mem.i64(a.data(), aAt), Mem.i64(b.data(), bAt), operation) ? 1 : 0);
        yAt += 1;
        aAt += 8 * a.step();
        bAt += 8 * b.step();
      }
    }
  }

  /// Of one number each: its magnitude (operation 0), its opposite (1), its sign as -1, 0 or 1 (2), its bits inverted
  /// (3).
  public static void unaryI64(MemorySegment x, MemorySegment y, int n, int operation) {
    for (int at = 0; at < 8 * n; at += 8) {
      Mem.putI64(y, at, unary(Mem.i64(x, at), operation));
    }
  }

  /// Truth values: a and b (operation 0), or (1), exclusive or (2), as bytes 0 or 1.
  public static void logicB1(
      RowNest loops, RowOperand a, RowOperand b, MemorySegment y, int operation) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = i * a.row();
      int bAt = i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putI8(y, yAt, logic(truth(a.data(), aAt), truth(b.data(), bAt), operation));
        yAt++;
        aAt += a.step();
        bAt += b.step();
      }
    }
  }

  /// The other truth value, as a byte 0 or 1.
  public static void notB1(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < n; at++) {
      Mem.putI8(y, at, 1 - truth(x, at));
    }
  }

  /// Whether x is NaN, as a byte 0 or 1.
  public static void isnanF32(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putI8(y, i, Functions.isNan(Mem.f32(x, 4 * i)) ? 1 : 0);
    }
  }

  /// Whether x is infinite, as a byte 0 or 1: +infinity if `positive` is not 0, -infinity if `negative` is not.
  public static void isinfF32(MemorySegment x, MemorySegment y, int n, int positive, int negative) {
    for (int i = 0; i < n; i++) {
      float value = Mem.f32(x, 4 * i);
      boolean is =
          value == Float.POSITIVE_INFINITY && positive != 0
              || value == Float.NEGATIVE_INFINITY && negative != 0;
      Mem.putI8(y, i, is ? 1 : 0);
    }
  }

  private static int truth(MemorySegment data, int at) {
    return Mem.i8(data, at) != 0 ? 1 : 0;
  }

  private static int logic(int a, int b, int operation) {
    return switch (operation) {
      case 1 -> a | b;
      case 2 -> a ^ b;
      default -> a & b;
    };
  }

  private static long whole(long a, long b, int operation) {
    return switch (operation) {
      case 1 -> a - b;
      case 2 -> a * b;
      case 3 -> b == 0 ? 0 : a / b;
      case 4 -> modulo(a, b);
      case 5 -> b == 0 ? 0 : a % b;
      case 6 -> Math.min(a, b);
      case 7 -> Math.max(a, b);
      case 8 -> a & b;
      case 9 -> a | b;
      case 10 -> a ^ b;
      case 11 -> (b & -64) == 0 ? a << b : 0;
      case 12 -> (b & -64) == 0 ? a >>> b : 0;
      case 13 -> b == 0 ? 0 : Long.divideUnsigned(a, b);
      case 14 -> b == 0 ? 0 : Long.remainderUnsigned(a, b);
      case 15 -> Long.compareUnsigned(a, b) <= 0 ? a : b;
      case 16 -> Long.compareUnsigned(a, b) >= 0 ? a : b;
      default -> a + b;
    };
  }

  private static long modulo(long a, long b) {
    if (b == 0) {
      return 0;
    }
    long rest = a % b;
    return rest != 0 && (rest ^ b) < 0 ? rest + b : rest;
  }

  private static long pow(long base, long exponent) {
    if (exponent < 0) {
      if (base == -1) {
        return (exponent & 1) == 0 ? 1 : -1;
      }
      return base == 1 ? 1 : 0;
    }
    long power = 1;
    while (exponent != 0) {
      Trips.atMost(63);
      if ((exponent & 1) != 0) {
        power *= base;
      }
      base *= base;
      exponent >>= 1;
    }
    return power;
  }

  private static boolean holds(long a, long b, int operation) {
    return switch (operation) {
      case 1 -> a < b;
      case 2 -> a <= b;
      case 3 -> Long.compareUnsigned(a, b) < 0;
      case 4 -> Long.compareUnsigned(a, b) <= 0;
      default -> a == b;
    };
  }

  private static long unary(long x, int operation) {
    return switch (operation) {
      case 1 -> -x;
      case 2 -> x >> 63 | -x >>> 63;
      case 3 -> ~x;
      default -> Math.abs(x);
    };
  }
}
