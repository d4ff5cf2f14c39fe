package opml.formats.onnx.text;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.HalfFloats;
import opml.engine.tensor.Tensor;
import opml.formats.strings.StringTensor;

/// Cast between numbers and strings.
///
/// A float is written as ONNX's reference writes it, as NumPy does: with the fewest digits that no other float of its
/// type is nearer to, plainly (`314.15926`, `1.0`) or, below 1e-4 and from 1e16 on, with an exponent (`1e-05`). What
/// is no number is `NaN`, `INF` or `-INF`, the words that the operator reserves. A bool is `True` or `False`.
///
/// What is read is a decimal number, with an exponent or not, one of these words in any case, or `INFINITY`; a string
/// that is something else, of which the operator says nothing, is refused. A fraction becomes an integer without what
/// is behind its point.
final class NumberText {
  /// Chars of a number that is read: more than any double has digits.
  private static final int MOST_CHARS = 1100;

  private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]++");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?([0-9]++(\\.[0-9]*+)?|\\.[0-9]++)([eE][+-]?[0-9]++)?");

  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final double LEAST_PLAIN = 1e-4;
  private static final double LEAST_LARGE = 1e16;

  /// No type of ours has floats that need more digits.
  private static final int MOST_DIGITS = 17;

  private NumberText() {}

  /// {@return the numbers as strings}
  static StringTensor write(Tensor x) {
    StringTensor.requireRoom(x.shape().count());
    List<String> values = new ArrayList<>();
    for (int i = 0; i < x.shape().count(); i++) {
      values.add(write(x, i));
    }
    return new StringTensor(x.shape(), values);
  }

  private static String write(Tensor x, int index) {
    return switch (x.type()) {
      case BOOL -> x.integer(index) == 0 ? "False" : "True";
      case U64 -> Long.toUnsignedString(x.integer(index));
      default ->
          x.type().isFloat() ? write(x.type(), x.real(index)) : Long.toString(x.integer(index));
    };
  }

  private static String write(ElementType type, double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "INF" : "-INF";
    }
    if (value == 0) {
      return 1 / value > 0 ? "0.0" : "-0.0";
    }
    BigDecimal digits = shortest(type, Math.abs(value));
    String sign = value < 0 ? "-" : "";
    double size = digits.doubleValue();
    if (size >= LEAST_PLAIN && size < LEAST_LARGE) {
      String plain = digits.toPlainString();
      return sign + (plain.contains(".") ? plain : plain + ".0");
    }
    String all = digits.unscaledValue().toString();
    int exponent = all.length() - 1 - digits.scale();
    return "%s%s%se%s%02d"
        .formatted(
            sign,
            all.charAt(0),
            all.length() > 1 ? "." + all.substring(1) : "",
            exponent < 0 ? "-" : "+",
            Math.abs(exponent));
  }

  /// {@return the decimal of the fewest digits that reads as a float, without zeros at its end}
  private static BigDecimal shortest(ElementType type, double value) {
    BigDecimal exact = new BigDecimal(value);
    if (type == ElementType.F32 || type == ElementType.F64) {
      // Java writes two digits at least.
      BigDecimal one = exact.round(new MathContext(1, RoundingMode.HALF_EVEN));
      if (rounded(type, one.doubleValue()) == value) {
        return one.stripTrailingZeros();
      }
      String written =
          type == ElementType.F32 ? Float.toString((float) value) : Double.toString(value);
      return new BigDecimal(written).stripTrailingZeros();
    }
    for (int digits = 1; digits < MOST_DIGITS; digits++) {
      BigDecimal some = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded(type, some.doubleValue()) == value) {
        return some.stripTrailingZeros();
      }
    }
    return exact.stripTrailingZeros();
  }

  private static double rounded(ElementType type, double value) {
    return switch (type) {
      case F64 -> value;
      case F16 -> Float.float16ToFloat(HalfFloats.binary16(value));
      case BF16 -> HalfFloats.ofBfloat16(HalfFloats.bfloat16(value));
      default -> (float) value;
    };
  }

  /// {@return the strings as numbers of a type}
  ///
  /// @throws IllegalArgumentException if one is no number, or none of the type
  static Tensor read(StringTensor x, ElementType type) {
    Tensor y = Tensor.zero(type, x.shape());
    for (int i = 0; i < x.values().size(); i++) {
      String text = x.values().get(i);
      try {
        put(y, i, text);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "string %d is no %s: %s".formatted(i, type.label(), Names.shown(text)), e);
      }
    }
    return y;
  }

  private static void put(Tensor y, int index, String text) {
    MemorySegment data = y.data();
    switch (y.type()) {
      case F64 -> data.set(I64, 8L * index, Double.doubleToLongBits(real(text)));
      case F32 -> data.set(I32, 4L * index, Float.floatToIntBits(single(text)));
      case F16 -> data.set(I16, 2L * index, HalfFloats.binary16(real(text)));
      case BF16 -> data.set(I16, 2L * index, HalfFloats.bfloat16(real(text)));
      case BOOL -> data.set(ValueLayout.JAVA_BYTE, index, (byte) (truth(text) ? 1 : 0));
      case I64, U64 -> data.set(I64, 8L * index, integer(y.type(), text));
      case I32, U32 -> data.set(I32, 4L * index, (int) integer(y.type(), text));
      case I16, U16 -> data.set(I16, 2L * index, (short) integer(y.type(), text));
      case I8, U8 -> data.set(ValueLayout.JAVA_BYTE, index, (byte) integer(y.type(), text));
      default -> throw new NumberFormatException();
    }
  }

  private static String java(String text) {
    if (text.length() > MOST_CHARS) {
      throw new NumberFormatException();
    }
    String sign = text.startsWith("-") ? "-" : "";
    String word = text.replaceFirst("^[+-]", "").toUpperCase(Locale.ROOT);
    if (word.equals("INF") || word.equals("INFINITY")) {
      return sign + "Infinity";
    }
    if (word.equals("NAN")) {
      return "NaN";
    }
    if (!DECIMAL.matcher(text).matches()) {
      throw new NumberFormatException();
    }
    return text;
  }

  private static float single(String text) {
    return Float.parseFloat(java(text));
  }

  private static double real(String text) {
    return Double.parseDouble(java(text));
  }

  private static boolean truth(String text) {
    return switch (text.toUpperCase(Locale.ROOT)) {
      case "TRUE" -> true;
      case "FALSE" -> false;
      default -> real(text) != 0;
    };
  }

  private static long integer(ElementType type, String text) {
    if (type == ElementType.U64 && INTEGER.matcher(text).matches()) {
      return Long.parseUnsignedLong(text);
    }
    long value = INTEGER.matcher(text).matches() ? Long.parseLong(text) : whole(real(text));
    int unused = Long.SIZE - 8 * type.bytes();
    boolean fits =
        type.isUnsigned()
            ? value >= 0 && value << unused >>> unused == value
            : value << unused >> unused == value;
    if (!fits) {
      throw new NumberFormatException();
    }
    return value;
  }

  private static long whole(double value) {
    if (!(Math.abs(value) < 0x1p63)) {
      throw new NumberFormatException();
    }
    return (long) value;
  }
}
