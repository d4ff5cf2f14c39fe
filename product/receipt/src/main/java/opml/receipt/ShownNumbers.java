package opml.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// The numbers that an answer tells beside its texts. A stream may tell one again and again, and clients read any of
/// them, so each telling counts.
///
/// @param told by the names that conversations have for them
public record ShownNumbers(SortedMap<String, SequencedSet<BigDecimal>> told) {
  static final String PROMPT = "prompt_tokens";
  static final String COMPLETION = "completion_tokens";
  static final String TOTAL = "total_tokens";
  static final String SEED = "seed";
  static final String TEMPERATURE = "temperature";
  static final String TOP_P = "top_p";
  private static final String CREATED = "created";

  private static final Map<String, String> OF_ANSWERS =
      Map.of(
          CREATED,
          CREATED,
          "created_at",
          CREATED,
          SEED,
          SEED,
          TEMPERATURE,
          TEMPERATURE,
          TOP_P,
          TOP_P);

  private static final Map<String, String> OF_USAGE =
      Map.of(
          PROMPT,
          PROMPT,
          "input_tokens",
          PROMPT,
          COMPLETION,
          COMPLETION,
          "output_tokens",
          COMPLETION,
          TOTAL,
          TOTAL);

  /// Of which our servers never have any.
  static final List<String> NONE = List.of("cached_tokens", "reasoning_tokens");

  private static final BigDecimal LAST_SECOND = BigDecimal.valueOf(Instant.MAX.getEpochSecond());

  /// {@return the numbers in an answer}
  ///
  /// @param answers whole ones, chunks or responses
  /// @param faults hears of what is told in place of a number
  static ShownNumbers of(List<JsonNode> answers, ShownFaults faults) {
    ShownNumbers numbers = new ShownNumbers(new TreeMap<>());
    for (JsonNode answer : answers) {
      OF_ANSWERS.forEach((field, name) -> numbers.add(name, answer.path(field), faults));
      JsonNode usage = answer.path("usage");
      faults.known(AnswerLevel.USAGE, "usage", usage);
      OF_USAGE.forEach((field, name) -> numbers.add(name, usage.path(field), faults));
      for (String details : List.of("input_tokens_details", "output_tokens_details")) {
        faults.known(AnswerLevel.USAGE_DETAILS, details, usage.path(details));
        NONE.forEach(name -> numbers.add(name, usage.path(details).path(name), faults));
      }
    }
    return numbers;
  }

  private void add(String name, JsonNode number, ShownFaults faults) {
    if (number.isMissingNode() || number.isNull()) {
      return;
    }
    if (!number.isNumber()
        || number.isFloatingPointNumber() && !Double.isFinite(number.doubleValue())) {
      faults.add("its %s is no number".formatted(name));
      return;
    }
    told.computeIfAbsent(name, _ -> new LinkedHashSet<>()).add(number.decimalValue());
  }

  /// {@return what is wrong with a number}, if it was told
  ///
  /// @param isRight whether it is what follows from what was signed
  /// @param signed what that is, in words
  Optional<String> flaw(String name, Predicate<BigDecimal> isRight, Object signed) {
    return told.getOrDefault(name, new LinkedHashSet<>()).stream()
        .filter(isRight.negate())
        .findFirst()
        .map(
            wrong ->
                "it tells %s %s, and what was signed has %s"
                    .formatted(name, wrong.round(MathContext.DECIMAL64), signed));
  }

  /// {@return when the answer was given, as it says}, which nobody signs
  public Optional<Instant> created() {
    return told.getOrDefault(CREATED, new LinkedHashSet<>()).stream()
        .filter(second -> second.signum() >= 0 && second.compareTo(LAST_SECOND) < 0)
        .findFirst()
        .map(second -> Instant.ofEpochSecond(second.longValue()));
  }
}
