package opml.llm.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Jinja's filters: what may stand behind `|`.
final class Filters {
  private static final Pattern WORD = Pattern.compile("[^-\\s({\\[<]+");

  private final Rendering rendering;
  private final Pythonic python;
  private final Methods methods;
  private final Spending spending;

  Filters(Rendering rendering, Pythonic python, Methods methods, Spending spending) {
    this.rendering = rendering;
    this.python = python;
    this.methods = methods;
    this.spending = spending;
  }

  Datum apply(String name, Datum value, Arguments given) {
    return switch (name) {
      case "default", "d" ->
          value instanceof Datum.Missing
                  || Pythonic.isTrue(given.get(1, "boolean", Datum.FALSE))
                      && !Pythonic.isTrue(value)
              ? given.get(0, "default_value", Datum.of(""))
              : value;
      case "string" -> Datum.of(python.string(value));
      // Nothing is escaped here unless a template asks for it, so nothing need be kept from that.
      case "safe" -> Datum.of(python.string(value));
      case "escape", "e", "forceescape" -> Datum.of(escaped(python.string(value)));
      case "tojson" -> Datum.of(JsonText.of(value, given, spending));
      case "trim" ->
          methods.strip(python.string(value), given.get(0, "chars", Datum.NONE), true, true);
      case "upper" -> made(value, Pythonic.upper(python.string(value)));
      case "lower" -> made(value, Pythonic.lower(python.string(value)));
      case "capitalize" -> made(value, Pythonic.capitalised(python.string(value)));
      case "title" -> made(value, titled(python.string(value)));
      case "replace" ->
          Datum.of(
              methods.replaced(
                  python.string(value),
                  python.string(given.get(0, "old")),
                  python.string(given.get(1, "new")),
                  given.get(2, "count", Datum.NONE)));
      case "indent" -> Datum.of(indented(python.string(value), given));
      case "wordcount" -> Datum.of(WORDS.matcher(python.string(value)).results().count());
      case "length", "count" -> Datum.of((long) python.length(value));
      case "first" -> first(python.items(value));
      case "last" -> first(python.items(value).reversed());
      case "list" -> Datum.list(List.copyOf(python.items(value)));
      case "reverse" ->
          value instanceof Datum.Text
              ? methods.joined("", python.items(value).reversed(), Pythonic::text)
              : Datum.list(python.items(value).reversed());
      case "join" -> join(value, given);
      case "items" -> items(value);
      case "dictsort" -> sortedEntries(value, given);
      case "sort" -> Datum.list(sorted(python.items(value), given));
      case "unique" -> unique(value, given);
      case "groupby" -> grouped(value, given);
      case "min" -> first(sorted(python.items(value), new Arguments(List.of(), given.named())));
      case "max" ->
          first(sorted(python.items(value), new Arguments(List.of(), given.named())).reversed());
      case "sum" -> sum(value, given);
      case "map" -> map(value, given);
      case "select" -> selected(value, given, true);
      case "reject" -> selected(value, given, false);
      case "selectattr" -> selectedByAttribute(value, given, true);
      case "rejectattr" -> selectedByAttribute(value, given, false);
      case "attr" -> rendering.attribute(value, Pythonic.text(given.get(0, "name")));
      case "abs" ->
          value instanceof Datum.Real(double real)
              ? new Datum.Real(Math.abs(real))
              : Datum.of(Math.abs(Pythonic.whole(value)));
      case "round" -> rounded(value, given);
      case "int" -> whole(value, given.get(0, "default", Datum.of(0)));
      case "float" -> real(value, given.get(0, "default", new Datum.Real(0)));
      default -> throw new TemplateException("there is no filter '%s' here".formatted(name));
    };
  }

  private static final Pattern WORDS = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

  private Datum made(Datum of, String text) {
    spending.making(2L * text.length());
    Pythonic.requireThere(of instanceof Datum.Missing ? Datum.of("") : of);
    return Datum.of(text);
  }

