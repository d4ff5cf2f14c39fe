package opml.llm.grammar;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Rules by their names, of which one says what a text may be.
///
/// @param places where each stands, for people
/// @param linked rules that are to be gone on with, and not called
/// @param mayNarrow whether some of the texts serve where there is no table of all
record GrammarRules(
    String root,
    Map<String, Phrase> phrases,
    Map<String, String> places,
    Set<String> linked,
    boolean mayNarrow) {
  /// Smaller ones are as soon written out as called.
  private static final int WORTH_A_CALL = 4;

  /// As many as a chain of them can be without that what looks along it goes too deep.
  static final int MOST_RULES = 2_000;

  private static final int MOST_DEEP = 1_500;

  GrammarRules {
    if (phrases.size() > MOST_RULES) {
      throw new GrammarException(
          "grammar: more rules than expected, which are at most %,d".formatted(MOST_RULES));
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
    Map<String, Integer> uses = new HashMap<>();
    phrases.values().forEach(phrase -> count(phrase, uses));
    return phrases.keySet().stream()
        .filter(rule -> !linked.contains(rule))
        .filter(rule -> uses.getOrDefault(rule, 0) > 1)
        .filter(rule -> phrase(rule).size() >= WORTH_A_CALL)
        .collect(Collectors.toUnmodifiableSet());
  }

  /// A phrase within others.
  ///
  /// @param often how often it is written out; twice is as good as more
  private record Inside(Phrase phrase, int often, int depth) {}

  /// Counts how often rules are named, up to twice by each name.
  ///
  /// @throws GrammarException if phrases are so deep in each other that what goes into them does not come back
  private static void count(Phrase whole, Map<String, Integer> uses) {
    Deque<Inside> left = new ArrayDeque<>(List.of(new Inside(whole, 1, 0)));
    while (!left.isEmpty()) {
      Inside next = left.removeLast();
      if (next.depth > MOST_DEEP) {
        throw new GrammarException("grammar: its parts are nested too deep in each other");
      }
      int often = next.often;
      switch (next.phrase) {
        case Phrase.Named(String rule) -> uses.merge(rule, often, (a, b) -> Math.min(2, a + b));
        case Phrase.Repeat(Phrase _, int least, int most) ->
            often = most == 1 || most == -1 && least == 0 ? often : 2;
        case Phrase.Chars _, Phrase.Sequence _, Phrase.Choice _ -> {}
      }
      for (Phrase part : next.phrase.inside()) {
        left.add(new Inside(part, often, next.depth + 1));
      }
    }
  }
}
