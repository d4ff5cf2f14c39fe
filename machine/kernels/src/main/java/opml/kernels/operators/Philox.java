package opml.kernels.operators;

/// Random words that are a function of a counter and a key: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, Parallel
/// random numbers: as easy as 1, 2, 3, SC 2011).
///
/// A draw must not depend on those before it, so that each is checked by itself, and its computation must be short in a
/// dispute: this one is some three hundred instructions, passes the usual batteries of tests, and has published test
/// vectors. It is no cipher: whoever chooses the seed knows the draws, as with any seed.
public record Philox(int a, int b, int c, int d) {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_A = 0xd2511f53L;
  private static final long MULTIPLIER_C = 0xcd9e8d57L;
  private static final int WEYL_LOW = 0x9e3779b9;
  private static final int WEYL_HIGH = 0xbb67ae85;

  /// {@return what stands at a counter of four words, under a key of two}
  public static Philox of(int a, int b, int c, int d, int low, int high) {
    for (int i = 0; i < ROUNDS; i++) {
      long first = MULTIPLIER_A * (a & 0xffffffffL);
      long second = MULTIPLIER_C * (c & 0xffffffffL);
      a = (int) (second >>> 32) ^ b ^ low;
      b = (int) second;
      c = (int) (first >>> 32) ^ d ^ high;
      d = (int) first;
      low += WEYL_LOW;
      high += WEYL_HIGH;
    }
    return new Philox(a, b, c, d);
  }

  /// {@return the first two words}
  public long first() {
    return a & 0xffffffffL | (long) b << 32;
  }
}
