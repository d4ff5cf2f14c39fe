package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Casts against exact numbers: a float type is the list of all its numbers, and a cast finds the nearest one there.
class CastsTest {
  /// The types, by ONNX's numbers, with their bits, and those of a float's exponent and fraction, and its bias.
  enum Type {
    F32(1, 32, 8, 23, 127),
    F16(10, 16, 5, 10, 15),
    BF16(16, 16, 8, 7, 127),
    F64(11, 64, 11, 52, 1023),
    E4M3FN(17, 8, 4, 3, 7),
    E4M3FNUZ(18, 8, 4, 3, 8),
    E5M2(19, 8, 5, 2, 15),
    E5M2FNUZ(20, 8, 5, 2, 16),
    E2M1(23, 4, 2, 1, 1),
    BOOL(9, 8),
    U2(25, 2),
    I2(26, 2),
    U4(21, 4),
    I4(22, 4),
    U8(2, 8),
    I8(3, 8),
    U16(4, 16),
    I16(5, 16),
    U32(12, 32),
    I32(6, 32),
    U64(13, 64),
    I64(7, 64);

    final int code;
    final int bits;
    final int exponent;
    final int fraction;
    final int bias;

    Type(int code, int bits, int... format) {
      this.code = code;
      this.bits = bits;
      this.exponent = format.length > 0 ? format[0] : 0;
      this.fraction = format.length > 0 ? format[1] : 0;
      this.bias = format.length > 0 ? format[2] : 0;
    }

    boolean isFloat() {
      return exponent > 0;
    }

    boolean isSigned() {
      return name().startsWith("I");
    }

    boolean hasOneZero() {
      return name().endsWith("UZ");
    }

    boolean hasInfinity() {
      return isFloat() && !name().startsWith("E4") && !name().startsWith("E2") && !hasOneZero();
    }

    /// {@return the bits of the greatest number}
    long greatest() {
      long all = (1L << (bits - 1)) - 1;
      if (hasInfinity()) {
        return all - (1L << fraction);
      }
      return this == E4M3FN ? all - 1 : all;
    }

    /// {@return what the bits of a magnitude would be if there were no special ones}
    BigDecimal number(long size) {
      long exponent = Math.max(size >>> fraction, 1) - bias - fraction;
      long significand = size & ((1L << fraction) - 1);
      if (size >>> fraction != 0) {
        significand |= 1L << fraction;
      }
      BigDecimal two = BigDecimal.TWO;
      BigDecimal power =
          exponent >= 0 ? two.pow((int) exponent) : new BigDecimal("0.5").pow((int) -exponent);
      return power.multiply(BigDecimal.valueOf(significand));
    }
  }

  /// What an element is: a number, or not.
  private record Element(BigDecimal number, double special) {
    boolean isNumber() {
      return special == 0;
    }
  }

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @ParameterizedTest
  @EnumSource
  void castsToEveryTypeAreTheNearestNumbers(Type from) {
    for (Type to : Type.values()) {
      for (int saturate = 0; saturate < 2; saturate++) {
        int n = 41;
        long[] x = new long[n];
        MemorySegment in = memory(8L * n);
        MemorySegment out = memory(8L * n);
        for (int i = 0; i < n; i++) {
          x[i] = element(from, to);
          put(in, i, from.bits, x[i]);
        }
        run("cast", segments(in, out), n, from.code, to.code, saturate);
        for (int i = 0; i < n; i++) {
          long actual = get(out, i, to.bits);
          long expected = expected(x[i], from, to, saturate != 0);
          assertThat(Long.toHexString(actual))
              .as("%s %x to %s, saturate %d, seed %d", from, x[i], to, saturate, seed)
              .isEqualTo(Long.toHexString(expected));
        }
      }
    }
  }

  /// Any bits, or what is near a number of the other type, or in the middle of two.
  private long element(Type from, Type to) {
    long mask = from.bits == 64 ? -1 : (1L << from.bits) - 1;
    if (random.nextInt(3) == 0 || from == Type.BOOL) {
      return random.nextLong() & mask;
    }
    if (!from.isFloat()) {
      return (random.nextLong() >> random.nextInt(64)) + random.nextInt(-1, 2) & mask;
    }
    double value = random.nextInt(-300, 300) / 2.0;
    if (to.isFloat() && to != Type.F64) {
      long size = random.nextLong(to.greatest() + 1);
      value = to.number(size).add(to.number(size + 1)).doubleValue() / 2;
      value = random.nextBoolean() ? value : -value;
    } else if (random.nextBoolean()) {
      value = StrictMath.scalb(random.nextDouble(-2, 2), random.nextInt(66));
    }
    long bits = Double.doubleToLongBits(value) + random.nextInt(-1, 2);
    if (from == Type.F64) {
      return bits;
    }
    if (from == Type.F32) {
      return Float.floatToIntBits((float) value) & mask;
    }
    return from == Type.BF16 ? Float.floatToIntBits((float) value) >>> 16 : bits >>> 40 & mask;
  }

