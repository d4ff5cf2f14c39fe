package opml.lab.compare;

import opml.engine.tensor.Tensor;

/// How far apart two tensors of the same type and shape are. Elements that are both NaN, or the same infinity, are
/// equal; of a pair of which one is neither, all distances are infinite.
///
/// @param absolute the largest difference
/// @param relative the largest difference divided by the size of the other; infinite where that is 0
/// @param ulps the largest number of floats from one to the other, those of the tensor's own type; of integers the
///     difference
/// @param beyond how many elements are further apart than the tolerance
/// @param worst the first element that is the furthest beyond the tolerance, or the furthest apart if none is
public record ValueDistance(double absolute, double relative, double ulps, int beyond, int worst) {
  /// Two tensors are close if in each element |a − b| is at most `absolute` + `relative` · |b|; integers know the first
  /// alone.
  public record Tolerance(double relative, double absolute) {}

  /// {@return how far apart they are}
  ///
  /// @param other b
  static ValueDistance of(Tensor one, Tensor other, Tolerance tolerance) {
    boolean isFloat = one.type().isFloat();
    double absolute = 0;
    double relative = 0;
    double ulps = 0;
    double furthest = 0;
    int beyond = 0;
    int worst = 0;
    for (int i = 0; i < one.shape().count(); i++) {
      double a = isFloat ? one.real(i) : one.integer(i);
      double b = isFloat ? other.real(i) : other.integer(i);
      double apart = isFloat ? apart(a, b) : Math.abs(one.integer(i) - (double) other.integer(i));
      if (!isFloat && one.integer(i) != other.integer(i)) {
        apart = Math.max(apart, 1); // large ones may be one double
      }
      double allowed = tolerance.absolute() + (isFloat ? tolerance.relative() * Math.abs(b) : 0);
      // A tolerance of NaN or infinity would forgive everything.
      boolean far = apart > 0 && !(apart <= allowed && Double.isFinite(apart));
      boolean isFirstFar = far && beyond == 0;
      beyond += far ? 1 : 0;
      double how = far && Double.isFinite(allowed) ? apart - allowed : apart;
      if (isFirstFar || far == beyond > 0 && how > furthest) {
        furthest = how;
        worst = i;
      }
      if (apart > 0) {
        absolute = Math.max(absolute, apart);
        relative = Math.max(relative, apart / Math.abs(b));
        ulps = Math.max(ulps, isFloat && Double.isFinite(apart) ? ulps(one, other, i) : apart);
      }
    }
    return new ValueDistance(absolute, relative, ulps, beyond, worst);
  }

  private static double apart(double a, double b) {
    if (a == b || Double.isNaN(a) && Double.isNaN(b)) {
      return 0;
    }
    double apart = Math.abs(a - b);
    return Double.isNaN(apart) ? Double.POSITIVE_INFINITY : apart;
  }

  private static double ulps(Tensor one, Tensor other, int i) {
    double a = one.real(i);
    double b = other.real(i);
    return switch (one.type()) {
      case F64 ->
          Math.abs(
              (double) ordered(Double.doubleToLongBits(a), Long.MIN_VALUE)
                  - (double) ordered(Double.doubleToLongBits(b), Long.MIN_VALUE));
      case F16 -> ulps(Float.floatToFloat16((float) a), Float.floatToFloat16((float) b), 1L << 15);
      case BF16 -> ulps(bits(a) >> 16, bits(b) >> 16, 1L << 15);
      default -> ulps(bits(a), bits(b), 1L << 31);
    };
  }

  private static int bits(double value) {
    return Float.floatToIntBits((float) value);
  }

  private static double ulps(int a, int b, long sign) {
    long mask = 2 * sign - 1;
    return Math.abs(ordered(a & mask, sign) - (double) ordered(b & mask, sign));
  }

  /// {@return a float's bits as a number that grows with the float; both zeros are 0}
  private static long ordered(long bits, long sign) {
    return (bits & sign) == 0 ? bits : -(bits & ~sign);
  }
}
