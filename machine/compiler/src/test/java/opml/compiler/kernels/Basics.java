package opml.compiler.kernels;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// Small kernels, one per construct of kernel Java. Each reads its inputs from `x` and writes to `y`.
@SuppressWarnings({"NarrowCalculation", "UnnecessaryLongToIntConversion", "BadShiftAmount"})
public final class Basics {
  private Basics() {}

  public static int nothing(MemorySegment x, MemorySegment y) {
    return 0;
  }

  public static void sum(MemorySegment x, MemorySegment y, int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Mem.i32(x, 4 * i);
    }
    Mem.putI32(y, 0, sum);
  }

  public static void ints(MemorySegment x, MemorySegment y, int n) {
    long out = 0;
    for (int i = 0; i < n; i++) {
      int a = Mem.i32(x, 8L * i);
      int b = Mem.i32(x, 8L * i + 4);
      int d = b == 0 ? 1 : b;
      out = putAll(y, out, a + b, a - b, a * b, a / d, a % d, -a, a & b, a | b);
      out = putAll(y, out, a ^ b, a << b, a >> b, a >>> b, ~a, a * 8, a * 10, a / 4);
      out =
          putAll(
              y,
              out,
              (byte) a,
              (short) a,
              (char) a,
              a + 100000,
              a - 5,
              a & 0xff,
              a & 0xffff,
              a >>> 31);
      out =
          putAll(
              y,
              out,
              a < b ? 1 : 0,
              a <= b ? 1 : 0,
              a > b ? 1 : 0,
              a >= b ? 1 : 0,
              a == b ? 1 : 0,
              a != b ? 1 : 0,
              a < 0 ? a : b,
              a > 5 ? 3 : b);
      out =
          putAll(
              y,
              out,
              Math.min(a, b),
              Math.max(a, b),
              Math.abs(a),
              Integer.compareUnsigned(a, b),
              Integer.divideUnsigned(a, d),
              Integer.remainderUnsigned(a, d),
              Integer.bitCount(a),
              Integer.rotateLeft(a, b));
      out =
          putAll(
              y,
              out,
              Integer.numberOfLeadingZeros(a),
              Integer.numberOfTrailingZeros(a),
              Integer.rotateRight(a, 7),
              Integer.compare(a, b),
              a * -1,
              a * 0,
              (a + 3) * 4,
              a % 16);
      out =
          putAll(
              y,
              out,
              -2147483648 - a,
              a ^ -1,
              a | 0x7fffffff,
              a & 0x7fffff,
              a << 33,
              a >> 40,
              (a >> 4) >> 5,
              (a << 4) << 30);
    }
  }

  private static long putAll(
      MemorySegment y, long at, int a, int b, int c, int d, int e, int f, int g, int h) {
    Mem.putI32(y, at, a);
    Mem.putI32(y, at + 4, b);
    Mem.putI32(y, at + 8, c);
    Mem.putI32(y, at + 12, d);
    Mem.putI32(y, at + 16, e);
    Mem.putI32(y, at + 20, f);
    Mem.putI32(y, at + 24, g);
    Mem.putI32(y, at + 28, h);
    return at + 32;
  }

  public static void longs(MemorySegment x, MemorySegment y, int n) {
    long out = 0;
    for (int i = 0; i < n; i++) {
      long a = Mem.i64(x, 16L * i);
      long b = Mem.i64(x, 16L * i + 8);
      long d = b == 0 ? 1 : b;
      int s = (int) b;
      out = putAll(y, out, a + b, a - b, a * b, a / d, a % d, -a, a & b, a | b);
      out = putAll(y, out, a ^ b, a << s, a >> s, a >>> s, ~a, a * 8, a * 10, a / 4);
      out =
          putAll(
              y,
              out,
              (int) a,
              (short) a,
              (char) a,
              a + 100000,
              a - 5,
              a & 0xffffffffL,
              (int) (a + b),
              (int) (a * b));
      out =
          putAll(
              y,
              out,
              a < b ? 1 : 0,
              a <= b ? 1 : 0,
              a > b ? 1 : 0,
              a >= b ? 1 : 0,
              a == b ? 1 : 0,
              a != b ? 1 : 0,
              a < 0 ? a : b,
              a > 5 ? 3 : b);
      out =
          putAll(
              y,
              out,
              Math.min(a, b),
              Math.max(a, b),
              Math.abs(a),
              Long.compareUnsigned(a, b),
              Long.divideUnsigned(a, d),
              Long.remainderUnsigned(a, d),
              Long.bitCount(a),
              Long.rotateLeft(a, s));
      out =
          putAll(
              y,
              out,
              Long.numberOfLeadingZeros(a),
              Long.numberOfTrailingZeros(a),
              Long.rotateRight(a, 7),
              Long.compare(a, b),
              Math.multiplyHigh(a, b),
              Math.unsignedMultiplyHigh(a, b),
              Integer.toUnsignedLong(s),
              (int) (a << 3));
      out =
          putAll(
              y,
              out,
              0x123456789abcdef0L ^ a,
              a & 0x7fffffffffL,
              (int) (a >>> 32),
              (int) (a >>> 33),
              (int) a + (int) b,
              (long) (int) a * s,
              a << 70,
              0x5555555555555555L & a);
    }
  }

  private static long putAll(
      MemorySegment y, long at, long a, long b, long c, long d, long e, long f, long g, long h) {
    Mem.putI64(y, at, a);
    Mem.putI64(y, at + 8, b);
    Mem.putI64(y, at + 16, c);
    Mem.putI64(y, at + 24, d);
    Mem.putI64(y, at + 32, e);
    Mem.putI64(y, at + 40, f);
    Mem.putI64(y, at + 48, g);
    Mem.putI64(y, at + 56, h);
    return at + 64;
  }

  public static void floats(MemorySegment x, MemorySegment y, int n) {
    int out = 0;
    for (int i = 0; i < n; i++) {
      float a = Mem.f32(x, 12 * i);
      float b = Mem.f32(x, 12 * i + 4);
      float c = Mem.f32(x, 12 * i + 8);
      Mem.putF32(y, out, a + b);
      Mem.putF32(y, out + 4, a - b);
      Mem.putF32(y, out + 8, a * b);
      Mem.putF32(y, out + 12, a / b);
      Mem.putF32(y, out + 16, F32.fma(a, b, c));
      Mem.putF32(y, out + 20, -a);
      Mem.putF32(y, out + 24, Math.abs(a));
      Mem.putF32(y, out + 28, Math.min(a, b));
      Mem.putF32(y, out + 32, Math.max(a, b));
      Mem.putF32(y, out + 36, F32.sqrt(a));
      Mem.putF32(y, out + 40, F32.rne(a));
      Mem.putF32(y, out + 44, F32.floor(a));
      Mem.putF32(y, out + 48, F32.ceil(a));
      Mem.putI32(y, out + 52, (int) a);
      Mem.putI64(y, out + 56, (long) a);
      Mem.putI32(y, out + 64, Float.floatToIntBits(a));
      Mem.putF32(
          y, out + 68, Float.intBitsToFloat(Float.floatToIntBits(a) ^ Float.floatToIntBits(b)));
      Mem.putF32(y, out + 72, (float) Float.floatToIntBits(a));
      Mem.putF32(y, out + 76, (float) Mem.i64(x, (12L * i) & -8));
      Mem.putI16(
          y,
          out + 80,
          Float.floatToFloat16(a) == 0x7e01 ? 1 : canonicalHalf(Float.floatToFloat16(a)));
      Mem.putF32(y, out + 84, Float.float16ToFloat((short) Float.floatToIntBits(b)));
      int bits =
          (a < b ? 1 : 0)
              | (a <= b ? 2 : 0)
              | (a > b ? 4 : 0)
              | (a >= b ? 8 : 0)
              | (a == b ? 16 : 0)
              | (a != b ? 32 : 0);
      Mem.putI32(y, out + 88, !(a < b) ? bits : bits | 64);
      Mem.putF32(y, out + 92, a);
      out += 96;
    }
  }

  /// Java keeps some bits of a NaN's payload where soft-float has one NaN.
  private static int canonicalHalf(short half) {
    return (half & 0x7fff) > 0x7c00 ? 0x7e00 : half;
  }

  @SuppressWarnings("fallthrough")
  public static void choose(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      int a = Mem.i32(x, 4 * i);
      int dense =
          switch (a & 15) {
            case 0 -> 7;
            case 1, 2 -> 9;
            case 3 -> a;
            case 4 -> 2 * a;
            case 5 -> 77;
            case 9 -> -1;
            default -> 5;
          };
      int sparse;
      switch (a % 1000) {
        case -999:
          sparse = 1;
          break;
        case 17:
          sparse = 2;
        // falls through
        case 100:
          sparse = 3;
          break;
        case 500, 501, 900:
          sparse = 4;
          break;
        default:
          sparse = 6;
      }
      Mem.putI32(y, 8 * i, dense);
      Mem.putI32(y, 8 * i + 4, sparse);
    }
  }

  /// Loops in loops with break and continue.
  public static int loops(MemorySegment x, MemorySegment y, int n) {
    int count = 0;
    outer:
    for (int i = 0; i < n; i++) {
      int j = 0;
      while (true) {
        if (j >= n) {
          break;
        }
        int v = Mem.i32(x, 4 * ((i + j) % n));
        if ((v & 7) == 3) {
          j += 2;
          continue;
        }
        if ((v & 63) == 17) {
          continue outer;
        }
        do {
          count += v;
          v >>>= 3;
        } while (v > 100 && (v & 1) == 0);
        j++;
      }
      Mem.putI32(y, 4 * i, count);
    }
    return count & 1;
  }

  /// More values alive at once than there are registers.
  public static void crowd(MemorySegment x, MemorySegment y, int n) {
    int a0 = 1, a1 = 2, a2 = 3, a3 = 4, a4 = 5, a5 = 6, a6 = 7, a7 = 8, a8 = 9, a9 = 10;
    int b0 = 1, b1 = 2, b2 = 3, b3 = 4, b4 = 5, b5 = 6, b6 = 7, b7 = 8, b8 = 9, b9 = 10;
    long c0 = 1, c1 = 2, c2 = 3, c3 = 4, c4 = 5, c5 = 6, c6 = 7, c7 = 8, c8 = 9, c9 = 10;
    float f0 = 1, f1 = 2, f2 = 3, f3 = 4;
    for (int i = 0; i < n; i++) {
      int v = Mem.i32(x, 4 * i);
      a0 += v;
      a1 ^= a0;
      a2 += a1;
      a3 ^= a2;
      a4 += a3;
      a5 ^= a4;
      a6 += a5;
      a7 ^= a6;
      a8 += a7;
      a9 ^= a8;
      b0 -= a9;
      b1 ^= b0;
      b2 += b1;
      b3 ^= b2;
      b4 += b3;
      b5 ^= b4;
      b6 += b5;
      b7 ^= b6;
      b8 += b7;
      b9 ^= b8;
      c0 += b9;
      c1 ^= c0;
      c2 += c1;
      c3 ^= c2;
      c4 += c3;
      c5 ^= c4;
      c6 += c5;
      c7 ^= c6;
      c8 += c7;
      c9 ^= c8;
      f0 += v;
      f1 = F32.fma(f0, f1, 1f);
      f2 -= f1;
      f3 = Math.max(f3, f2 * 0.5f);
      int t = a0;
      a0 = a1;
      a1 = t;
      long u = c3;
      c3 = c4;
      c4 = c5;
      c5 = u;
    }
    Mem.putI32(y, 0, a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9);
    Mem.putI32(y, 4, b0 + b1 + b2 + b3 + b4 + b5 + b6 + b7 + b8 + b9);
    Mem.putI64(y, 8, c0 ^ c1 + c2 ^ c3 + c4 ^ c5 + c6 ^ c7 + c8 ^ c9);
    Mem.putF32(y, 16, f0 + f1);
    Mem.putF32(y, 20, f2 - f3);
  }

  /// Calls with more arguments than registers, of mixed types, that are too long to be inlined.
  public static void calls(MemorySegment x, MemorySegment y, int n, long seed, float scale) {
    long state = seed;
    for (int i = 0; i < n; i++) {
      int v = Mem.i32(x, 4 * i);
      state = mix(state, v, scale, i, v + 1, state ^ 5, v * scale, 7, 8, 9L, i, 11);
      state += mix(1, 2, 3, 4, v, 6, 7, 8, 9, state, 11, i);
      Mem.putI64(y, 8L * i, state);
    }
    Mem.putI64(y, 8L * n, mix(seed, n, scale, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  }

  private static long mix(
      long a, int b, float c, int d, int e, long f, float g, int h, int i, long j, int k, int l) {
    long r = a * 31 + b;
    r = r * 31 + (int) c;
    r = r * 31 + d;
    r = r * 31 + e;
    r = r * 31 + f;
    r = r * 31 + (int) (g - c);
    r = r * 31 + h;
    r = r * 31 + i;
    r = r * 31 + j;
    r = r * 31 + k;
    r = r * 31 + l;
    for (int m = l; m < k; m++) {
      r ^= r << 13;
      r ^= r >>> 7;
      r ^= r << 17;
    }
    return r;
  }

  public static void memory(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      int at = 8 * i;
      Mem.putI64(y, 32 * i, Mem.i64(x, at) + Mem.i8(x, at) + (Mem.i8(x, at + 1) & 255));
      Mem.putI16(y, 32 * i + 8, Mem.i16(x, at) - (Mem.i16(x, at + 2) & 0xffff));
      Mem.putI8(y, 32 * i + 11, Mem.i8(x, at + 7));
      Mem.putI32(y, 32 * i + 12, Mem.i32(x, at + 4) ^ 0x55);
      Mem.putI64(y, 32 * i + 16, Mem.i32(x, at + 4) & 0xffffffffL);
      Mem.putI64(y, 32 * i + 24, Mem.i16(y, 32 * i + 8));
    }
  }

  /// Values that only change places, so that each waits for the other's register.
  public static void rotate(MemorySegment x, MemorySegment y, int n) {
    int a = Mem.i32(x, 0);
    int b = Mem.i32(x, 4);
    long c = Mem.i64(x, 8);
    long d = Mem.i64(x, 16);
    long e = Mem.i64(x, 24);
    for (int i = 0; i < n; i++) {
      int t = a;
      a = b;
      b = t;
      long u = c;
      c = d;
      d = e;
      e = u;
    }
    Mem.putI32(y, 0, a);
    Mem.putI32(y, 4, b);
    Mem.putI64(y, 8, c);
    Mem.putI64(y, 16, d);
    Mem.putI64(y, 24, e);
  }

  /// Masks wider than the load keep copies of its sign.
  public static void masks(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putI32(y, 16L * i, Mem.i8(x, 8L * i) & 0xffff);
      Mem.putI32(y, 16L * i + 4, Mem.i16(x, 8L * i) & 0xffffff);
      Mem.putI64(y, 16L * i + 8, Mem.i32(x, 8L * i) & 0xffffffffffL);
    }
  }

  /// A value that is masked here and has its sign looked at in a later block.
  public static void masksThenBranches(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      int b = Mem.i8(x, 8L * i);
      int w = Mem.i32(x, 8L * i);
      int sum = (b & 255) + (w & 60);
      if (i % 3 != 0) {
        if (b < -5) {
          sum += 1000;
        }
        if ((long) w < sum - 300L) {
          sum += 2000;
        }
      }
      Mem.putI32(y, 8L * i, sum);
    }
  }

  public static int stops(MemorySegment x, MemorySegment y, int n) {
    if (n > 3) {
      return 1;
    }
    Mem.putI8(y, 0, n);
    return 0;
  }
}
