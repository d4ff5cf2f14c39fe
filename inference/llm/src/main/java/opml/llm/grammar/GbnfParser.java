package opml.llm.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import opml.core.codec.Printable;

/// Reads GBNF, llama.cpp's notation of grammars: rules `name ::= …` of literals, classes of characters, `.`, groups,
/// alternatives, and repetitions.
final class GbnfParser {
  /// How deep groups are nested, at most.
  private static final int MOST_NESTED = 100;

  /// How often something is repeated, at most.
  private static final int MOST_REPEATED = 10_000;

  /// Letters of a grammar, at most.
  static final int MOST_LETTERS = 500_000;

  private final String text;

  /// Where its lines begin.
  private final int[] lines;

  private final Map<String, Phrase> rules = new LinkedHashMap<>();
  private final Map<String, String> places = new LinkedHashMap<>();
  private final Map<String, Integer> uses = new LinkedHashMap<>();
  private int at;
  private int nested;

  private GbnfParser(String text) {
    this.text = text;
    this.lines =
        IntStream.concat(
                IntStream.of(0),
                IntStream.rangeClosed(1, text.length()).filter(i -> text.charAt(i - 1) == '\n'))
            .toArray();
  }

  /// @throws GrammarException if it is none
  static GrammarRules parse(String text) {
    if (text.length() > MOST_LETTERS) {
      throw new GrammarException(
          "grammar: %,d letters, expected are at most %,d".formatted(text.length(), MOST_LETTERS));
    }
    GbnfParser parser = new GbnfParser(text);
    parser.all();
    return new GrammarRules("root", parser.rules, parser.places, Set.of(), false);
  }

  private void all() {
    space(true);
    while (at < text.length()) {
      rule();
      space(true);
    }
    uses.forEach(
        (rule, place) -> {
          if (!rules.containsKey(rule)) {
            throw failure(place, "there is no rule '%s'".formatted(rule));
          }
        });
    if (!rules.containsKey("root")) {
      throw failure(at, "expected is a rule 'root', which says what a text is");
    }
  }

  private void rule() {
    int begin = at;
    String name = name();
    space(false);
    if (!text.startsWith("::=", at)) {
      throw failure(at, "expected is '::=' behind the name of a rule");
    }
    at += 3;
    space(true);
    Phrase phrase = alternatives(false);
    if (rules.putIfAbsent(name, phrase) != null) {
      throw failure(begin, "there is a rule '%s' already".formatted(name));
    }
    if (rules.size() > GrammarRules.MOST_RULES) {
      throw failure(
          begin,
          "more rules than expected, which are at most %,d".formatted(GrammarRules.MOST_RULES));
    }
    places.put(name, "rule '%s' (%s)".formatted(name, place(begin)));
    if (at < text.length() && peek() != '\n' && peek() != '\r') {
      throw failure(at, "expected is the end of a rule, found %s".formatted(shown()));
    }
  }

  private String name() {
    int begin = at;
    while (at < text.length() && isWord(text.charAt(at))) {
      at++;
    }
    if (at == begin) {
      throw failure(at, "expected is the name of a rule, found %s".formatted(shown()));
    }
    return text.substring(begin, at);
  }

  private static boolean isWord(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '-'
        || c == '_';
  }

  private Phrase alternatives(boolean isGroup) {
    List<Phrase> options = new ArrayList<>();
    options.add(sequence(isGroup));
    while (isMore(isGroup)) {
      at++;
      space(true);
      options.add(sequence(isGroup));
    }
    return options.size() == 1 ? options.getFirst() : new Phrase.Choice(options);
  }

  /// {@return whether there is one more alternative}, also at the beginning of the next line
  private boolean isMore(boolean isGroup) {
    int before = at;
    space(true);
    if (peek() == '|') {
      return true;
    }
    if (!isGroup) {
      at = before;
    }
    return false;
  }

  private Phrase sequence(boolean isGroup) {
    List<Phrase> parts = new ArrayList<>();
    while (at < text.length() && "|)\n\r".indexOf(peek()) < 0) {
      parts.add(repeated(element()));
      space(isGroup);
    }
    return parts.size() == 1 ? parts.getFirst() : new Phrase.Sequence(parts);
  }

  private Phrase element() {
    char c = peek();
    return switch (c) {
      case '"' -> literal();
      case '[' -> characters();
      case '.' -> {
        at++;
        yield Phrase.chars(0, Character.MAX_CODE_POINT);
      }
      case '(' -> group();
      case '<', '!' -> throw failure(at, "tokens are none of a grammar's parts here, only texts");
      default -> {
        if (!isWord(c)) {
          throw failure(at, "expected is a part of a text, found %s".formatted(shown()));
        }
        int begin = at;
        String name = name();
        uses.putIfAbsent(name, begin);
        yield new Phrase.Named(name);
      }
    };
  }

  private Phrase group() {
    int begin = at;
    at++;
    if (++nested > MOST_NESTED) {
      throw failure(begin, "groups are nested more than %d deep".formatted(MOST_NESTED));
    }
    space(true);
    Phrase phrase = alternatives(true);
    if (peek() != ')') {
      throw failure(begin, "a group without an end: expected is ')', found " + shown());
    }
    at++;
    nested--;
    return phrase;
  }

