package opml.llm.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Methods that Python's values have, those of them that change nothing, and what a loop says of itself.
final class Methods {
  private final Pythonic python;
  private final Spending spending;

  Methods(Pythonic python, Spending spending) {
    this.python = python;
    this.spending = spending;
  }

  /// {@return what a value has under a name behind a dot, but for entries}
  Optional<Datum> find(Datum of, String name) {
    return switch (of) {
      case Datum.Text(String text) -> text(text, name).map(callee -> function(name, callee));
      case Datum.Entries(Map<String, Datum> entries) ->
          map(entries, name).map(callee -> function(name, callee));
      case Datum.Items(List<Datum> items, _) ->
          list(items, name).map(callee -> function(name, callee));
      case Datum.Namespace(Map<String, Datum> entries) -> Optional.ofNullable(entries.get(name));
      case Datum.Loop loop -> loop(loop, name);
      case Datum.Whole _,
          Datum.Real _,
          Datum.Flag _,
          Datum.Nothing _,
          Datum.Missing _,
          Datum.Function _ ->
          Optional.empty();
    };
  }

  private static Datum function(String name, Datum.Callee callee) {
    return new Datum.Function(name, callee);
  }

  private Optional<Datum> loop(Datum.Loop loop, String name) {
    int index = loop.index();
    int length = loop.items().size();
    return Optional.ofNullable(
        switch (name) {
          case "index" -> Datum.of(index + 1L);
          case "index0" -> Datum.of((long) index);
          case "revindex" -> Datum.of((long) length - index);
          case "revindex0" -> Datum.of(length - index - 1L);
          case "first" -> Datum.of(index == 0);
          case "last" -> Datum.of(index == length - 1);
          case "length" -> Datum.of((long) length);
          // Only loops that call themselves are deeper, which we do not have.
          case "depth" -> Datum.of(1);
          case "depth0" -> Datum.of(0);
          case "previtem" -> index == 0 ? null : loop.items().get(index - 1);
          case "nextitem" -> index == length - 1 ? null : loop.items().get(index + 1);
          case "cycle" ->
              function(
                  name,
                  given -> {
                    if (given.positional().isEmpty()) {
                      throw new TemplateException("nothing to cycle through");
                    }
                    return given.positional().get(index % given.positional().size());
                  });
          default -> null;
        });
  }

  private Optional<Datum.Callee> list(List<Datum> items, String name) {
    return Optional.ofNullable(
        switch (name) {
          case "index" ->
              given -> {
                for (int i = 0; i < items.size(); i++) {
                  if (python.areEqual(items.get(i), given.get(0, "value"))) {
                    return Datum.of((long) i);
                  }
                }
                throw new TemplateException("the value is not in the list");
              };
          case "count" ->
              given ->
                  Datum.of(
                      items.stream()
                          .filter(item -> python.areEqual(item, given.get(0, "value")))
                          .count());
          default -> null;
        });
  }

  private Optional<Datum.Callee> map(Map<String, Datum> entries, String name) {
    return Optional.ofNullable(
        switch (name) {
          case "items" -> _ -> pairs(entries);
          case "keys" -> _ -> Datum.list(python.items(Datum.map(entries)));
          case "values" ->
              _ -> {
                spending.steps(entries.size());
                return Datum.list(List.copyOf(entries.values()));
              };
          case "get" ->
              given -> {
                Datum found =
                    given.get(0, "key") instanceof Datum.Text(String key) ? entries.get(key) : null;
                return found == null ? given.get(1, "default", Datum.NONE) : found;
              };
          case "copy" ->
              _ -> {
                spending.steps(entries.size());
                return Datum.map(new LinkedHashMap<>(entries));
              };
          default -> null;
        });
  }

  /// {@return the entries of a map as pairs}
  Datum pairs(Map<String, Datum> entries) {
    spending.steps(2L * entries.size());
    List<Datum> pairs = new ArrayList<>();
    entries.forEach((key, value) -> pairs.add(Datum.tuple(Datum.of(key), value)));
    return Datum.list(pairs);
  }

