package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import opml.kernels.softfloat.SoftDouble;

/// Numbers of one of ONNX's types as those of another, types by their numbers in ONNX's `TensorProto.DataType`.
///
/// Every float type's numbers are doubles, so that a cast from one float type to another goes by way of one and rounds
/// once, at its end. Not every 64-bit integer is one: on its way to a shorter float it is cut off to a double whose
/// last bit tells whether anything was lost, of which the rounding is that of the integer.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Casts {
  private static final int F32 = 1;
  private static final int I8 = 3;
  private static final int U16 = 4;
  private static final int I16 = 5;
  private static final int I32 = 6;
  private static final int I64 = 7;
  private static final int BOOL = 9;
  private static final int F16 = 10;
  private static final int F64 = 11;
  private static final int U32 = 12;
  private static final int U64 = 13;
  private static final int BF16 = 16;
  private static final int E4M3FN = 17;
  private static final int E4M3FNUZ = 18;
  private static final int E5M2 = 19;
  private static final int E5M2FNUZ = 20;
  private static final int U4 = 21;
  private static final int I4 = 22;
  private static final int E2M1 = 23;
  private static final int U2 = 25;
  private static final int I2 = 26;

  private static final long SIGN = 1L << 63;

  private Casts() {}

  /// Casts n numbers of the type `from` to the type `to`.
  ///
  /// Integers keep their low bits as others; of a float the fraction is cut off, and what is beyond the type becomes
  /// its least or greatest number, NaN 0. To floats the nearest number, ties to even; beyond the greatest one it is
  /// infinity; in types of eight bits the greatest number if `saturate` is not 0, else infinity, or NaN where there is
  /// none. What is not zero, NaN also, is true; truth values are 1 and 0.
  ///
  /// Types of two and four bits have their numbers in bytes from the lowest bit on; what is left of a last byte is 0.
  public static void cast(MemorySegment x, MemorySegment y, int n, int from, int to, int saturate) {
    int fromBits = bits(from);
    int toBits = bits(to);
    if (fromBits >= 32 && toBits >= 32 && direct(x, y, n, from, to)) {
      return;
    }
    for (int i = 0; i < n; i++) {
      long value = get(x, i, fromBits, isSigned(from));
      store(y, i, toBits, converted(value, from, to, saturate));
    }
  }

  /// The casts that Java itself has, among the types that are seen most.
  ///
  /// @return whether it is one of these
  private static boolean direct(MemorySegment x, MemorySegment y, int n, int from, int to) {
    if (from == I64 && to == F32) {
      for (int i = 0; i < n; i++) {
        Mem.putF32(y, 4 * i, (float) Mem.i64(x, 8 * i));
      }
    } else if (from == I32 && to == F32) {
      for (int i = 0; i < n; i++) {
        Mem.putF32(y, 4 * i, (float) Mem.i32(x, 4 * i));
      }
    } else if (from == F32 && to == I64) {
      for (int i = 0; i < n; i++) {
        Mem.putI64(y, 8 * i, (long) Mem.f32(x, 4 * i));
      }
    } else if (from == F32 && to == I32) {
      for (int i = 0; i < n; i++) {
        Mem.putI32(y, 4 * i, (int) Mem.f32(x, 4 * i));
      }
    } else {
      return false;
    }
    return true;
  }

  private static long converted(long value, int from, int to, int saturate) {
    if (!isFloat(from)) {
      if (from == BOOL || to == BOOL) {
        value = value != 0 ? 1 : 0;
      }
      if (to == F64) {
        return from == U64 ? SoftDouble.fromUnsigned(value) : SoftDouble.fromLong(value);
      }
      return isFloat(to) ? narrow(SoftDouble.toOdd(value, from == U64), to, saturate) : value;
    }
    long number = widen(value, from);
    if (to == BOOL) {
      return number << 1 != 0 ? 1 : 0;
    }
    return isFloat(to) ? narrow(number, to, saturate) : whole(number, to);
  }

  /// {@return the bits of a number of that type}
  private static int bits(int type) {
    return switch (type) {
      case U2, I2 -> 2;
      case U4, I4, E2M1 -> 4;
      case U16, I16, F16, BF16 -> 16;
      case F32, I32, U32 -> 32;
      case I64, U64, F64 -> 64;
      default -> 8;
    };
  }

  private static boolean isSigned(int type) {
    return switch (type) {
      case I2, I4, I8, I16, I32, I64 -> true;
      default -> false;
    };
  }

  private static boolean isFloat(int type) {
    return switch (type) {
      case F32, F16, F64, BF16, E4M3FN, E4M3FNUZ, E5M2, E5M2FNUZ, E2M1 -> true;
      default -> false;
    };
  }

  /// {@return element i}
  private static long get(MemorySegment x, int i, int bits, boolean signed) {
    if (bits == 64) {
      return Mem.i64(x, 8 * i);
    }
    long value;
    if (bits == 32) {
      value = Mem.i32(x, 4 * i);
    } else if (bits == 16) {
      value = Mem.i16(x, 2 * i);
    } else {
      int from = bits * i;
      value = Mem.i8(x, from >> 3) >> (from & 7);
    }
    int unused = 64 - bits;
    return signed ? value << unused >> unused : value << unused >>> unused;
  }

  private static void store(MemorySegment y, int i, int bits, long value) {
    if (bits == 64) {
      Mem.putI64(y, 8 * i, value);
    } else if (bits == 32) {
      Mem.putI32(y, 4 * i, (int) value);
    } else if (bits == 16) {
      Mem.putI16(y, 2 * i, (int) value);
    } else if (bits == 8) {
      Mem.putI8(y, i, (int) value);
    } else {
      // The first number of a byte writes it anew.
      int from = bits * i;
      int shift = from & 7;
      int before = shift == 0 ? 0 : Mem.i8(y, from >> 3);
      int own = (int) value & ((1 << bits) - 1);
      Mem.putI8(y, from >> 3, before | own << shift);
    }
  }

  /// {@return the bits of a type's fraction}
  private static int fraction(int type) {
    return switch (type) {
      case F32 -> 23;
      case F16 -> 10;
      case BF16 -> 7;
      case E5M2, E5M2FNUZ -> 2;
      case E2M1 -> 1;
      default -> 3;
    };
  }

  /// {@return the exponent of 1}
  private static int bias(int type) {
    return switch (type) {
      case F32, BF16 -> 127;
      case F16, E5M2 -> 15;
      case E5M2FNUZ -> 16;
      case E4M3FNUZ -> 8;
      case E2M1 -> 1;
      default -> 7;
    };
  }

  /// {@return the bits of a type's greatest number}
  private static long greatest(int type) {
    return switch (type) {
      case F32 -> 0x7f7fffff;
      case F16 -> 0x7bff;
      case BF16 -> 0x7f7f;
      case E4M3FN -> 0x7e;
      case E5M2 -> 0x7b;
      case E2M1 -> 7;
      default -> 0x7f;
    };
  }

  /// {@return the bits of a type's NaN}; of the type that has none, its greatest number
  private static long nan(int type) {
    return switch (type) {
      case F32 -> 0x7fc00000;
      case F16 -> 0x7e00;
      case BF16 -> 0x7fc0;
      case E4M3FNUZ, E5M2FNUZ -> 0x80;
      case E2M1 -> 7;
      default -> 0x7f;
    };
  }

  private static boolean hasInfinity(int type) {
    return type == F32 || type == F16 || type == BF16 || type == E5M2;
  }

  /// {@return whether a type's only zero is +0, since the bits of -0 are its NaN}
  private static boolean hasOneZero(int type) {
    return type == E4M3FNUZ || type == E5M2FNUZ;
  }

  /// {@return a float's number as a double}
  private static long widen(long bits, int type) {
    if (type == F64) {
      return SoftDouble.isNan(bits) ? SoftDouble.NAN : bits;
    }
    int last = bits(type) - 1;
    long size = bits & ((1L << last) - 1);
    long sign = bits >>> last << 63;
    if (hasOneZero(type)) {
      if (bits == nan(type)) {
        return SoftDouble.NAN;
      }
    } else if (size > greatest(type)) {
      return hasInfinity(type) && size == greatest(type) + 1
          ? sign | SoftDouble.INFINITY
          : SoftDouble.NAN;
    }
    int fraction = fraction(type);
    if (size >>> fraction != 0) {
      return sign | ((size << (52 - fraction)) + ((long) (1023 - bias(type)) << 52));
    }
    if (size == 0) {
      return sign;
    }
    return sign | (SoftDouble.fromLong(size) - ((long) (bias(type) + fraction - 1) << 52));
  }

  /// {@return the bits of the number of a type that is nearest to a double}
  private static long narrow(long number, int type, int saturate) {
    if (SoftDouble.isNan(number)) {
      return type == F64 ? SoftDouble.NAN : nan(type);
    }
    if (type == F64) {
      return number;
    }
    long sign = (number >>> 63) << (bits(type) - 1);
    long size = number & (SIGN - 1);
    if (size == SoftDouble.INFINITY && hasOneZero(type)) {
      return nan(type);
    }
    int fraction = fraction(type);
    int exponent = (int) (size >>> 52) - 1023 + bias(type);
    long significand = size & ((1L << 52) - 1) | 1L << 52;
    int drop = 52 - fraction;
    if (exponent < 1) {
      drop = Math.min(drop + 1 - exponent, 63);
      exponent = 1;
    }
    long odd = (significand >>> drop) & 1;
    long rounded = (significand + (1L << (drop - 1)) - 1 + odd) >>> drop;
    long bits = ((long) (exponent - 1) << fraction) + rounded;
    if (bits > greatest(type)) {
      boolean wide = type == F32 || type == F16 || type == BF16;
      if (type == E2M1 || saturate != 0 && !wide) {
        bits = greatest(type);
      } else if (hasInfinity(type)) {
        bits = greatest(type) + 1;
      } else {
        return nan(type);
      }
    }
    return bits == 0 && hasOneZero(type) ? 0 : sign | bits;
  }

  /// {@return the integer of a type that a double is cut off to}
  private static long whole(long number, int type) {
    if (type == U64) {
      return SoftDouble.toUnsigned(number);
    }
    long value = SoftDouble.toLong(number);
    if (type == I64) {
      return value;
    }
    int bits = bits(type);
    if (isSigned(type)) {
      long end = 1L << (bits - 1);
      return Math.max(-end, Math.min(end - 1, value));
    }
    return Math.max(0, Math.min((1L << bits) - 1, value));
  }
}
