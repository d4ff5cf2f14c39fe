package opml.kernels.catalog;

/// The numbers that cost formulas are made of: the most instructions that compiled programs were seen to execute over
/// adversarial operands (subnormal, cancelling, nearly tied), and a margin. A test of the compiler holds each kernel's
/// formula against what its program executes.
///
/// Sums and products saturate, so that absurd sizes cost `Long.MAX_VALUE` and not something small.
final class Costs {
  /// A kernel's start stub, frame and exit.
  static final long KERNEL = 300;

  /// What a loop costs per turn besides the operations inside, and per start.
  static final long TURN = 30;

  static final long CALL = 60;

  // Soft-float operations, the call included, and for FMA its two loads.
  static final long FMA = 120;
  static final long ADD = 110;
  static final long MULTIPLY = 110;
  static final long DIVIDE = 180;
  static final long MAXIMUM = 40;
  static final long COMPARE = 40;
  static final long ROUND = 60;
  static final long CONVERT = 120;
  static final long STORE = 15;
  static final long EXP = 8 * FMA + 3 * MULTIPLY + ROUND + 2 * CONVERT + 3 * COMPARE + CALL;

  // One turn of an int8 product's innermost loop, loads and offsets included: for four outputs, or
  // for one.
  static final long MATMUL_FOUR = 28;
  static final long MATMUL_ONE = 16;
  static final long CONVOLUTION_FOUR = 36;
  static final long CONVOLUTION_ONE = 18;

  /// One int8 output besides its products.
  static final long REQUANTIZE = 60;

  private Costs() {}

  static long sum(long... terms) {
    long sum = 0;
    for (long term : terms) {
      sum = sum > Long.MAX_VALUE - term ? Long.MAX_VALUE : sum + term;
    }
    return sum;
  }

  /// {@return the product, where a negative count counts nothing}
  static long times(long... factors) {
    long product = 1;
    for (long factor : factors) {
      long high = Math.multiplyHigh(product, Math.max(factor, 0));
      long low = product * Math.max(factor, 0);
      product = high != 0 || low < 0 ? Long.MAX_VALUE : low;
    }
    return product;
  }

  /// {@return the cost of a DOT of `count` products}
  static long dot(long count) {
    return sum(CALL, times(count, FMA + TURN), times(count / 256 + 1, ADD + TURN));
  }

  /// {@return the cost of a SUM of `count` terms}
  static long fold(long count) {
    return sum(times(31, CALL), times(16, ADD + TURN), times(count, ADD + TURN));
  }
}
