package opml.vm.isa;

/// What RISC-V's M extension defines and Java's operators do not, after the manual's "Semantics for division by zero
/// and division overflow". Java's own `/` and `%` already give the wrapped quotient and the remainder 0 of the least
/// number by -1.
public final class Arithmetic {
  private Arithmetic() {}

  /// {@return the upper 64 bits of the product of signed `a` and unsigned `b`}
  public static long multiplyHighSignedUnsigned(long a, long b) {
    return Math.multiplyHigh(a, b) + (b >> 63 & a);
  }

  public static long divide(long a, long b) {
    return b == 0 ? -1 : a / b;
  }

  public static long divideUnsigned(long a, long b) {
    return b == 0 ? -1 : Long.divideUnsigned(a, b);
  }

  public static long remainder(long a, long b) {
    return b == 0 ? a : a % b;
  }

  public static long remainderUnsigned(long a, long b) {
    return b == 0 ? a : Long.remainderUnsigned(a, b);
  }

  public static int divide(int a, int b) {
    return b == 0 ? -1 : a / b;
  }

  public static int divideUnsigned(int a, int b) {
    return b == 0 ? -1 : Integer.divideUnsigned(a, b);
  }

  public static int remainder(int a, int b) {
    return b == 0 ? a : a % b;
  }

  public static int remainderUnsigned(int a, int b) {
    return b == 0 ? a : Integer.remainderUnsigned(a, b);
  }
}
