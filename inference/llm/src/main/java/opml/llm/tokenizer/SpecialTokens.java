package opml.llm.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Cuts a text at the tokens that stand for themselves.
///
/// Longer ones are looked for first, all over the text, so that none is found inside of another. Control tokens are
/// looked for only where the caller wants it: in what a stranger typed, `</s>` is a text.
final class SpecialTokens {
  private final Vocabulary vocabulary;
  private final List<Integer> longestFirst;

  /// Those that take the white space before them, and behind them, away.
  private final Set<Integer> takesLeft;

  private final Set<Integer> takesRight;

  /// A part of a text: either a token, or what lies between.
  sealed interface Part {
    record Whole(int id) implements Part {}

    record Between(String text) implements Part {}
  }

  SpecialTokens(Vocabulary vocabulary, Set<Integer> takesLeft, Set<Integer> takesRight) {
    this.vocabulary = vocabulary;
    this.takesLeft = Set.copyOf(takesLeft);
    this.takesRight = Set.copyOf(takesRight);
    this.longestFirst = all(vocabulary);
  }

  /// {@return the tokens of a vocabulary that stand for themselves, the longest first}
  static List<Integer> all(Vocabulary vocabulary) {
    return IntStream.range(0, vocabulary.size())
        .filter(id -> vocabulary.kind(id).isWhole() && !vocabulary.text(id).isEmpty())
        .boxed()
        .sorted(
            Comparator.comparingInt(
                    (Integer id) -> vocabulary.text(id).getBytes(StandardCharsets.UTF_8).length)
                .reversed())
        .toList();
  }

  /// {@return a text's parts in order, none of them empty}
  ///
  /// @param parseSpecial whether control tokens are looked for
  List<Part> cut(String text, boolean parseSpecial) {
    List<Part> parts = text.isEmpty() ? List.of() : List.of(new Part.Between(text));
    BitSet units = units(text);
    for (int id : longestFirst) {
      if ((parseSpecial || !vocabulary.kind(id).isHidden())
          && units.get(vocabulary.text(id).charAt(0))) {
        parts = cut(parts, id);
      }
    }
    return parts;
  }

  private List<Part> cut(List<Part> parts, int id) {
    if (parts.stream().noneMatch(part -> has(part, id))) {
      return parts;
    }
    List<Part> cut = new ArrayList<>();
    for (Part part : parts) {
      switch (part) {
        case Part.Between(String text) when has(part, id) -> cut(text, id, cut);
        case Part.Between _, Part.Whole _ -> cut.add(part);
      }
    }
    return cut;
  }

  private boolean has(Part part, int id) {
    return part instanceof Part.Between(String text) && text.contains(vocabulary.text(id));
  }

  private void cut(String text, int id, List<Part> parts) {
    String token = vocabulary.text(id);
    int from = 0;
    for (int at = text.indexOf(token); at >= 0; at = text.indexOf(token, from)) {
      int end = at;
      while (takesLeft.contains(id) && end > from && isSpace(text.charAt(end - 1))) {
        end--;
      }
      if (end > from) {
        parts.add(new Part.Between(text.substring(from, end)));
      }
      parts.add(new Part.Whole(id));
      from = at + token.length();
      while (takesRight.contains(id) && from < text.length() && isSpace(text.charAt(from))) {
        from++;
      }
    }
    if (from < text.length()) {
      parts.add(new Part.Between(text.substring(from)));
    }
  }

  /// {@return the UTF-16 units of a text, by which most tokens are known not to be in it}
  private static BitSet units(String text) {
    BitSet units = new BitSet();
    text.chars().forEach(units::set);
    return units;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }
}
