package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// Functions of one float: y has f(x) for each of n elements. `spec/numerics.md` has what each is off by at most.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Unary {
  private Unary() {}

  /// The magnitude.
  public static void absF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Math.abs(Mem.f32(x, at)));
    }
  }

  /// The number of the other sign, of zeros, too.
  public static void negF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, -Mem.f32(x, at));
    }
  }

  /// -1, 0 or 1; +0 of both zeros, NaN of NaN.
  public static void signF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      float value = Mem.f32(x, at);
      Mem.putF32(y, at, value > 0f ? 1f : value < 0f ? -1f : value == 0f ? 0f : value);
    }
  }

  /// The greatest integer that is not above x.
  public static void floorF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, F32.floor(Mem.f32(x, at)));
    }
  }

  /// The least integer that is not below x.
  public static void ceilF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, F32.ceil(Mem.f32(x, at)));
    }
  }

  /// The nearest integer, ties to even.
  public static void roundF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, F32.rne(Mem.f32(x, at)));
    }
  }

  /// The square root, correctly rounded; NaN below 0, -0 of -0.
  public static void sqrtF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, F32.sqrt(Mem.f32(x, at)));
    }
  }

  /// `1 / x`.
  public static void reciprocalF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, 1f / Mem.f32(x, at));
    }
  }

  /// e to the power x.
  public static void expF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Functions.exp(Mem.f32(x, at)));
    }
  }

  /// The natural logarithm.
  public static void logF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Functions.log(Mem.f32(x, at)));
    }
  }

  /// The error function.
  public static void erfF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Functions.erf(Mem.f32(x, at)));
    }
  }

  /// The sine.
  public static void sinF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Trigonometry.sin(Mem.f32(x, at)));
    }
  }

  /// The cosine.
  public static void cosF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Trigonometry.cos(Mem.f32(x, at)));
    }
  }

  /// The tangent.
  public static void tanF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Trigonometry.tan(Mem.f32(x, at)));
    }
  }

  /// The inverse sine.
  public static void asinF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Trigonometry.asin(Mem.f32(x, at)));
    }
  }

  /// The inverse cosine.
  public static void acosF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Trigonometry.acos(Mem.f32(x, at)));
    }
  }

  /// The inverse tangent.
  public static void atanF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Trigonometry.atan(Mem.f32(x, at)));
    }
  }

  /// The hyperbolic sine.
  public static void sinhF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Hyperbolics.sinh(Mem.f32(x, at)));
    }
  }

  /// The hyperbolic cosine.
  public static void coshF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Hyperbolics.cosh(Mem.f32(x, at)));
    }
  }

  /// The hyperbolic tangent.
  public static void tanhF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Hyperbolics.tanh(Mem.f32(x, at)));
    }
  }

  /// The inverse hyperbolic sine.
  public static void asinhF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Hyperbolics.asinh(Mem.f32(x, at)));
    }
  }

  /// The inverse hyperbolic cosine.
  public static void acoshF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Hyperbolics.acosh(Mem.f32(x, at)));
    }
  }

  /// The inverse hyperbolic tangent.
  public static void atanhF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Hyperbolics.atanh(Mem.f32(x, at)));
    }
  }

  /// `1 / (1 + exp(-x))`.
  public static void sigmoidF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Hyperbolics.sigmoid(Mem.f32(x, at)));
    }
  }
}
