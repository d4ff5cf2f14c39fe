package opml.compiler.library;

/// The lesser and the greater of two integers, for which RV64IM has no instruction: `Math.min` and `Math.max` are
/// compiled as these.
public final class Extremes {
  private Extremes() {}

  public static int min(int a, int b) {
    return a <= b ? a : b;
  }

  public static int max(int a, int b) {
    return a >= b ? a : b;
  }

  public static long min(long a, long b) {
    return a <= b ? a : b;
  }

  public static long max(long a, long b) {
    return a >= b ? a : b;
  }
}
