package opml.llm.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Numbers between bounds, digit by digit.
final class NumberPhrases {
  private static final int MOST_DIGITS = 16;
  private static final BigInteger GREATEST =
      BigInteger.TEN.pow(MOST_DIGITS).subtract(BigInteger.ONE);

  private NumberPhrases() {}

  /// {@return whole numbers, of 16 digits at most, between the bounds of a schema}
  static Phrase integers(JsonNode schema, String place) {
    if (!schema.has("minimum")
        && !schema.has("maximum")
        && !schema.has("exclusiveMinimum")
        && !schema.has("exclusiveMaximum")) {
      return JsonPhrases.named("integer");
    }
    BigInteger least = GREATEST.negate();
    BigInteger most = GREATEST;
    BigDecimal from = bound(schema, "minimum", place);
    if (from != null) {
      least = least.max(from.setScale(0, RoundingMode.CEILING).toBigIntegerExact());
    }
    BigDecimal above = bound(schema, "exclusiveMinimum", place);
    if (above != null) {
      least =
          least.max(above.setScale(0, RoundingMode.FLOOR).toBigIntegerExact().add(BigInteger.ONE));
    }
    BigDecimal to = bound(schema, "maximum", place);
    if (to != null) {
      most = most.min(to.setScale(0, RoundingMode.FLOOR).toBigIntegerExact());
    }
    BigDecimal below = bound(schema, "exclusiveMaximum", place);
    if (below != null) {
      most =
          most.min(
              below.setScale(0, RoundingMode.CEILING).toBigIntegerExact().subtract(BigInteger.ONE));
    }
    if (least.compareTo(most) > 0) {
      throw SchemaReader.failure(
          place, "there is no number of %d digits between its bounds".formatted(MOST_DIGITS));
    }
    return signed(least, most, Phrase.empty(), Phrase.empty());
  }

  /// {@return numbers with up to 15 digits behind the point, and no exponents, between whole bounds, with these}
  static Phrase numbers(JsonNode schema, String place) {
    for (String open : List.of("exclusiveMinimum", "exclusiveMaximum")) {
      if (schema.has(open)) {
        throw SchemaReader.failure(
            place, "'%s' of numbers that need not be whole is not taken".formatted(open));
      }
    }
    BigInteger least = whole(bound(schema, "minimum", place), GREATEST.negate(), place);
    BigInteger most = whole(bound(schema, "maximum", place), GREATEST, place);
    if (least.compareTo(most) > 0) {
      throw SchemaReader.failure(place, "there is no number between its bounds");
    }
    Phrase digits = JsonPhrases.named("digits");
    return signed(
        least,
        most,
        Phrase.optional(Phrase.sequence(Phrase.text("."), digits)),
        Phrase.optional(
            Phrase.sequence(Phrase.text("."), new Phrase.Repeat(Phrase.text("0"), 1, 15))));
  }

  private static BigInteger whole(@Nullable BigDecimal bound, BigInteger missing, String place) {
    if (bound == null) {
      return missing;
    }
    if (bound.stripTrailingZeros().scale() > 0) {
      throw SchemaReader.failure(
          place, "a bound of numbers that need not be whole is taken if it is whole");
    }
    return bound.toBigInteger().min(GREATEST).max(GREATEST.negate());
  }

  private static @Nullable BigDecimal bound(JsonNode schema, String key, String place) {
    JsonNode found = schema.path(key);
    if (found.isMissingNode()) {
      return null;
    }
    // One beyond all doubles has been read as infinite where numbers are doubles.
    if (!found.isNumber() || found.isDouble() && !Double.isFinite(found.doubleValue())) {
      throw SchemaReader.failure(place + "/" + key, "expected is a number");
    }
    BigDecimal value = found.decimalValue();
    if (value.precision() > 40 || Math.abs((long) value.scale()) > 40) {
      throw SchemaReader.failure(place + "/" + key, "expected is a number of at most 40 digits");
    }
    return value;
  }

  /// @param inside what may follow the digits of a number that is none of the bounds' size
  /// @param edge what may follow those of the greatest
  private static Phrase signed(BigInteger least, BigInteger most, Phrase inside, Phrase edge) {
    List<Phrase> options = new ArrayList<>();
    if (most.signum() >= 0) {
      options.add(sized(least.max(BigInteger.ZERO), most, inside, edge));
    }
    if (least.signum() < 0) {
      BigInteger from = most.signum() < 0 ? most.negate() : zeroOrOne(inside);
      options.add(Phrase.sequence(Phrase.text("-"), sized(from, least.negate(), inside, edge)));
    }
    return new Phrase.Choice(options);
  }

  /// Of whole numbers, -0 is none.
  private static BigInteger zeroOrOne(Phrase inside) {
    return inside.equals(Phrase.empty()) ? BigInteger.ONE : BigInteger.ZERO;
  }

  private static Phrase sized(BigInteger from, BigInteger to, Phrase inside, Phrase edge) {
    if (inside.equals(Phrase.empty())) {
      return between(from, to);
    }
    Phrase last = Phrase.sequence(Phrase.text(to.toString()), edge);
    return from.equals(to)
        ? last
        : Phrase.choice(Phrase.sequence(between(from, to.subtract(BigInteger.ONE)), inside), last);
  }

  /// {@return the digits of whole numbers from 0 on}
  private static Phrase between(BigInteger from, BigInteger to) {
    List<Phrase> options = new ArrayList<>();
    for (int digits = from.toString().length(); digits <= to.toString().length(); digits++) {
      BigInteger power = BigInteger.TEN.pow(digits - 1);
      BigInteger least = digits == 1 ? BigInteger.ZERO : power;
      BigInteger most = BigInteger.TEN.multiply(power).subtract(BigInteger.ONE);
      options.add(alike(from.max(least).toString(), to.min(most).toString()));
    }
    return new Phrase.Choice(options);
  }

  /// {@return the numbers between two with as many digits}
  private static Phrase alike(String from, String to) {
    if (from.isEmpty()) {
      return Phrase.empty();
    }
    char low = from.charAt(0);
    char high = to.charAt(0);
    String least = from.substring(1);
    String most = to.substring(1);
    if (low == high) {
      return Phrase.sequence(Phrase.chars(low, low), alike(least, most));
    }
    int rest = least.length();
    String zeros = "0".repeat(rest);
    String nines = "9".repeat(rest);
    // A digit behind which all numbers are right stands with its neighbours, or the options would
    // double with each.
    boolean isWholeLow = least.equals(zeros);
    boolean isWholeHigh = most.equals(nines);
    int first = isWholeLow ? low : low + 1;
    int last = isWholeHigh ? high : high - 1;
    List<Phrase> options = new ArrayList<>();
    if (!isWholeLow) {
      options.add(Phrase.sequence(Phrase.chars(low, low), alike(least, nines)));
    }
    if (first <= last) {
      options.add(
          Phrase.sequence(
              Phrase.chars(first, last), new Phrase.Repeat(Phrase.chars('0', '9'), rest, rest)));
    }
    if (!isWholeHigh) {
      options.add(Phrase.sequence(Phrase.chars(high, high), alike(zeros, most)));
    }
    return new Phrase.Choice(options);
  }
}
