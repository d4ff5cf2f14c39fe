package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/// The kernels of two operands, and those of one integer or double, against Java's own numbers.
class PairsTest {
  private static final BigInteger END = BigInteger.TWO.pow(64);

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @FunctionalInterface
  private interface OfFloats {
    float of(float a, float b);
  }

  @FunctionalInterface
  private interface OfBig {
    BigInteger of(BigInteger a, BigInteger b);
  }

  @Test
  void floatsAreThoseOfJava() {
    floats("sub.f32", (a, b) -> a - b);
    floats("div.f32", (a, b) -> a / b);
    floats("min.f32", Math::min);
    floats("max.f32", Math::max);
    floats("prelu.f32", (a, b) -> a < 0 ? b * a : a);
    floats("pow.f32", Powers::pow);
    floats("fmod.f32", (a, b) -> a % b);
  }

  @Test
  void floatsAreComparedAsByJava() {
    List<OfFloats> operations =
        List.of((a, b) -> a == b ? 1 : 0, (a, b) -> a < b ? 1 : 0, (a, b) -> a <= b ? 1 : 0);
    for (int i = 0; i < operations.size(); i++) {
      OfFloats operation = operations.get(i);
      pairs(
          "compare.f32",
          4,
          1,
          this::oneFloat,
          (a, b) ->
              (long) operation.of(Float.intBitsToFloat((int) a), Float.intBitsToFloat((int) b)),
          i);
    }
  }

  @Test
  void wholeNumbersAreThoseOfBigIntegersModulo2To64() {
    big(0, false, BigInteger::add);
    big(1, false, BigInteger::subtract);
    big(2, false, BigInteger::multiply);
    big(3, false, (a, b) -> b.signum() == 0 ? b : a.divide(b));
    big(4, false, PairsTest::modulo);
    big(5, false, (a, b) -> b.signum() == 0 ? b : a.remainder(b));
    big(6, false, BigInteger::min);
    big(7, false, BigInteger::max);
    big(8, false, BigInteger::and);
    big(9, false, BigInteger::or);
    big(10, false, BigInteger::xor);
    big(11, true, (a, b) -> b.bitLength() > 6 ? BigInteger.ZERO : a.shiftLeft(b.intValue()));
    big(12, true, (a, b) -> b.bitLength() > 6 ? BigInteger.ZERO : a.shiftRight(b.intValue()));
    big(13, true, (a, b) -> b.signum() == 0 ? b : a.divide(b));
    big(14, true, (a, b) -> b.signum() == 0 ? b : a.remainder(b));
    big(15, true, BigInteger::min);
    big(16, true, BigInteger::max);
  }

  @Test
  void powersOfWholeNumbersAreExactModulo2To64() {
    pairs(
        "pow.i64",
        8,
        8,
        this::whole,
        (a, b) -> {
          BigInteger base = BigInteger.valueOf(a);
          if (b >= 0) {
            return base.modPow(BigInteger.valueOf(b), END).longValue();
          }
          return a == 1 ? 1 : a == -1 ? (b % 2 == 0 ? 1 : -1) : 0;
        });
  }

  @Test
  void wholeNumbersAreComparedWithAndWithoutASign() {
    List<LongBinaryOperator> operations =
        List.of(
            (a, b) -> a == b ? 1 : 0,
            (a, b) -> a < b ? 1 : 0,
            (a, b) -> a <= b ? 1 : 0,
            (a, b) -> unsigned(a).compareTo(unsigned(b)) < 0 ? 1 : 0,
            (a, b) -> unsigned(a).compareTo(unsigned(b)) <= 0 ? 1 : 0);
    for (int i = 0; i < operations.size(); i++) {
      pairs("compare.i64", 8, 1, this::whole, operations.get(i), i);
    }
  }

