package opml.llm.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The parts that texts of JSON are made of.
final class JsonPhrases {
  private static final String PREFIX = "json ";

  /// Any value.
  static final Phrase VALUE = named("value");

  /// What may stand between the parts of a value.
  static final Phrase SPACE = named("space");

  static final Phrase COMMA = Phrase.sequence(Phrase.text(","), SPACE);

  /// What a string has as it is.
  private static final List<Phrase.Span> PLAIN =
      List.of(
          new Phrase.Span(' ', '!'),
          new Phrase.Span('#', '['),
          new Phrase.Span(']', Character.MAX_CODE_POINT));

  private static final Phrase HEX =
      new Phrase.Chars(
          List.of(new Phrase.Span('0', '9'), new Phrase.Span('A', 'F'), new Phrase.Span('a', 'f')));

  private JsonPhrases() {}

  static Phrase named(String rule) {
    return new Phrase.Named(nameOf(rule));
  }

  static String nameOf(String rule) {
    return PREFIX + rule;
  }

  /// {@return whether a rule is one of those that are the same in all schemas}
  static boolean isOne(String rule) {
    return rule.startsWith(PREFIX);
  }

  /// Adds the rules that others name.
  static void addTo(Map<String, Phrase> rules) {
    Phrase digit = Phrase.chars('0', '9');
    rules.put("json digits", new Phrase.Repeat(digit, 1, 15));
    Phrase digits = named("digits");
    Phrase whole =
        Phrase.sequence(
            Phrase.optional(Phrase.text("-")),
            Phrase.choice(
                Phrase.text("0"),
                Phrase.sequence(Phrase.chars('1', '9'), Phrase.optional(digits))));
    rules.put("json integer", whole);
    rules.put(
        "json number",
        Phrase.sequence(
            whole,
            Phrase.optional(Phrase.sequence(Phrase.text("."), digits)),
            Phrase.optional(
                Phrase.sequence(
                    Phrase.anyOf("Ee"),
                    Phrase.optional(Phrase.anyOf("+-")),
                    new Phrase.Repeat(digit, 1, 3)))));
    rules.put("json char", Phrase.choice(new Phrase.Chars(PLAIN), escape()));
    rules.put(
        "json string",
        Phrase.sequence(
            Phrase.text("\""),
            new Phrase.Repeat(rules.getOrDefault("json char", HEX), 0, -1),
            Phrase.text("\"")));
    rules.put("json boolean", Phrase.choice(Phrase.text("true"), Phrase.text("false")));
    rules.put("json null", Phrase.text("null"));
    rules.put(
        "json space",
        Phrase.choice(
            Phrase.empty(),
            Phrase.text(" "),
            Phrase.sequence(
                new Phrase.Repeat(Phrase.text("\n"), 1, 2),
                new Phrase.Repeat(Phrase.anyOf("\t "), 0, 20))));
    Phrase member = Phrase.sequence(named("string"), Phrase.text(":"), SPACE, VALUE, SPACE);
    rules.put(
        "json object", Phrase.sequence(Phrase.text("{"), SPACE, list(member), Phrase.text("}")));
    rules.put(
        "json array",
        Phrase.sequence(
            Phrase.text("["), SPACE, list(Phrase.sequence(VALUE, SPACE)), Phrase.text("]")));
    rules.put(
        "json value",
        Phrase.choice(
            named("object"),
            named("array"),
            named("string"),
            named("number"),
            named("boolean"),
            named("null")));
  }

  private static Phrase list(Phrase part) {
    return Phrase.optional(
        Phrase.sequence(part, new Phrase.Repeat(Phrase.sequence(COMMA, part), 0, -1)));
  }

  /// One character each: halves of characters (surrogates) are none.
  private static Phrase escape() {
    return Phrase.sequence(
        Phrase.text("\\"),
        Phrase.choice(
            Phrase.anyOf("\"/\\bfnrt"),
            Phrase.sequence(
                Phrase.text("u"),
                Phrase.choice(
                    Phrase.sequence(
                        new Phrase.Chars(
                            List.of(
                                new Phrase.Span('0', '9'),
                                new Phrase.Span('A', 'C'),
                                new Phrase.Span('E', 'F'),
                                new Phrase.Span('a', 'c'),
                                new Phrase.Span('e', 'f'))),
                        HEX,
                        HEX,
                        HEX),
                    Phrase.sequence(Phrase.anyOf("Dd"), Phrase.chars('0', '7'), HEX, HEX)))));
  }

