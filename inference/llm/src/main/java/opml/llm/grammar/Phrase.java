package opml.llm.grammar;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Texts, as the right side of a rule says what they may be.
sealed interface Phrase {
  /// Nothing.
  Phrase EMPTY = new Sequence(List.of());

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

  /// {@return how often each phrase in this one, and itself, is written out: streams of names alone}
  default Stream<Named> names() {
    return switch (this) {
      case Chars _ -> Stream.of();
      case Sequence(List<Phrase> parts) -> parts.stream().flatMap(Phrase::names);
      case Choice(List<Phrase> options) -> options.stream().flatMap(Phrase::names);
      case Repeat(Phrase part, int least, int most) ->
          // Twice is as good as often.
          most == 1 || most == -1 && least == 0
              ? part.names()
              : Stream.concat(part.names(), part.names());
      case Named named -> Stream.of(named);
    };
  }

  /// {@return about how many states it takes}
  default long size() {
    return switch (this) {
      case Chars _ -> 1;
      case Sequence(List<Phrase> parts) -> parts.stream().mapToLong(Phrase::size).sum();
      case Choice(List<Phrase> options) -> options.stream().mapToLong(Phrase::size).sum();
      case Repeat(Phrase part, int least, int most) ->
          part.size() * Math.max(1, Math.max(least, most));
      case Named _ -> 1;
    };
  }
}
