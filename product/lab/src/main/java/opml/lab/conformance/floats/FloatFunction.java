package opml.lab.conformance.floats;

import static java.lang.Float.floatToIntBits;
import static java.lang.Float.intBitsToFloat;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import opml.kernels.softfloat.SoftFloat;

/// A function of the soft-float library under TestFloat's name, which says operands and result: in integers (`soft`),
/// and with this machine's floats (`hard`). Rounding is to nearest even; conversions to integers named `minMag` are
/// Java's casts.
///
/// The square root of a double, rounded to float, is the float's correctly rounded root, because 53 bits are at least
/// 2·24 + 2 (Figueroa, When is double rounding innocuous, 1995). `floor`, `ceil` and `rint` of a double are exact. Both
/// are what the Java specification demands of every machine, and so are +, -, ·, / and `Math.fma`.
@SuppressWarnings("ImmutableEnumChecker") // the lists and lambdas never change
public enum FloatFunction {
  F32_ADD(
      "f32_add",
      FloatOperand.F32,
      (a, b, _) -> SoftFloat.add((int) a, (int) b),
      (a, b, _) -> bits(f(a) + f(b)),
      2),
  F32_SUB(
      "f32_sub",
      FloatOperand.F32,
      (a, b, _) -> SoftFloat.sub((int) a, (int) b),
      (a, b, _) -> bits(f(a) - f(b)),
      2),
  F32_MUL(
      "f32_mul",
      FloatOperand.F32,
      (a, b, _) -> SoftFloat.mul((int) a, (int) b),
      (a, b, _) -> bits(f(a) * f(b)),
      2),
  F32_DIV(
      "f32_div",
      FloatOperand.F32,
      (a, b, _) -> SoftFloat.div((int) a, (int) b),
      (a, b, _) -> bits(f(a) / f(b)),
      2),
  F32_MUL_ADD(
      "f32_mulAdd",
      FloatOperand.F32,
      (a, b, c) -> SoftFloat.fma((int) a, (int) b, (int) c),
      (a, b, c) -> bits(Math.fma(f(a), f(b), f(c))),
      3),
  F32_SQRT(
      "f32_sqrt",
      FloatOperand.F32,
      (a, _, _) -> SoftFloat.sqrt((int) a),
      (a, _, _) -> bits((float) Math.sqrt(f(a))),
      1),
  F32_EQ(
      "f32_eq",
      FloatOperand.BOOL,
      (a, b, _) -> SoftFloat.cmpl((int) a, (int) b) == 0 ? 1 : 0,
      (a, b, _) -> f(a) == f(b) ? 1 : 0,
      2),
  F32_LT(
      "f32_lt",
      FloatOperand.BOOL,
      (a, b, _) -> SoftFloat.cmpg((int) a, (int) b) < 0 ? 1 : 0,
      (a, b, _) -> f(a) < f(b) ? 1 : 0,
      2),
  F32_LE(
      "f32_le",
      FloatOperand.BOOL,
      (a, b, _) -> SoftFloat.cmpg((int) a, (int) b) <= 0 ? 1 : 0,
      (a, b, _) -> f(a) <= f(b) ? 1 : 0,
      2),
  F32_MIN(
      "f32_min",
      FloatOperand.F32,
      (a, b, _) -> SoftFloat.min((int) a, (int) b),
      (a, b, _) -> bits(Math.min(f(a), f(b))),
      2),
  F32_MAX(
      "f32_max",
      FloatOperand.F32,
      (a, b, _) -> SoftFloat.max((int) a, (int) b),
      (a, b, _) -> bits(Math.max(f(a), f(b))),
      2),
  I32_TO_F32(
      "i32_to_f32",
      List.of(FloatOperand.I32),
      FloatOperand.F32,
      (a, _, _) -> SoftFloat.fromInt((int) a),
      (a, _, _) -> bits((float) (int) a)),
  UI32_TO_F32(
      "ui32_to_f32",
      List.of(FloatOperand.UI32),
      FloatOperand.F32,
      (a, _, _) -> SoftFloat.fromLong(a & 0xffffffffL),
      (a, _, _) -> bits((float) (a & 0xffffffffL))),
  I64_TO_F32(
      "i64_to_f32",
      List.of(FloatOperand.I64),
      FloatOperand.F32,
      (a, _, _) -> SoftFloat.fromLong(a),
      (a, _, _) -> bits((float) a)),
  F32_TO_I32_MIN_MAG(
      "f32_to_i32_r_minMag",
      FloatOperand.I32,
      (a, _, _) -> SoftFloat.toInt((int) a),
      (a, _, _) -> (int) f(a),
      1),
  F32_TO_I64_MIN_MAG(
      "f32_to_i64_r_minMag",
      FloatOperand.I64,
      (a, _, _) -> SoftFloat.toLong((int) a),
      (a, _, _) -> (long) f(a),
      1),
  F32_TO_I32(
      "f32_to_i32",
      FloatOperand.I32,
      (a, _, _) -> SoftFloat.toInt(SoftFloat.rne((int) a)),
      (a, _, _) -> (int) (float) Math.rint(f(a)),
      1),
  F32_TO_I64(
      "f32_to_i64",
      FloatOperand.I64,
      (a, _, _) -> SoftFloat.toLong(SoftFloat.rne((int) a)),
      (a, _, _) -> (long) (float) Math.rint(f(a)),
      1),
  F32_ROUND(
      "f32_roundToInt",
      FloatOperand.F32,
      (a, _, _) -> SoftFloat.rne((int) a),
      (a, _, _) -> bits((float) Math.rint(f(a))),
      1),
  F32_FLOOR(
      "f32_floor",
      FloatOperand.F32,
      (a, _, _) -> SoftFloat.floor((int) a),
      (a, _, _) -> bits((float) Math.floor(f(a))),
      1),
  F32_CEIL(
      "f32_ceil",
      FloatOperand.F32,
      (a, _, _) -> SoftFloat.ceil((int) a),
      (a, _, _) -> bits((float) Math.ceil(f(a))),
      1),
  F16_TO_F32(
      "f16_to_f32",
      List.of(FloatOperand.F16),
      FloatOperand.F32,
      (a, _, _) -> SoftFloat.fromHalf((int) a),
      (a, _, _) -> bits(Float.float16ToFloat((short) a))),
  F32_TO_F16(
      "f32_to_f16",
      FloatOperand.F16,
      (a, _, _) -> SoftFloat.toHalf((int) a),
      (a, _, _) -> half(f(a)),
      1);