  private Phrase literal() {
    int begin = at;
    at++;
    StringBuilder characters = new StringBuilder();
    while (peek() != '"') {
      characters.appendCodePoint(character(begin, "a literal"));
    }
    at++;
    return Phrase.text(characters.toString());
  }

  private Phrase characters() {
    int begin = at;
    at++;
    boolean others = peek() == '^';
    if (others) {
      at++;
    }
    List<Phrase.Span> spans = new ArrayList<>();
    while (peek() != ']') {
      int first = character(begin, "a class of characters");
      int last = first;
      if (peek() == '-' && at + 1 < text.length() && text.charAt(at + 1) != ']') {
        at++;
        last = character(begin, "a class of characters");
      }
      if (last < first) {
        throw failure(begin, "a range of characters ends before it begins");
      }
      spans.add(new Phrase.Span(first, last));
    }
    at++;
    return new Phrase.Chars(others ? others(spans) : united(spans));
  }

  static List<Phrase.Span> united(List<Phrase.Span> spans) {
    List<Phrase.Span> sorted = new ArrayList<>(spans);
    sorted.sort(Comparator.comparingInt(Phrase.Span::from));
    List<Phrase.Span> united = new ArrayList<>();
    for (Phrase.Span next : sorted) {
      if (!united.isEmpty() && next.from() <= united.getLast().to() + 1) {
        Phrase.Span last = united.removeLast();
        united.add(new Phrase.Span(last.from(), Math.max(last.to(), next.to())));
      } else {
        united.add(next);
      }
    }
    return united;
  }

  static List<Phrase.Span> others(List<Phrase.Span> spans) {
    List<Phrase.Span> others = new ArrayList<>();
    int from = 0;
    for (Phrase.Span span : united(spans)) {
      if (span.from() > from) {
        others.add(new Phrase.Span(from, span.from() - 1));
      }
      from = span.to() + 1;
    }
    if (from <= Character.MAX_CODE_POINT) {
      others.add(new Phrase.Span(from, Character.MAX_CODE_POINT));
    }
    return others;
  }

  private int character(int begin, String what) {
    if (at >= text.length() || peek() == '\n') {
      throw failure(begin, what + " without an end");
    }
    int c = text.codePointAt(at);
    at += Character.charCount(c);
    if (c != '\\') {
      return c;
    }
    char escaped = peek();
    at++;
    return switch (escaped) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '\\', '"', '[', ']', '-', '^', '/' -> escaped;
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      case 'U' -> hex(8);
      default ->
          throw failure(at - 2, "an escape that there is not: \\" + Printable.line(escaped + ""));
    };
  }

  private int hex(int digits) {
    int begin = at;
    long value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0) {
        throw failure(begin, "expected are %d hexadecimal digits".formatted(digits));
      }
      value = value << 4 | digit;
      at++;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw failure(begin, "there is no such character");
    }
    return (int) value;
  }

  private Phrase repeated(Phrase part) {
    Phrase phrase = part;
    int begin = at;
    for (int i = 0; ; i++) {
      if (i > MOST_NESTED) {
        throw failure(begin, "more than %d repetitions of repetitions".formatted(MOST_NESTED));
      }
      switch (peek()) {
        case '*' -> phrase = new Phrase.Repeat(phrase, 0, -1);
        case '+' -> phrase = new Phrase.Repeat(phrase, 1, -1);
        case '?' -> phrase = new Phrase.Repeat(phrase, 0, 1);
        case '{' -> {
          phrase = counted(phrase);
          continue;
        }
        default -> {
          return phrase;
        }
      }
      at++;
    }
  }

  private Phrase counted(Phrase part) {
    int begin = at;
    at++;
    space(false);
    int least = peek() == ',' ? 0 : number(begin);
    space(false);
    int most = least;
    if (peek() == ',') {
      at++;
      space(false);
      most = peek() == '}' ? -1 : number(begin);
      space(false);
    }
    if (peek() != '}' || most >= 0 && most < least) {
      throw failure(begin, "expected is a repetition, as {2}, {2,} or {2,3}");
    }
    at++;
    return new Phrase.Repeat(part, least, most);
  }

  private int number(int begin) {
    int value = 0;
    int from = at;
    while (peek() >= '0' && peek() <= '9' && value <= MOST_REPEATED) {
      value = 10 * value + peek() - '0';
      at++;
    }
    if (at == from || value > MOST_REPEATED) {
      throw failure(
          begin, "expected is a number of repetitions, 0 to %,d".formatted(MOST_REPEATED));
    }
    return value;
  }

  private void space(boolean lines) {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
          at++;
        }
      } else if (c == ' ' || c == '\t' || lines && (c == '\n' || c == '\r')) {
        at++;
      } else {
        return;
      }
    }
  }

  /// {@return the character that is next; 0 at the end}
  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private String shown() {
    return at < text.length() ? "'%s'".formatted(Printable.line(peek() + "")) : "the end";
  }

  private String place(int position) {
    int found = Arrays.binarySearch(lines, position);
    int line = found < 0 ? -found - 2 : found;
    return "line %d, column %d".formatted(line + 1, position - lines[line] + 1);
  }

  private GrammarException failure(int position, String what) {
    return new GrammarException("grammar: %s: %s".formatted(place(position), what));
  }
}
