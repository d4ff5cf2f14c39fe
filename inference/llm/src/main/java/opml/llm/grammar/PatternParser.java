package opml.llm.grammar;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.core.codec.Printable;
import org.jspecify.annotations.Nullable;

/// Reads the regular expressions of schemas, as far as they are regular: characters, classes, `.`, groups,
/// alternatives, repetitions, and `^` and `$` at the ends. They are about strings; made of them are phrases of how JSON
/// writes these, each character in the one way that needs no escape, or the shortest one.
final class PatternParser {
  private static final List<Phrase.Span> DIGITS = List.of(new Phrase.Span('0', '9'));
  private static final List<Phrase.Span> WORDS =
      List.of(
          new Phrase.Span('0', '9'),
          new Phrase.Span('A', 'Z'),
          new Phrase.Span('_', '_'),
          new Phrase.Span('a', 'z'));
  private static final List<Phrase.Span> SPACES =
      List.of(new Phrase.Span('\t', '\r'), new Phrase.Span(' ', ' '), new Phrase.Span(0xa0, 0xa0));
  private static final List<Phrase.Span> LINE_ENDS =
      List.of(
          new Phrase.Span('\n', '\n'),
          new Phrase.Span('\r', '\r'),
          new Phrase.Span(0x2028, 0x2029));
  private static final Phrase ANY = JsonPhrases.characters(GbnfParser.others(List.of()));
  private static final Phrase ANY_OF_A_LINE = JsonPhrases.characters(GbnfParser.others(LINE_ENDS));
  private static final Pattern COUNTS =
      Pattern.compile("\\{(?<least>\\d{1,9})(?<on>,(?<most>\\d{1,9})?)?}");
  private static final int MOST_NESTED = 100;
  private static final int MOST_REPEATED = 10_000;

  private final String text;
  private final String place;
  private int at;
  private int nested;

  private PatternParser(String text, String place) {
    this.text = text;
    this.place = place;
  }

  /// @param place of it in the schema
  /// @throws GrammarException if it is none, or not regular
  static Phrase parse(String text, String place) {
    return new PatternParser(text, place).all();
  }

  private Phrase all() {
    Phrase any = new Phrase.Repeat(ANY, 0, -1);
    boolean begins = peek() == '^';
    if (begins) {
      at++;
    }
    boolean ends = text.endsWith("$") && !text.endsWith("\\$");
    int end = ends ? text.length() - 1 : text.length();
    Phrase inside = alternatives(end);
    if (at < end) {
      throw failure("expected is the end, found '%s'".formatted(Printable.line(peek() + "")));
    }
    if ((begins || ends) && inside instanceof Phrase.Choice && !text.startsWith("^(")) {
      throw failure("alternatives beside ^ or $: expected is a group around them");
    }
    return Phrase.sequence(begins ? Phrase.empty() : any, inside, ends ? Phrase.empty() : any);
  }

  private Phrase alternatives(int end) {
    List<Phrase> options = new ArrayList<>();
    options.add(sequence(end));
    while (at < end && peek() == '|') {
      at++;
      options.add(sequence(end));
    }
    return options.size() == 1 ? options.getFirst() : new Phrase.Choice(options);
  }

  private Phrase sequence(int end) {
    List<Phrase> parts = new ArrayList<>();
    while (at < end && peek() != '|' && peek() != ')') {
      parts.add(repeated(element(end)));
    }
    return new Phrase.Sequence(parts);
  }

  private Phrase element(int end) {
    int c = text.codePointAt(at);
    return switch (c) {
      case '(' -> group(end);
      case '[' -> JsonPhrases.characters(characters());
      case '.' -> {
        at++;
        yield ANY_OF_A_LINE;
      }
      case '\\' -> {
        at++;
        yield JsonPhrases.characters(escaped());
      }
      case '^', '$', '*', '+', '?', '{', '}' ->
          throw failure("'%s' is not taken there".formatted(Character.toString(c)));
      default -> {
        at += Character.charCount(c);
        yield JsonPhrases.characters(List.of(new Phrase.Span(c, c)));
      }
    };
  }

