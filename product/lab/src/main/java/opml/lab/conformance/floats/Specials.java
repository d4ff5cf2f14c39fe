package opml.lab.conformance.floats;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// The special operands: of every exponent at which something changes, the fractions at which something changes.
final class Specials {
  private static final int[] EXPONENTS = {
    0, 1, 2, 3, 23, 24, 25, 63, 64, 101, 102, 103, 104, 112, 113, 125, 126, 127, 128, 129, 142, 143,
    148, 149, 150, 151, 157, 158, 159, 189, 190, 191, 229, 230, 252, 253, 254, 255
  };
  private static final int[] FRACTIONS = {
    0, 1, 2, 0xfff, 0x1000, 0x1001, 0x3fffff, 0x400000, 0x400001, 0x7ffffe, 0x7fffff
  };

  /// For functions of one or two operands.
  static final int[] ALL = all(EXPONENTS, FRACTIONS);

  /// For functions of three operands: few enough for all triples.
  static final int[] FEW =
      all(
          new int[] {0, 1, 24, 103, 126, 127, 128, 149, 150, 151, 253, 254, 255},
          new int[] {0, 1, 0x400000, 0x7fffff});

  private Specials() {}

  private static int[] all(int[] exponents, int[] fractions) {
    return Arrays.stream(exponents)
        .flatMap(e -> Arrays.stream(fractions).map(f -> e << 23 | f))
        .flatMap(magnitude -> IntStream.of(magnitude, magnitude | 0x80000000))
        .toArray();
  }

  /// {@return all special operands of a kind}
  static long[] of(FloatOperand operand, boolean few) {
    return switch (operand) {
      case F32 -> Arrays.stream(few ? FEW : ALL).mapToLong(bits -> bits & 0xffffffffL).toArray();
      case F16 -> IntStream.rangeClosed(0, 0xffff).mapToLong(bits -> bits).toArray();
      case I32, UI32, I64, BOOL -> integers();
    };
  }

  /// Powers of two, their opposites, ties between floats of their size, and all of their neighbours.
  private static long[] integers() {
    return IntStream.range(0, 64)
        .mapToObj(
            i ->
                new long[] {
                  1L << i, (1L << i) + (1L << i >>> 24), (1L << i) + 3 * (1L << i >>> 24)
                })
        .flatMapToLong(Arrays::stream)
        .flatMap(v -> LongStream.rangeClosed(v - 2, v + 2))
        .flatMap(v -> LongStream.of(v, -v))
        .toArray();
  }
}
