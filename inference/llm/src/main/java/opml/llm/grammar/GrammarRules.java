package opml.llm.grammar;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Rules by their names, of which one says what a text may be.
///
/// @param places where each stands, for people
/// @param linked rules that are to be gone on with, and not called
record GrammarRules(
    String root, Map<String, Phrase> phrases, Map<String, String> places, Set<String> linked) {
  /// Smaller ones are as soon written out as called.
  private static final int WORTH_A_CALL = 4;

  /// As many as a chain of them can be without that what looks along it goes too deep.
  private static final int MOST_RULES = 2_000;

  GrammarRules {
    if (phrases.size() > MOST_RULES) {
      throw new GrammarException(
          "grammar: %,d rules, expected are at most %,d".formatted(phrases.size(), MOST_RULES));
    }
    phrases = Map.copyOf(phrases);
    places = Map.copyOf(places);
    linked = Set.copyOf(linked);
  }

  Phrase phrase(String rule) {
    Phrase found = phrases.get(rule);
    if (found == null) {
      throw new GrammarException("there is no rule '%s'".formatted(rule));
    }
    return found;
  }

  /// {@return what people call a rule}
  String place(String rule) {
    return places.getOrDefault(rule, "rule '%s'".formatted(rule));
  }

  /// {@return the rules that one copy serves better than many}
  Set<String> shared() {
    Map<String, Long> uses =
        phrases.values().stream()
            .flatMap(Phrase::names)
            .collect(Collectors.groupingBy(Phrase.Named::rule, Collectors.counting()));
    return phrases.keySet().stream()
        .filter(rule -> !linked.contains(rule))
        .filter(rule -> uses.getOrDefault(rule, 0L) > 1)
        .filter(rule -> phrase(rule).size() >= WORTH_A_CALL)
        .collect(Collectors.toUnmodifiableSet());
  }
}
