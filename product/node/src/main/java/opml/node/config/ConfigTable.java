package opml.node.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.codec.Printable;
import opml.ethereum.quorum.Quorum;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/// A table of a node's file. Each method reads one key, and notes what is wrong with it instead of throwing; what it
/// returns then stands for nothing, and is not used.
final class ConfigTable {
  private static final int SHOWN_MOST = 60;

  private final Path file;
  private final String name;
  private final TomlTable table;
  private final TomlPosition start;
  private final List<ConfigProblem> problems;
  private final Set<String> known = new LinkedHashSet<>();

  /// @param name before its keys, such as `chain.`
  /// @param start where the table begins
  /// @param problems that more are added to
  ConfigTable(
      Path file, String name, TomlTable table, TomlPosition start, List<ConfigProblem> problems) {
    this.file = file;
    this.name = name;
    this.table = table;
    this.start = start;
    this.problems = problems;
  }

  boolean has(String key) {
    known.add(key);
    return table.contains(List.of(key));
  }

  // ------------------------------------------------------------------ values

  Optional<String> text(String key, String expected) {
    return value(key)
        .flatMap(
            found ->
                found instanceof String text && !text.isBlank()
                    ? Optional.of(text)
                    : wrong(key, expected, shown(found)));
  }

  boolean flag(String key, boolean otherwise) {
    return value(key)
        .flatMap(
            found ->
                found instanceof Boolean flag
                    ? Optional.of(flag)
                    : wrong(key, "true or false", shown(found)))
        .orElse(otherwise);
  }

  /// {@return one of these words}
  Optional<String> choice(String key, List<String> words) {
    return value(key)
        .flatMap(
            found ->
                found instanceof String word && words.contains(word)
                    ? Optional.of(word)
                    : wrong(key, choices(words), shown(found) + nearest(found, words)));
  }

  /// {@return words of these}
  Optional<Set<String>> choices(String key, List<String> words) {
    int before = problems.size();
    Set<String> chosen = new LinkedHashSet<>();
    Optional<TomlArray> array = array(key, "a list of " + choices(words));
    for (int i = 0; i < array.map(TomlArray::size).orElse(0); i++) {
      Object found = array.get().get(i);
      if (found instanceof String word && words.contains(word)) {
        chosen.add(word);
      } else {
        note(
            element(array.get(), i),
            "%s[%d]".formatted(key, i + 1),
            choices(words),
            shown(found) + nearest(found, words));
      }
    }
    return array.isPresent() && before == problems.size() ? Optional.of(chosen) : Optional.empty();
  }

  /// {@return values that are written as texts, each once; none if the key is not there}
  ///
  /// @param read nothing if a text is no such value
  <T> Set<T> values(String key, String expected, Function<String, Optional<T>> read) {
    Set<T> values = new LinkedHashSet<>();
    Optional<TomlArray> array = array(key, "a list of " + expected);
    if (array.filter(TomlArray::isEmpty).isPresent()) {
      wrong(key, "at least one of these; without the key, it is about none in particular", "none");
    }
    for (int i = 0; i < array.map(TomlArray::size).orElse(0); i++) {
      Object found = array.get().get(i);
      Optional<T> value = found instanceof String text ? read.apply(text) : Optional.empty();
      if (value.isEmpty() || !values.add(value.get())) {
        note(
            element(array.get(), i),
            "%s[%d]".formatted(key, i + 1),
            value.isEmpty() ? expected : "each of them once",
            value.isEmpty() ? shown(found) : "it again");
      }
    }
    return values;
  }

  /// {@return whether a key is there, and a whole number}
  boolean isNumber(String key) {
    return value(key).filter(Long.class::isInstance).isPresent();
  }

  int whole(String key, int least, int most, int otherwise, String unit) {
    return value(key)
        .flatMap(
            found ->
                found instanceof Long number && number >= least && number <= most
                    ? Optional.of(number.intValue())
                    : wrong(key, "%s, %d to %d".formatted(unit, least, most), shown(found)))
        .orElse(otherwise);
  }