  /// {@return one way to write a value}
  static Phrase literal(JsonNode value) {
    if (value.isTextual()) {
      return string(value.asText());
    }
    if (!value.isContainerNode()) {
      return Phrase.text(value.toString());
    }
    List<Phrase> parts = new ArrayList<>();
    parts.add(Phrase.text(value.isArray() ? "[" : "{"));
    parts.add(SPACE);
    if (value.isArray()) {
      value.forEach(one -> add(parts, literal(one)));
    } else {
      value
          .properties()
          .forEach(
              one ->
                  add(
                      parts,
                      Phrase.sequence(
                          string(one.getKey()), Phrase.text(":"), SPACE, literal(one.getValue()))));
    }
    parts.add(Phrase.text(value.isArray() ? "]" : "}"));
    return new Phrase.Sequence(parts);
  }

  private static void add(List<Phrase> parts, Phrase next) {
    if (parts.size() > 2) {
      parts.add(COMMA);
    }
    parts.add(next);
    parts.add(SPACE);
  }

  /// {@return a string in its quotes}
  static Phrase string(String text) {
    return Phrase.sequence(
        Phrase.text("\""),
        new Phrase.Sequence(text.codePoints().mapToObj(c -> Phrase.text(written(c))).toList()),
        Phrase.text("\""));
  }

  /// {@return how a character is written within a string}
  static String written(int c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      default ->
          c < ' ' || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE
              ? "\\u%04x".formatted(c)
              : Character.toString(c);
    };
  }

  /// {@return one of some characters, as strings have them}
  static Phrase characters(List<Phrase.Span> spans) {
    List<Phrase> options = new ArrayList<>();
    List<Phrase.Span> plain = new ArrayList<>();
    for (Phrase.Span span : spans) {
      for (Phrase.Span as : PLAIN) {
        int from = Math.max(span.from(), as.from());
        int to = Math.min(span.to(), as.to());
        if (from <= to) {
          plain.add(new Phrase.Span(from, to));
        }
      }
      for (int c = span.from(); c <= Math.min(span.to(), '\\'); c++) {
        if (c < ' ' || c == '"' || c == '\\') {
          options.add(Phrase.text(written(c)));
        }
      }
    }
    options.add(new Phrase.Chars(plain));
    return new Phrase.Choice(options);
  }

  /// {@return strings that are none of some, nor a way to write one}: names with escapes are none of them
  static Phrase otherThan(Set<String> names) {
    if (names.isEmpty()) {
      return named("string");
    }
    return Phrase.sequence(
        Phrase.text("\""),
        others(names.stream().map(String::codePoints).map(c -> c.boxed().toList()).toList()));
  }

  /// {@return what goes on to the end of a string that none of some goes on with}
  private static Phrase others(List<List<Integer>> names) {
    Map<Integer, List<List<Integer>>> byFirst = new TreeMap<>();
    boolean isOne = false;
    for (List<Integer> name : names) {
      if (name.isEmpty()) {
        isOne = true;
      } else {
        byFirst
            .computeIfAbsent(name.getFirst(), _ -> new ArrayList<>())
            .add(name.subList(1, name.size()));
      }
    }
    List<Phrase.Span> taken = byFirst.keySet().stream().map(c -> new Phrase.Span(c, c)).toList();
    List<Phrase> options = new ArrayList<>();
    if (!isOne) {
      options.add(Phrase.text("\""));
    }
    List<Phrase.Span> free = new ArrayList<>();
    for (Phrase.Span span : GbnfParser.others(taken)) {
      for (Phrase.Span plain : PLAIN) {
        int from = Math.max(span.from(), plain.from());
        int to = Math.min(span.to(), plain.to());
        if (from <= to) {
          free.add(new Phrase.Span(from, to));
        }
      }
    }
    options.add(
        Phrase.sequence(
            new Phrase.Chars(free),
            new Phrase.Repeat(new Phrase.Chars(PLAIN), 0, -1),
            Phrase.text("\"")));
    byFirst.forEach(
        (first, rest) -> options.add(Phrase.sequence(Phrase.text(written(first)), others(rest))));
    return new Phrase.Choice(options);
  }

  /// {@return the texts of a format, if it is one of those that are held to it}
  static @Nullable Phrase format(String name) {
    String date = "\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])";
    String time = "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{3})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)";
    Map<String, String> known = new LinkedHashMap<>();
    known.put("date", date);
    known.put("time", time);
    known.put("date-time", date + "T" + time);
    known.put("uuid", "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    String pattern = known.get(name);
    return pattern == null ? null : PatternParser.parse("^" + pattern + "$", "format");
  }
}