  @Test
  void truthValuesAreBytesThatAreNotZero() {
    List<LongBinaryOperator> operations =
        List.of(
            (a, b) -> a != 0 && b != 0 ? 1 : 0,
            (a, b) -> a != 0 || b != 0 ? 1 : 0,
            (a, b) -> a != 0 ^ b != 0 ? 1 : 0);
    LongSupplier truth = () -> random.nextInt(-2, 3);
    for (int i = 0; i < operations.size(); i++) {
      pairs("logic.b1", 1, 1, truth, operations.get(i), i);
    }
    singles("not.b1", 1, 1, truth, (a, _) -> a == 0 ? 1 : 0);
  }

  @Test
  void doublesAreThoseOfJava() {
    List<DoubleBinaryOperator> operations =
        List.of(
            (a, b) -> a + b,
            (a, b) -> a - b,
            (a, b) -> a * b,
            (a, b) -> a / b,
            Math::min,
            Math::max);
    for (int i = 0; i < operations.size(); i++) {
      pairs("arithmetic.f64", 8, 8, this::number, ofDoubles(operations.get(i)), i);
    }
    pairs("fmod.f64", 8, 8, this::number, ofDoubles((a, b) -> a % b));
    List<DoubleBinaryOperator> orders =
        List.of((a, b) -> a == b ? 1 : 0, (a, b) -> a < b ? 1 : 0, (a, b) -> a <= b ? 1 : 0);
    for (int i = 0; i < orders.size(); i++) {
      DoubleBinaryOperator order = orders.get(i);
      pairs(
          "compare.f64",
          8,
          1,
          this::number,
          (a, b) ->
              (long) order.applyAsDouble(Double.longBitsToDouble(a), Double.longBitsToDouble(b)),
          i);
    }
  }

  @Test
  void singleNumbersAreThoseOfJava() {
    List<LongBinaryOperator> whole =
        List.of((a, _) -> Math.abs(a), (a, _) -> -a, (a, _) -> Long.signum(a), (a, _) -> ~a);
    for (int i = 0; i < whole.size(); i++) {
      singles("unary.i64", 8, 8, this::whole, whole.get(i), i);
    }
    List<DoubleBinaryOperator> doubles =
        List.of(
            (a, _) -> Math.abs(a),
            (a, _) -> -a,
            (a, _) -> a == 0 ? 0 : Math.signum(a),
            (a, _) -> Math.floor(a),
            (a, _) -> Math.ceil(a),
            (a, _) -> Math.rint(a),
            (a, _) -> Math.sqrt(a));
    for (int i = 0; i < doubles.size(); i++) {
      singles("unary.f64", 8, 8, this::number, ofDoubles(doubles.get(i)), i);
    }
    singles(
        "isnan.f32",
        4,
        1,
        this::oneFloat,
        (a, _) -> Float.isNaN(Float.intBitsToFloat((int) a)) ? 1 : 0);
    for (int flags = 0; flags < 4; flags++) {
      boolean positive = (flags & 1) != 0;
      boolean negative = (flags & 2) != 0;
      singles(
          "isinf.f32",
          4,
          1,
          this::oneFloat,
          (a, _) -> a == 0x7f800000 && positive || (int) a == 0xff800000 && negative ? 1 : 0,
          flags & 1,
          flags >> 1);
    }
  }

  private void big(int operation, boolean unsigned, OfBig expected) {
    pairs(
        "whole.i64",
        8,
        8,
        this::whole,
        (a, b) ->
            (unsigned
                    ? expected.of(unsigned(a), unsigned(b))
                    : expected.of(BigInteger.valueOf(a), BigInteger.valueOf(b)))
                .longValue(),
        operation);
  }