  double number(String key, double least, double most, double otherwise, String unit) {
    return value(key)
        .flatMap(
            found ->
                found instanceof Number number
                        && number.doubleValue() >= least
                        && number.doubleValue() <= most
                    ? Optional.of(number.doubleValue())
                    : wrong(
                        key,
                        "%s, %s to %s".formatted(unit, brief(least), brief(most)),
                        shown(found)))
        .orElse(otherwise);
  }

  /// {@return a path, which is relative to the file's folder}
  Optional<Path> path(String key) {
    return text(key, "a path").flatMap(text -> path(key, text, position(key)));
  }

  List<Path> paths(String key) {
    List<Path> paths = new ArrayList<>();
    Optional<TomlArray> array = array(key, "a list of paths");
    for (int i = 0; i < array.map(TomlArray::size).orElse(0); i++) {
      String element = "%s[%d]".formatted(key, i + 1);
      TomlPosition at = element(array.get(), i);
      if (array.get().get(i) instanceof String text && !text.isBlank()) {
        path(element, text, at)
            .ifPresent(
                path -> {
                  if (paths.contains(path)) {
                    note(at, element, "each path once", shown(text) + " again");
                  }
                  paths.add(path);
                });
      } else {
        note(at, element, "a path", shown(array.get().get(i)));
      }
    }
    return paths;
  }

  Set<Address> addresses(String key) {
    Set<Address> addresses = new LinkedHashSet<>();
    Optional<TomlArray> array = array(key, "a list of addresses");
    for (int i = 0; i < array.map(TomlArray::size).orElse(0); i++) {
      if (array.get().get(i) instanceof String text && text.matches("0x[0-9a-fA-F]{40}")) {
        addresses.add(Address.ofHex(text));
      } else {
        note(
            element(array.get(), i),
            "%s[%d]".formatted(key, i + 1),
            "an address, 0x and 40 hexadecimal digits",
            shown(array.get().get(i)));
      }
    }
    return addresses;
  }

  private Optional<Path> path(String key, String text, TomlPosition at) {
    try {
      return Optional.of(file.resolveSibling(text).normalize());
    } catch (InvalidPathException e) {
      note(at, key, "a path", shown(text));
      return Optional.empty();
    }
  }

  Optional<URI> url(String key) {
    return value(key).flatMap(found -> url(key, found, position(key)));
  }

  List<URI> urls(String key) {
    List<URI> urls = new ArrayList<>();
    Optional<TomlArray> array = array(key, "a list of URLs");
    for (int i = 0; i < array.map(TomlArray::size).orElse(0); i++) {
      String element = "%s[%d]".formatted(key, i + 1);
      TomlPosition at = element(array.get(), i);
      url(element, array.get().get(i), at)
          .ifPresent(
              url -> {
                urls.add(url);
                if (Quorum.isAnyTwice(urls)) {
                  note(at, element, "each node once, for none can agree with itself", "it again");
                }
              });
    }
    return urls;
  }

  /// What was found is not repeated: providers put secrets into URLs.
  private Optional<URI> url(String key, Object found, TomlPosition at) {
    String expected = "a URL such as \"http://127.0.0.1:8545\"";
    try {
      URI url = found instanceof String text ? new URI(text) : new URI("");
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (http && url.getHost() != null) {
        return Optional.of(url);
      }
      note(at, key, expected, found instanceof String ? "another text" : kind(found));
    } catch (URISyntaxException e) {
      note(at, key, expected, "another text");
    }
    return Optional.empty();
  }

  // ------------------------------------------------------------------ tables

  /// {@return the table of this name; an empty one if there is none}
  ConfigTable table(String key) {
    known.add(key);
    Object found = table.get(List.of(key));
    if (found instanceof TomlTable inner) {
      return new ConfigTable(file, name + key + ".", inner, position(key), problems);
    }
    if (found != null) {
      wrong(key, "a table, [%s]".formatted(key), kind(found));
    }
    return new ConfigTable(file, name + key + ".", Toml.parse(""), start, problems);
  }