  private static long expected(long bits, Type from, Type to, boolean saturate) {
    long mask = to.bits == 64 ? -1 : (1L << to.bits) - 1;
    Element element = element(bits, from);
    if (to == Type.BOOL) {
      return element.isNumber() && element.number.signum() == 0 ? 0 : 1;
    }
    boolean negative = from.isFloat() ? bits >>> (from.bits - 1) != 0 : element.number.signum() < 0;
    if (to.isFloat()) {
      return toFloat(element, negative, to, saturate) & mask;
    }
    if (!from.isFloat()) {
      return element.number.toBigInteger().longValue() & mask;
    }
    BigInteger least = to.isSigned() ? BigInteger.TWO.pow(to.bits - 1).negate() : BigInteger.ZERO;
    BigInteger most =
        BigInteger.TWO.pow(to.isSigned() ? to.bits - 1 : to.bits).subtract(BigInteger.ONE);
    if (!element.isNumber()) {
      return Double.isNaN(element.special)
          ? 0
          : (element.special < 0 ? least : most).longValue() & mask;
    }
    return element.number.toBigInteger().min(most).max(least).longValue() & mask;
  }

  private static Element element(long bits, Type type) {
    if (!type.isFloat()) {
      BigInteger value = new BigInteger(Long.toUnsignedString(bits));
      if (type == Type.BOOL) {
        value = BigInteger.valueOf(value.signum());
      } else if (type.isSigned() && bits >>> (type.bits - 1) != 0) {
        value = value.subtract(BigInteger.TWO.pow(type.bits));
      }
      return new Element(new BigDecimal(value), 0);
    }
    long size = bits & ((1L << (type.bits - 1)) - 1);
    boolean negative = bits != size;
    if (type.hasOneZero() && size == 0 && negative) {
      return new Element(BigDecimal.ZERO, Double.NaN);
    }
    if (size > type.greatest()) {
      boolean infinite = type.hasInfinity() && size == type.greatest() + 1;
      double infinity = negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      return new Element(BigDecimal.ZERO, infinite ? infinity : Double.NaN);
    }
    BigDecimal number = type.number(size);
    return new Element(negative ? number.negate() : number, 0);
  }

  private static long toFloat(Element element, boolean negative, Type to, boolean saturate) {
    boolean small = to.bits == 8;
    long nan =
        switch (to) {
          case F32 -> 0x7fc00000;
          case F16 -> 0x7e00;
          case BF16 -> 0x7fc0;
          case F64 -> 0x7ff8000000000000L;
          case E4M3FNUZ, E5M2FNUZ -> 0x80;
          case E2M1 -> 7;
          default -> 0x7f;
        };
    if (Double.isNaN(element.special)) {
      return nan;
    }
    long size;
    if (!element.isNumber()) {
      if (to.hasOneZero()) {
        return nan;
      }
      size = to.greatest() + 1;
    } else {
      size = nearest(element.number.abs(), to);
    }
    if (size > to.greatest()) {
      if (to == Type.E2M1 || small && saturate) {
        size = to.greatest();
      } else if (!to.hasInfinity()) {
        return nan;
      } else {
        size = to.greatest() + 1;
      }
    }
    return size == 0 && to.hasOneZero() ? 0 : size | (negative ? 1L << (to.bits - 1) : 0);
  }

  /// {@return the bits of the number nearest to one, of two as near the even ones; those behind the greatest one's if
  /// it is beyond}
  private static long nearest(BigDecimal number, Type type) {
    long below = 0;
    long above = type.greatest() + 1;
    if (number.compareTo(type.number(above)) >= 0) {
      return above;
    }
    while (above - below > 1) {
      long middle = (above + below) >>> 1;
      if (type.number(middle).compareTo(number) <= 0) {
        below = middle;
      } else {
        above = middle;
      }
    }
    int order = number.subtract(type.number(below)).compareTo(type.number(above).subtract(number));
    return order < 0 || order == 0 && (below & 1) == 0 ? below : above;
  }

  private static void put(MemorySegment memory, int i, int bits, long value) {
    switch (bits) {
      case 64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, i, value);
      case 32 -> memory.setAtIndex(ValueLayout.JAVA_INT, i, (int) value);
      case 16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) value);
      case 8 -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) value);
      default -> {
        int each = 8 / bits;
        byte before = memory.get(ValueLayout.JAVA_BYTE, i / each);
        memory.set(ValueLayout.JAVA_BYTE, i / each, (byte) (before | value << bits * (i % each)));
      }
    }
  }

  private static long get(MemorySegment memory, int i, int bits) {
    return switch (bits) {
      case 64 -> memory.getAtIndex(ValueLayout.JAVA_LONG, i);
      case 32 -> memory.getAtIndex(ValueLayout.JAVA_INT, i) & 0xffffffffL;
      case 16 -> memory.getAtIndex(ValueLayout.JAVA_SHORT, i) & 0xffff;
      case 8 -> memory.get(ValueLayout.JAVA_BYTE, i) & 0xff;
      default -> {
        int each = 8 / bits;
        yield memory.get(ValueLayout.JAVA_BYTE, i / each) >> bits * (i % each) & (1 << bits) - 1;
      }
    };
  }
}