  private Optional<Datum.Callee> text(String text, String name) {
    return Optional.ofNullable(
        switch (name) {
          case "strip" -> given -> strip(text, given.get(0, "chars", Datum.NONE), true, true);
          case "lstrip" -> given -> strip(text, given.get(0, "chars", Datum.NONE), true, false);
          case "rstrip" -> given -> strip(text, given.get(0, "chars", Datum.NONE), false, true);
          case "upper" -> _ -> made(text, Pythonic::upper);
          case "lower", "casefold" -> _ -> made(text, Pythonic::lower);
          case "capitalize" -> _ -> made(text, Pythonic::capitalised);
          case "title" -> _ -> made(text, Methods::titled);
          case "startswith" -> given -> Datum.of(anyOf(given.get(0, "prefix"), text::startsWith));
          case "endswith" -> given -> Datum.of(anyOf(given.get(0, "suffix"), text::endsWith));
          case "removeprefix" ->
              given -> {
                String prefix = Pythonic.text(given.get(0, "prefix"));
                return text.startsWith(prefix)
                    ? cut(text, prefix.length(), text.length())
                    : Datum.of(text);
              };
          case "removesuffix" ->
              given -> {
                String suffix = Pythonic.text(given.get(0, "suffix"));
                return !suffix.isEmpty() && text.endsWith(suffix)
                    ? cut(text, 0, text.length() - suffix.length())
                    : Datum.of(text);
              };
          case "replace" ->
              given ->
                  Datum.of(
                      replaced(
                          text,
                          Pythonic.text(given.get(0, "old")),
                          Pythonic.text(given.get(1, "new")),
                          given.get(2, "count", Datum.of(-1))));
          case "split" ->
              given ->
                  split(
                      text,
                      given.get(0, "sep", Datum.NONE),
                      Pythonic.whole(given.get(1, "maxsplit", Datum.of(-1))));
          case "rsplit" ->
              given ->
                  splitFromEnd(
                      text,
                      given.get(0, "sep", Datum.NONE),
                      Pythonic.whole(given.get(1, "maxsplit", Datum.of(-1))));
          case "splitlines" -> _ -> lines(text);
          case "partition" -> given -> partition(text, Pythonic.text(given.get(0, "sep")));
          case "find" ->
              given -> {
                int found = python.find(text, Pythonic.text(given.get(0, "sub")), 0);
                return Datum.of(found < 0 ? -1L : text.codePointCount(0, found));
              };
          case "rfind" ->
              given -> {
                String part = Pythonic.text(given.get(0, "sub"));
                python.find(text, part, 0);
                int found = text.lastIndexOf(part);
                return Datum.of(found < 0 ? -1L : text.codePointCount(0, found));
              };
          case "count" -> given -> Datum.of(count(text, Pythonic.text(given.get(0, "sub"))));
          case "join" ->
              given -> joined(text, python.items(given.get(0, "iterable")), Pythonic::text);
          case "isdigit", "isnumeric", "isdecimal" -> _ -> all(text, Character::isDigit);
          case "isalpha" -> _ -> all(text, Character::isLetter);
          case "isalnum" -> _ -> all(text, Character::isLetterOrDigit);
          case "isspace" -> _ -> all(text, Pythonic::isSpace);
          case "islower" ->
              _ -> Datum.of(new Checks(python).holds("lower", Datum.of(text), Arguments.NONE));
          case "isupper" ->
              _ -> Datum.of(new Checks(python).holds("upper", Datum.of(text), Arguments.NONE));
          default -> null;
        });
  }

  private Datum made(String text, UnaryOperator<String> making) {
    spending.making(3L * text.length());
    return Datum.of(making.apply(text));
  }

  private Datum all(String text, IntPredicate holds) {
    spending.reading(text.length());
    return Datum.of(!text.isEmpty() && text.codePoints().allMatch(holds));
  }

  private static boolean anyOf(Datum parts, Predicate<String> holds) {
    return parts instanceof Datum.Items(List<Datum> several, _)
        ? several.stream().map(Pythonic::text).anyMatch(holds)
        : holds.test(Pythonic.text(parts));
  }

  private Datum cut(String text, int from, int to) {
    spending.making((long) to - from);
    return Datum.of(text.substring(from, to));
  }

