package opml.kernels.cases;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import opml.kernels.cases.KernelCases.Case;
import opml.kernels.catalog.Kernel;
import opml.kernels.operators.Activations;
import opml.kernels.operators.Casts;
import opml.kernels.operators.Doubles;
import opml.kernels.operators.Pairs;
import opml.kernels.operators.Unary;
import opml.kernels.operators.WholeNumbers;

/// Random calls of the kernels of single numbers and of pairs of them.
final class NumberCases {
  /// ONNX's numbers of the types that can be cast.
  private static final int[] TYPES = {
    1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26
  };

  private static final long[] WHOLE = {
    0, 1, -1, 2, 3, 63, 64, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE
  };

  private static final double[] DOUBLES = {
    0,
    -0.0,
    1,
    0.5,
    2.5,
    Double.MIN_VALUE,
    Double.MIN_NORMAL,
    -Double.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN,
    0x1p52,
    0x1.fffffffffffffp51,
    0x1p63
  };

  private final SplittableRandom random;
  private final RandomBytes data;

  NumberCases(SplittableRandom random, RandomBytes data) {
    this.random = random;
    this.data = data;
  }

  /// {@return a random call of a kernel, if it is one of numbers}
  Optional<Case> next(Kernel kernel) {
    Class<?> owner = kernel.owner();
    String name = kernel.name();
    if (owner == Unary.class || owner == Activations.class) {
      return Optional.of(single(4, 4, floats(kernel)));
    }
    if (owner == Pairs.class) {
      return Optional.of(
          name.startsWith("compare")
              ? pair(4, 1, this::one, this::one, operation(3))
              : pair(4, 4, this::one, name.startsWith("pow") ? this::exponent : this::one));
    }
    if (owner == Casts.class) {
      return Optional.of(cast());
    }
    if (owner == Doubles.class || owner == WholeNumbers.class) {
      return Optional.of(
          switch (name) {
            case "whole.i64" -> pair(8, 8, this::whole, this::whole, operation(17));
            case "pow.i64" -> pair(8, 8, this::whole, this::whole);
            case "compare.i64" -> pair(8, 1, this::whole, this::whole, operation(5));
            case "unary.i64" -> wide(this::whole, operation(4));
            case "logic.b1" -> pair(1, 1, this::truth, this::truth, operation(3));
            case "not.b1" -> single(1, 1);
            case "isnan.f32" -> single(4, 1);
            case "isinf.f32" -> single(4, 1, operation(2), operation(2));
            case "arithmetic.f64" -> pair(8, 8, this::number, this::number, operation(6));
            case "fmod.f64" -> pair(8, 8, this::number, this::number);
            case "compare.f64" -> pair(8, 1, this::number, this::number, operation(3));
            case "unary.f64" -> wide(this::number, operation(7));
            default -> throw new IllegalArgumentException("no cases for the kernel " + kernel);
          });
    }
    return Optional.empty();
  }

  /// One of an operation's numbers, or the one behind them.
  private long operation(int end) {
    return random.nextInt(end);
  }

  /// A kernel's float parameters.
  private long[] floats(Kernel kernel) {
    long[] floats = new long[kernel.scalars().size() - 1];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = Float.floatToIntBits((float) random.nextDouble(-2, 2));
    }
    return floats;
  }

  private Case single(int width, int result, long... more) {
    int n = random.nextInt(40);
    byte[] x = width == 4 ? data.floats(n) : data.bytes(n);
    return KernelCases.of(List.of(x), (long) result * n, scalars(more, n));
  }

  private Case wide(LongSupplier values, long... more) {
    int n = random.nextInt(20);
    return KernelCases.of(List.of(numbers(8, n, values)), 8L * n, scalars(more, n));
  }

  private Case pair(int width, int result, LongSupplier a, LongSupplier b, long... more) {
    int rows = random.nextInt(4);
    int count = random.nextInt(12);
    int aRow = random.nextInt(count + 2);
    int aStep = random.nextInt(3);
    int bRow = random.nextInt(count + 2);
    int bStep = random.nextInt(3);
    int aCount = rows * aRow + count * aStep;
    int bCount = rows * bRow + count * bStep;
    return KernelCases.of(
        List.of(numbers(width, 1 + aCount, a), numbers(width, 1 + bCount, b)),
        (long) result * rows * count,
        scalars(more, rows, count, aRow, aStep, bRow, bStep));
  }

  private Case cast() {
    int from = TYPES[random.nextInt(TYPES.length)];
    int to = TYPES[random.nextInt(TYPES.length)];
    int n = random.nextInt(20);
    byte[] x =
        switch (from) {
          case 1 -> data.floats(n);
          case 11 -> numbers(8, n, this::number);
          case 7, 13 -> numbers(8, n, this::whole);
          default -> data.bytes(4L * n);
        };
    return KernelCases.of(List.of(x), 8L * n, n, from, to, operation(2));
  }

  private static long[] scalars(long[] more, long... first) {
    long[] all = new long[first.length + more.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  private static byte[] numbers(int width, int count, LongSupplier values) {
    ByteBuffer out = ByteBuffer.allocate(width * count).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      switch (width) {
        case 1 -> out.put((byte) values.getAsLong());
        case 4 -> out.putInt((int) values.getAsLong());
        default -> out.putLong(values.getAsLong());
      }
    }
    return out.array();
  }

  private long one() {
    return ByteBuffer.wrap(data.floats(1)).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  private long exponent() {
    return random.nextBoolean() ? one() : Float.floatToIntBits((float) random.nextInt(-9, 10));
  }

  private long truth() {
    return random.nextInt(-1, 2);
  }

  private long whole() {
    return switch (random.nextInt(4)) {
      case 0 -> WHOLE[random.nextInt(WHOLE.length)];
      case 1 -> random.nextLong();
      case 2 -> random.nextLong() >> random.nextInt(64);
      default -> random.nextInt(-20, 70);
    };
  }

  private long number() {
    return switch (random.nextInt(5)) {
      case 0 -> Double.doubleToLongBits(DOUBLES[random.nextInt(DOUBLES.length)]);
      case 1 -> random.nextLong();
      case 2 -> random.nextLong() & 0x801fffffffffffffL;
      case 3 -> Double.doubleToLongBits(random.nextInt(-20, 20) / 2.0);
      default -> Double.doubleToLongBits(random.nextDouble(-10, 10));
    };
  }
}