  private String escaped(String text) {
    spending.making(6L * text.length());
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  /// Large letters behind blanks, hyphens and opening brackets.
  private static String titled(String text) {
    return WORD.matcher(text)
        .replaceAll(word -> Matcher.quoteReplacement(Pythonic.capitalised(word.group())));
  }

  private String indented(String text, Arguments given) {
    Datum width = given.get(0, "width", Datum.of(4));
    boolean indentsFirst = Pythonic.isTrue(given.get(1, "first", Datum.FALSE));
    boolean indentsBlank = Pythonic.isTrue(given.get(2, "blank", Datum.FALSE));
    String indent =
        width instanceof Datum.Text(String said)
            ? said
            : " ".repeat(spending.making(Math.max(0, Pythonic.whole(width))));
    StringBuilder indented = new StringBuilder(indentsFirst ? indent : "");
    boolean isFirst = true;
    for (String line : text.split("\n", -1)) {
      spending.making((long) line.length() + indent.length() + 1);
      indented.append(isFirst ? "" : "\n");
      indented.append(!isFirst && (indentsBlank || !line.isEmpty()) ? indent : "").append(line);
      isFirst = false;
    }
    return indented.toString();
  }

  private static Datum first(List<Datum> items) {
    return items.isEmpty() ? new Datum.Missing("first item") : items.getFirst();
  }

  private Datum join(Datum value, Arguments given) {
    List<Datum> items = python.items(value);
    Optional<Datum> attribute = given.find(1, "attribute");
    if (attribute.isPresent()) {
      items = items.stream().map(item -> path(item, attribute.get())).toList();
    }
    return methods.joined(python.string(given.get(0, "d", Datum.of(""))), items, python::string);
  }

  private Datum items(Datum value) {
    return switch (value) {
      case Datum.Entries(Map<String, Datum> entries) -> methods.pairs(entries);
      case Datum.Missing _ -> Datum.list(List.of());
      case Datum.Text _,
          Datum.Whole _,
          Datum.Real _,
          Datum.Flag _,
          Datum.Nothing _,
          Datum.Items _,
          Datum.Namespace _,
          Datum.Loop _,
          Datum.Function _ ->
          throw new TemplateException("'%s' has no items".formatted(Pythonic.type(value)));
    };
  }

  private Datum sortedEntries(Datum value, Arguments given) {
    if (!(Pythonic.requireThere(value) instanceof Datum.Entries(Map<String, Datum> entries))) {
      throw new TemplateException("'%s' has no items".formatted(Pythonic.type(value)));
    }
    boolean isByValue = Pythonic.text(given.get(1, "by", Datum.of("key"))).equals("value");
    boolean isExact = Pythonic.isTrue(given.get(0, "case_sensitive", Datum.FALSE));
    List<Datum> pairs = new ArrayList<>(python.items(methods.pairs(entries)));
    pairs.sort(
        ordered(
            isExact,
            Pythonic.isTrue(given.get(2, "reverse", Datum.FALSE)),
            pair -> python.items(pair).get(isByValue ? 1 : 0)));
    return Datum.list(pairs);
  }

  /// What things are sorted by.
  @FunctionalInterface
  private interface Key {
    Datum of(Datum item);
  }

  private Comparator<Datum> ordered(boolean isExact, boolean isReversed, Key key) {
    Comparator<Datum> order =
        (one, other) ->
            python.compare(folded(key.of(one), isExact), folded(key.of(other), isExact));
    return isReversed ? order.reversed() : order;
  }

  private Datum folded(Datum value, boolean isExact) {
    if (isExact || !(value instanceof Datum.Text(String text))) {
      return value;
    }
    spending.making(text.length());
    return Datum.of(Pythonic.lower(text));
  }

  private List<Datum> sorted(List<Datum> items, Arguments given) {
    List<Datum> sorted = new ArrayList<>(items);
    Optional<Datum> attribute =
        given.find(2, "attribute").filter(said -> !(said instanceof Datum.Nothing));
    sorted.sort(
        ordered(
            Pythonic.isTrue(given.get(1, "case_sensitive", Datum.FALSE)),
            Pythonic.isTrue(given.get(0, "reverse", Datum.FALSE)),
            item -> attribute.map(path -> path(item, path)).orElse(item)));
    return sorted;
  }

  private Datum unique(Datum value, Arguments given) {
    boolean isExact = Pythonic.isTrue(given.get(0, "case_sensitive", Datum.FALSE));
    Optional<Datum> attribute = given.find(1, "attribute");
    List<Datum> seen = new ArrayList<>();
    List<Datum> unique = new ArrayList<>();
    for (Datum item : python.items(value)) {
      Datum key = folded(attribute.map(path -> path(item, path)).orElse(item), isExact);
      if (seen.stream().noneMatch(known -> python.areEqual(known, key))) {
        seen.add(key);
        unique.add(item);
      }
    }
    return Datum.list(unique);
  }

  private Datum grouped(Datum value, Arguments given) {
    Datum attribute = given.get(0, "attribute");
    List<Datum> sorted = new ArrayList<>(python.items(value));
    sorted.sort(ordered(false, false, item -> path(item, attribute)));
    List<Datum> groups = new ArrayList<>();
    int begin = 0;
    for (int i = 1; i <= sorted.size(); i++) {
      Datum key = path(sorted.get(begin), attribute);
      if (i == sorted.size()
          || !python.areEqual(folded(key, false), folded(path(sorted.get(i), attribute), false))) {
        groups.add(Datum.tuple(key, Datum.list(List.copyOf(sorted.subList(begin, i)))));
        begin = i;
      }
    }
    return Datum.list(groups);
  }

  private Datum sum(Datum value, Arguments given) {
    Optional<Datum> attribute = given.find(0, "attribute");
    Datum sum = given.get(1, "start", Datum.of(0));
    for (Datum item : python.items(value)) {
      sum =
          new Reckoning(spending)
              .apply(Expr.Operator.ADD, sum, attribute.map(path -> path(item, path)).orElse(item));
    }
    return sum;
  }

  private Datum map(Datum value, Arguments given) {
    Optional<Datum> attribute = Optional.ofNullable(given.named().get("attribute"));
    List<Datum> mapped = new ArrayList<>();
    for (Datum item : python.items(value)) {
      spending.step();
      if (attribute.isPresent()) {
        mapped.add(path(item, attribute.get(), Optional.ofNullable(given.named().get("default"))));
      } else {
        mapped.add(apply(Pythonic.text(given.get(0, "filter")), item, given.tail()));
      }
    }
    return Datum.list(mapped);
  }

  private Datum selected(Datum value, Arguments given, boolean isWanted) {
    return Datum.list(
        python.items(value).stream()
            .filter(
                item ->
                    (given.positional().isEmpty()
                            ? Pythonic.isTrue(item)
                            : rendering.holds(
                                Pythonic.text(given.positional().getFirst()), item, given.tail()))
                        == isWanted)
            .toList());
  }

  private Datum selectedByAttribute(Datum value, Arguments given, boolean isWanted) {
    Datum attribute = given.get(0, "attribute");
    return selectedBy(value, attribute, given.tail(), isWanted);
  }

  private Datum selectedBy(Datum value, Datum attribute, Arguments test, boolean isWanted) {
    List<Datum> selected = new ArrayList<>();
    for (Datum item : python.items(value)) {
      Datum found = path(item, attribute);
      boolean holds =
          test.positional().isEmpty()
              ? Pythonic.isTrue(found)
              : rendering.holds(Pythonic.text(test.positional().getFirst()), found, test.tail());
      if (holds == isWanted) {
        selected.add(item);
      }
    }
    return Datum.list(selected);
  }

  private Datum path(Datum of, Datum path) {
    return path(of, path, Optional.empty());
  }

  /// {@return what a value has behind names with dots between, such as `function.name`}
  ///
  /// @param otherwise what stands for anything on the way that is not there
  private Datum path(Datum of, Datum path, Optional<Datum> otherwise) {
    spending.step();
    if (!(path instanceof Datum.Text(String names))) {
      return there(rendering.item(of, path), otherwise);
    }
    Datum found = of;
    for (String name : names.split("\\.", -1)) {
      boolean isIndex =
          !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
      Datum key = isIndex ? Datum.of(Long.parseLong(name)) : Datum.of(name);
      found = there(rendering.item(found, key), otherwise);
    }
    return found;
  }

  private static Datum there(Datum found, Optional<Datum> otherwise) {
    return found instanceof Datum.Missing ? otherwise.orElse(found) : found;
  }

  private static Datum rounded(Datum value, Arguments given) {
    int precision = Math.clamp(Pythonic.whole(given.get(0, "precision", Datum.of(0))), -400, 400);
    RoundingMode mode =
        switch (Pythonic.text(given.get(1, "method", Datum.of("common")))) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw new TemplateException("round: expected is common, ceil or floor");
        };
    double real = Pythonic.real(value);
    return new Datum.Real(
        Double.isFinite(real)
            ? new BigDecimal(real).setScale(precision, mode).doubleValue()
            : real);
  }