  /// A function of up to three operands, all as bits; it leaves the bits above its operands and its result undefined.
  @FunctionalInterface
  interface Bits {
    long of(long a, long b, long c);
  }

  private final String label;
  private final List<FloatOperand> operands;
  private final FloatOperand result;
  private final Bits soft;
  private final Bits hard;

  FloatFunction(
      String label, List<FloatOperand> operands, FloatOperand result, Bits soft, Bits hard) {
    this.label = label;
    this.operands = operands;
    this.result = result;
    this.soft = soft;
    this.hard = hard;
  }

  FloatFunction(String label, FloatOperand result, Bits soft, Bits hard, int floats) {
    this(label, Collections.nCopies(floats, FloatOperand.F32), result, soft, hard);
  }

  /// {@return the function that TestFloat calls so}
  ///
  /// How it signals makes no difference to us (`quiet`, `signaling`, `rx`). Names with a rounding mode are TestFloat's
  /// own; to nearest even is the mode of the names without one.
  public static Optional<FloatFunction> named(String name) {
    String plain =
        name.replace("_rx_", "_r_").replaceFirst("_(quiet|signaling|r_near_even|x)$", "");
    String label =
        switch (plain) {
          case "f32_roundToInt_r_min" -> F32_FLOOR.label;
          case "f32_roundToInt_r_max" -> F32_CEIL.label;
          default -> plain;
        };
    return Arrays.stream(values()).filter(function -> function.label.equals(label)).findFirst();
  }

  /// {@return all names, for a message}
  public static String names() {
    return Arrays.stream(values()).map(FloatFunction::label).collect(Collectors.joining(", "));
  }

  /// {@return TestFloat's name, or for what TestFloat has not, one like it}
  public String label() {
    return label;
  }

  public List<FloatOperand> operands() {
    return operands;
  }

  public FloatOperand result() {
    return result;
  }

  /// {@return the result in integer arithmetic, as the specification has it}
  public long soft(long a, long b, long c) {
    return result.bits(soft.of(a, b, c));
  }

  /// {@return whether IEEE 754 leaves the result open: a conversion of NaN, or to an integer that would not fit}
  ///
  /// The rounding makes no difference, since floats of that size are integers.
  public boolean isOpen(long a) {
    return switch (result) {
      case I32 -> !(f(a) >= -0x1p31f && f(a) < 0x1p31f);
      case I64 -> !(f(a) >= -0x1p63f && f(a) < 0x1p63f);
      case F32, F16, UI32, BOOL -> false;
    };
  }

  /// {@return the result of this machine's floats, NaN canonical}
  public long hard(long a, long b, long c) {
    return result.bits(hard.of(a, b, c));
  }

  private static float f(long bits) {
    return intBitsToFloat((int) bits);
  }

  private static long bits(float value) {
    return floatToIntBits(value);
  }

  private static long half(float value) {
    return Float.isNaN(value) ? 0x7e00 : Float.floatToFloat16(value);
  }
}
