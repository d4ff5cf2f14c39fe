package opml.kernels.memory;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/// The float operations that kernel Java has besides Java's own operators. Each is exactly specified by IEEE 754, so
/// HotSpot, a Vector API twin and the soft-float of the virtual machine give the same bits; the compiler maps each to
/// [opml.kernels.softfloat.SoftFloat].
public final class F32 {
  private static final boolean HARDWARE_FMA = hotSpotUsesFma();

  private F32() {}

  /// {@return a·b + c, rounded once}
  ///
  /// `Math.fma` costs 1 ns where HotSpot has the instruction and some 400 ns (BigDecimal) where it does not, so the
  /// choice is made once, at start.
  public static float fma(float a, float b, float c) {
    return HARDWARE_FMA ? Math.fma(a, b, c) : fmaInDouble(a, b, c);
  }

  /// {@return the square root, correctly rounded} The double's 53 bits are at least 2·24 + 2, so that rounding twice
  /// is rounding once (Figueroa, When is double rounding innocuous?, 1995).
  public static float sqrt(float x) {
    return (float) Math.sqrt(x);
  }

  /// {@return the nearest integer, ties to even; keeps the sign of zero, infinities and NaN}
  public static float rne(float x) {
    return (float) Math.rint(x);
  }

  /// {@return the greatest integer that is not above x; keeps the sign of zero, infinities and NaN}
  public static float floor(float x) {
    return (float) Math.floor(x);
  }

  /// {@return the least integer that is not below x; keeps the sign of zero, infinities and NaN}
  public static float ceil(float x) {
    return (float) Math.ceil(x);
  }

  /// fma without the instruction. The product is exact in double (48 of 53 bits); the sum is rounded to odd, by Knuth's
  /// TwoSum and a correction of the last bit, so that narrowing to float rounds as if the sum had been exact (Boldo and
  /// Melquiond, Emulation of FMA and correctly rounded sums, 2008). No double here can be subnormal or overflow.
  static float fmaInDouble(float a, float b, float c) {
    double product = (double) a * b;
    double sum = product + c;
    double addend = sum - product;
    double error = (product - (sum - addend)) + (c - addend);
    // Neither comparison holds when the sum is infinite or NaN: the error is then NaN.
    if (error > 0 || error < 0) {
      long bits = Double.doubleToRawLongBits(sum);
      if ((bits & 1) == 0) {
        bits += (error > 0) == (sum > 0) ? 1 : -1;
      }
      return (float) Double.longBitsToDouble(bits);
    }
    return (float) sum;
  }

  /// HotSpot names its decision; on another JVM, or where the bean is missing, the slower form is right as well.
  private static boolean hotSpotUsesFma() {
    try {
      @Nullable HotSpotDiagnosticMXBean hotSpot =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return hotSpot != null && Boolean.parseBoolean(hotSpot.getVMOption("UseFMA").getValue());
    } catch (IllegalArgumentException noSuchOption) {
      return false;
    }
  }
}