  /// {@return the tables of this name}
  List<ConfigTable> tables(String key) {
    List<ConfigTable> tables = new ArrayList<>();
    Optional<TomlArray> array = array(key, "tables, [[%s]]".formatted(key));
    for (int i = 0; i < array.map(TomlArray::size).orElse(0); i++) {
      String element = "%s[%d]".formatted(key, i + 1);
      TomlPosition at = element(array.get(), i);
      if (array.get().get(i) instanceof TomlTable inner) {
        tables.add(new ConfigTable(file, name + element + ".", inner, at, problems));
      } else {
        note(at, element, "a table, [[%s]]".formatted(key), shown(array.get().get(i)));
      }
    }
    return tables;
  }

  // ------------------------------------------------------------------ problems

  /// Notes what is wrong with a key, or with its not being there.
  ///
  /// @return nothing
  <T> Optional<T> wrong(String key, String expected, String found) {
    note(position(key), key, expected, found);
    return Optional.empty();
  }

  /// Notes a key that must be there.
  void missing(String key, String expected) {
    note(start, key, expected, "nothing");
  }

  /// Notes the keys that nobody asked for.
  void requireKnown() {
    for (String key : table.keySet()) {
      if (!known.contains(key)) {
        String hint =
            NearestWord.of(key, known)
                .map("; the nearest is %s"::formatted)
                .orElse("; known are " + String.join(", ", known));
        problems.add(problem(position(key), key, "there is no such setting" + hint));
      }
    }
  }

  private void note(TomlPosition at, String key, String expected, String found) {
    problems.add(problem(at, key, "expected is %s; found is %s".formatted(expected, found)));
  }

  private ConfigProblem problem(TomlPosition at, String key, String what) {
    return new ConfigProblem(file, at.line(), at.column(), name + key, what);
  }

  private TomlPosition position(String key) {
    TomlPosition at = table.inputPositionOf(List.of(key));
    return at == null ? start : at;
  }

  private TomlPosition element(TomlArray array, int index) {
    TomlPosition at = array.inputPositionOf(index);
    return at == null ? start : at;
  }

  private Optional<Object> value(String key) {
    known.add(key);
    return Optional.ofNullable(table.get(List.of(key)));
  }

  private Optional<TomlArray> array(String key, String expected) {
    return value(key)
        .flatMap(
            found ->
                found instanceof TomlArray array
                    ? Optional.of(array)
                    : wrong(key, expected, kind(found)));
  }

  /// {@return these words as a choice among them is told}
  static String choices(List<String> words) {
    return words.size() == 1
        ? '"' + words.getFirst() + '"'
        : "\"%s\" or \"%s\""
            .formatted(String.join("\", \"", words.subList(0, words.size() - 1)), words.getLast());
  }

  private static String nearest(Object found, List<String> words) {
    return found instanceof String text
        ? NearestWord.of(text, words).map("; the nearest is \"%s\""::formatted).orElse("")
        : "";
  }

  private static String brief(double number) {
    return number == StrictMath.rint(number)
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  /// {@return a value as it is told}
  private static String shown(@Nullable Object found) {
    return switch (found) {
      case String text -> '"' + Printable.cut(text, SHOWN_MOST) + '"';
      case Long number -> number.toString();
      case Double number -> number.toString();
      case Boolean flag -> flag.toString();
      case null, default -> kind(found);
    };
  }

  private static String kind(@Nullable Object found) {
    return switch (found) {
      case null -> "nothing";
      case String _ -> "a text";
      case Long _, Double _ -> "a number";
      case Boolean _ -> "true or false";
      case TomlArray _ -> "a list";
      case TomlTable _ -> "a table";
      default -> "a date or a time";
    };
  }
}
