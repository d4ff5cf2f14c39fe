package opml.llm.grammar;

import java.util.Arrays;
import java.util.List;

/// Texts, as the right side of a rule says what they may be.
sealed interface Phrase {
  /// {@return nothing}
  static Phrase empty() {
    return new Sequence(List.of());
  }

  /// One of some characters.
  ///
  /// @param spans disjoint, rising
  record Chars(List<Span> spans) implements Phrase {
    public Chars {
      spans = List.copyOf(spans);
    }
  }

  /// Code points from one to another one, which is among them.
  record Span(int from, int to) {}

  /// One behind the other.
  record Sequence(List<Phrase> parts) implements Phrase {
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /// One of several.
  record Choice(List<Phrase> options) implements Phrase {
    public Choice {
      options = List.copyOf(options);
    }
  }

  /// Several of a kind.
  ///
  /// @param most -1 for any number
  record Repeat(Phrase part, int least, int most) implements Phrase {}

  /// What a rule says.
  record Named(String rule) implements Phrase {}

  static Phrase text(String text) {
    return new Sequence(text.codePoints().<Phrase>mapToObj(c -> chars(c, c)).toList());
  }

  static Chars chars(int from, int to) {
    return new Chars(List.of(new Span(from, to)));
  }

  /// {@return one of the characters of a text, which are rising}
  static Chars anyOf(String characters) {
    return new Chars(characters.codePoints().mapToObj(c -> new Span(c, c)).toList());
  }

  static Phrase sequence(Phrase... parts) {
    return new Sequence(Arrays.asList(parts));
  }

  static Phrase choice(Phrase... options) {
    return new Choice(Arrays.asList(options));
  }

  static Phrase optional(Phrase part) {
    return new Repeat(part, 0, 1);
  }

  /// The most states that are counted.
  long MOST_SIZE = 1L << 40;

  /// {@return the phrases that this one is made of}
  default List<Phrase> inside() {
    return switch (this) {
      case Chars _, Named _ -> List.of();
      case Sequence(List<Phrase> parts) -> parts;
      case Choice(List<Phrase> options) -> options;
      case Repeat(Phrase part, int _, int _) -> List.of(part);
    };
  }

  /// {@return about how many states it takes, as far as these are counted}
  default long size() {
    return switch (this) {
      case Chars _, Named _ -> 1;
      case Sequence _, Choice _ -> {
        long sum = 0;
        for (Phrase part : inside()) {
          sum = Math.min(MOST_SIZE, sum + part.size());
        }
        yield sum;
      }
      case Repeat(Phrase part, int least, int most) ->
          Math.min(MOST_SIZE, part.size() * Math.max(1, Math.max(least, most)));
    };
  }
}