  private static Datum whole(Datum value, Datum otherwise) {
    try {
      return switch (value) {
        case Datum.Whole _ -> value;
        case Datum.Flag(boolean flag) -> Datum.of(flag ? 1L : 0L);
        case Datum.Real(double real) -> Double.isFinite(real) ? Datum.of((long) real) : otherwise;
        case Datum.Text(String text) -> {
          String digits = text.strip().replace("_", "");
          yield digits.matches("[+-]?[0-9]++")
              ? Datum.of(Long.parseLong(digits))
              : Datum.of((long) Double.parseDouble(decimal(text)));
        }
        case Datum.Nothing _,
            Datum.Missing _,
            Datum.Items _,
            Datum.Entries _,
            Datum.Namespace _,
            Datum.Loop _,
            Datum.Function _ ->
            otherwise;
      };
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Datum real(Datum value, Datum otherwise) {
    try {
      return switch (value) {
        case Datum.Whole _, Datum.Flag _, Datum.Real _ -> new Datum.Real(Pythonic.real(value));
        case Datum.Text(String text) -> new Datum.Real(Double.parseDouble(decimal(text)));
        case Datum.Nothing _,
            Datum.Missing _,
            Datum.Items _,
            Datum.Entries _,
            Datum.Namespace _,
            Datum.Loop _,
            Datum.Function _ ->
            otherwise;
      };
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /// Java takes more for a number than Python does: suffixes and hexadecimal digits.
  private static String decimal(String text) {
    String decimal = text.strip();
    if (decimal.length() > 400 || !decimal.matches("[+-]?[0-9]*\\.?[0-9]*(?:[eE][+-]?[0-9]+)?")) {
      throw new NumberFormatException("no number");
    }
    return decimal;
  }
}