  private Phrase group(int end) {
    at++;
    if (++nested > MOST_NESTED) {
      throw failure("groups are nested more than %d deep".formatted(MOST_NESTED));
    }
    if (text.startsWith("?:", at)) {
      at += 2;
    } else if (peek() == '?') {
      throw failure("groups that look ahead or back are not regular");
    }
    Phrase phrase = alternatives(end);
    if (at >= end || peek() != ')') {
      throw failure("a group without an end");
    }
    at++;
    nested--;
    return phrase;
  }

  private List<Phrase.Span> characters() {
    at++;
    boolean others = peek() == '^';
    if (others) {
      at++;
    }
    List<Phrase.Span> spans = new ArrayList<>();
    while (peek() != ']') {
      List<Phrase.Span> next = one();
      boolean single = next.size() == 1 && next.getFirst().from() == next.getFirst().to();
      if (single && peek() == '-' && at + 1 < text.length() && text.charAt(at + 1) != ']') {
        at++;
        List<Phrase.Span> last = one();
        int from = next.getFirst().from();
        if (last.size() != 1 || last.getFirst().to() < from) {
          throw failure("a range of characters that is none");
        }
        spans.add(new Phrase.Span(from, last.getFirst().to()));
      } else {
        spans.addAll(next);
      }
    }
    at++;
    return others ? GbnfParser.others(spans) : GbnfParser.united(spans);
  }

  private List<Phrase.Span> one() {
    if (at >= text.length()) {
      throw failure("a class of characters without an end");
    }
    int c = text.codePointAt(at);
    at += Character.charCount(c);
    return c == '\\' ? escaped() : List.of(new Phrase.Span(c, c));
  }

  private List<Phrase.Span> escaped() {
    if (at >= text.length()) {
      throw failure("an escape without an end");
    }
    int c = text.codePointAt(at);
    at += Character.charCount(c);
    return switch (c) {
      case 'd' -> DIGITS;
      case 'D' -> GbnfParser.others(DIGITS);
      case 'w' -> WORDS;
      case 'W' -> GbnfParser.others(WORDS);
      case 's' -> SPACES;
      case 'S' -> GbnfParser.others(SPACES);
      case 'n' -> one('\n');
      case 'r' -> one('\r');
      case 't' -> one('\t');
      case 'f' -> one('\f');
      case 'v' -> one(0x0b);
      case 'x' -> one(hex(2));
      case 'u' -> one(hex(4));
      default -> {
        if (Character.isLetterOrDigit(c)) {
          throw failure("\\%s is not taken".formatted(Character.toString(c)));
        }
        yield one(c);
      }
    };
  }

  private static List<Phrase.Span> one(int c) {
    return List.of(new Phrase.Span(c, c));
  }

  private int hex(int digits) {
    try {
      int value = HexFormat.fromHexDigits(text, at, at + digits);
      at += digits;
      return value;
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw failure("expected are %d hexadecimal digits".formatted(digits));
    }
  }

  private Phrase repeated(Phrase part) {
    @Nullable Phrase phrase =
        switch (peek()) {
          case '*' -> new Phrase.Repeat(part, 0, -1);
          case '+' -> new Phrase.Repeat(part, 1, -1);
          case '?' -> new Phrase.Repeat(part, 0, 1);
          case '{' -> counted(part);
          default -> null;
        };
    if (phrase == null) {
      return part;
    }
    at++;
    // Whether as much or as little as can be is looked for first makes no other texts.
    if (peek() == '?') {
      at++;
    }
    return phrase;
  }

  /// Leaves the brace at the end.
  private Phrase counted(Phrase part) {
    Matcher counts = COUNTS.matcher(text).region(at, text.length());
    if (counts.lookingAt()) {
      int least = Integer.parseInt(counts.group("least"));
      boolean isExact = counts.group("on") == null;
      String bound = isExact ? counts.group("least") : counts.group("most");
      int most = bound == null ? -1 : Integer.parseInt(bound);
      if (Math.max(least, most) <= MOST_REPEATED && (most < 0 || most >= least)) {
        at = counts.end() - 1;
        return new Phrase.Repeat(part, least, most);
      }
    }
    throw failure("expected is a repetition, as {2}, {2,} or {2,3}");
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private GrammarException failure(String what) {
    return SchemaReader.failure(place, "at %d of the pattern: %s".formatted(at + 1, what));
  }
}