  private static BigInteger modulo(BigInteger a, BigInteger b) {
    if (b.signum() == 0) {
      return b;
    }
    BigInteger rest = a.mod(b.abs());
    return b.signum() < 0 && rest.signum() != 0 ? rest.add(b) : rest;
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  private void floats(String kernel, OfFloats expected) {
    pairs(
        kernel,
        4,
        4,
        this::oneFloat,
        (a, b) ->
            Float.floatToIntBits(
                expected.of(Float.intBitsToFloat((int) a), Float.intBitsToFloat((int) b))));
  }

  private static LongBinaryOperator ofDoubles(DoubleBinaryOperator operation) {
    return (a, b) ->
        Double.doubleToLongBits(
            operation.applyAsDouble(Double.longBitsToDouble(a), Double.longBitsToDouble(b)));
  }

  private void singles(
      String kernel,
      int width,
      int result,
      LongSupplier values,
      LongBinaryOperator expected,
      long... more) {
    for (int n : Tensors.AWKWARD) {
      MemorySegment x = memory((long) width * n);
      MemorySegment y = memory((long) result * n);
      fill(x, width, n, values);
      run(kernel, segments(x, y), scalars(more, n));
      for (int i = 0; i < n; i++) {
        long a = get(x, width, i);
        assertThat(get(y, result, i))
            .as("%s of %x, seed %d", kernel, a, seed)
            .isEqualTo(expected.applyAsLong(a, 0));
      }
    }
  }

  private void pairs(
      String kernel,
      int width,
      int result,
      LongSupplier values,
      LongBinaryOperator expected,
      long... more) {
    for (int trial = 0; trial < 100; trial++) {
      int rows = random.nextInt(5);
      int count = random.nextInt(20);
      int[] s = {random.nextInt(20), random.nextInt(3), random.nextInt(20), random.nextInt(3)};
      MemorySegment a = memory(width * 200L);
      MemorySegment b = memory(width * 200L);
      MemorySegment y = memory((long) result * rows * count);
      fill(a, width, 200, values);
      fill(b, width, 200, values);
      run(kernel, segments(a, b, y), scalars(more, rows, count, s[0], s[1], s[2], s[3]));
      for (int i = 0; i < rows * count; i++) {
        int row = i / count;
        int at = i % count;
        long left = get(a, width, row * s[0] + at * s[1]);
        long right = get(b, width, row * s[2] + at * s[3]);
        assertThat(get(y, result, i))
            .as("%s of %x and %x, seed %d", kernel, left, right, seed)
            .isEqualTo(expected.applyAsLong(left, right));
      }
    }
  }

  private static long[] scalars(long[] more, long... first) {
    long[] all = new long[first.length + more.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  private static void fill(MemorySegment memory, int width, int count, LongSupplier values) {
    for (int i = 0; i < count; i++) {
      long value = values.getAsLong();
      switch (width) {
        case 1 -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) value);
        case 4 -> memory.setAtIndex(ValueLayout.JAVA_INT, i, (int) value);
        default -> memory.setAtIndex(ValueLayout.JAVA_LONG, i, value);
      }
    }
  }

  private static long get(MemorySegment memory, int width, int i) {
    return switch (width) {
      case 1 -> memory.get(ValueLayout.JAVA_BYTE, i);
      case 4 -> memory.getAtIndex(ValueLayout.JAVA_INT, i);
      default -> memory.getAtIndex(ValueLayout.JAVA_LONG, i);
    };
  }

  private long oneFloat() {
    return switch (random.nextInt(3)) {
      case 0 -> random.nextInt();
      case 1 -> Float.floatToIntBits(random.nextInt(-4, 5));
      default -> Float.floatToIntBits(Tensors.wild(random, 1)[0]);
    };
  }

  private long whole() {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextLong() >> random.nextInt(64);
      case 2 -> Long.MIN_VALUE;
      default -> random.nextInt(-5, 70);
    };
  }

  private long number() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong();
      case 1 -> Double.doubleToLongBits(random.nextInt(-20, 20) / 4.0);
      case 2 -> Double.doubleToLongBits(Tensors.wild(random, 1)[0]);
      default -> Double.doubleToLongBits(random.nextDouble(-9, 9));
    };
  }
}