  /// Takes away white space, or all of some characters, at the ends.
  Datum strip(String text, Datum characters, boolean atBegin, boolean atEnd) {
    IntPredicate goes =
        characters instanceof Datum.Nothing ? Pythonic::isSpace : set(Pythonic.text(characters));
    int from = 0;
    int to = text.length();
    while (atBegin && from < to && goes.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (atEnd && to > from && goes.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return cut(text, from, to);
  }

  /// Looking for a character takes as long as there are others: so many that it would tell are no set.
  private IntPredicate set(String characters) {
    if (characters.length() > 256) {
      throw new TemplateException("more than 256 characters to strip");
    }
    return c -> characters.indexOf(c) >= 0;
  }

  /// Large letters where words begin, as `str.title` has them.
  private static String titled(String text) {
    StringBuilder titled = new StringBuilder(text.length());
    boolean isInside = false;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      String letter = Character.toString(text.codePointAt(i));
      titled.append(isInside ? Pythonic.lower(letter) : Pythonic.upper(letter));
      isInside = Character.isLetter(text.codePointAt(i));
    }
    return titled.toString();
  }

  /// @param count of replacements, at most; negative or none for all
  String replaced(String text, String old, String with, Datum count) {
    long most = count instanceof Datum.Nothing ? -1 : Pythonic.whole(count);
    StringBuilder replaced = new StringBuilder();
    int at = 0;
    for (long i = 0; i != most; i++) {
      int found = old.isEmpty() ? at : python.find(text, old, at);
      if (found < 0) {
        break;
      }
      spending.making((long) found - at + with.length() + 1);
      replaced.append(text, at, found).append(with);
      at = found + old.length();
      if (old.isEmpty()) {
        if (at == text.length()) {
          return replaced.toString();
        }
        int next = at + Character.charCount(text.codePointAt(at));
        replaced.append(text, at, next);
        at = next;
      }
    }
    spending.making((long) text.length() - at);
    return replaced.append(text, at, text.length()).toString();
  }

  private long count(String text, String part) {
    if (part.isEmpty()) {
      return text.codePointCount(0, text.length()) + 1L;
    }
    long count = 0;
    for (int at = python.find(text, part, 0);
        at >= 0;
        at = python.find(text, part, at + part.length())) {
      count++;
    }
    return count;
  }

  private Datum split(String text, Datum separator, long most) {
    List<Datum> parts = new ArrayList<>();
    if (separator instanceof Datum.Nothing) {
      int at = 0;
      while (true) {
        int begin = skip(text, at, true);
        if (begin == text.length()) {
          return Datum.list(parts);
        }
        if (parts.size() == most) {
          parts.add(cut(text, begin, text.length()));
          return Datum.list(parts);
        }
        at = skip(text, begin, false);
        parts.add(cut(text, begin, at));
      }
    }
    String by = Pythonic.text(separator);
    if (by.isEmpty()) {
      throw new TemplateException("an empty separator");
    }
    int at = 0;
    while (parts.size() != most) {
      int found = python.find(text, by, at);
      if (found < 0) {
        break;
      }
      parts.add(cut(text, at, found));
      at = found + by.length();
    }
    parts.add(cut(text, at, text.length()));
    return Datum.list(parts);
  }

  private static int skip(String text, int from, boolean isSpace) {
    int at = from;
    while (at < text.length() && Pythonic.isSpace(text.charAt(at)) == isSpace) {
      at++;
    }
    return at;
  }

  private Datum splitFromEnd(String text, Datum separator, long most) {
    if (separator instanceof Datum.Nothing) {
      if (most >= 0) {
        throw new TemplateException("rsplit at white space with a count, which we do not have");
      }
      return split(text, separator, -1);
    }
    List<Datum> parts = python.items(split(text, separator, -1));
    int rest = most < 0 ? 0 : (int) Math.max(0, parts.size() - 1 - most);
    if (rest == 0) {
      return Datum.list(parts);
    }
    List<Datum> joined = new ArrayList<>();
    joined.add(joined(Pythonic.text(separator), parts.subList(0, rest + 1), Pythonic::text));
    joined.addAll(parts.subList(rest + 1, parts.size()));
    return Datum.list(joined);
  }

  private Datum partition(String text, String separator) {
    int found = separator.isEmpty() ? -1 : python.find(text, separator, 0);
    return found < 0
        ? Datum.tuple(Datum.of(text), Datum.of(""), Datum.of(""))
        : Datum.tuple(
            cut(text, 0, found),
            Datum.of(separator),
            cut(text, found + separator.length(), text.length()));
  }

  private Datum lines(String text) {
    List<Datum> lines = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '\n' && c <= '\r'
          || c >= 0x1c && c <= 0x1e
          || c == 0x85
          || c == 0x2028
          || c == 0x2029) {
        lines.add(cut(text, begin, i));
        if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
          i++;
        }
        begin = i + 1;
      }
    }
    if (begin < text.length()) {
      lines.add(cut(text, begin, text.length()));
    }
    return Datum.list(lines);
  }

  /// What a value is in a text that is joined of many.
  @FunctionalInterface
  interface Shown {
    String show(Datum value);
  }

  Datum joined(String separator, List<Datum> items, Shown shown) {
    StringBuilder joined = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      String part = shown.show(items.get(i));
      spending.making((long) part.length() + separator.length());
      joined.append(i == 0 ? "" : separator).append(part);
    }
    return Datum.of(joined.toString());
  }
}
