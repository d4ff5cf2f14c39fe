package opml.llm.template;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Values as JSON, byte for byte as Python's `json.dumps` writes them.
final class JsonText {
  private final Spending spending;
  private final boolean isAscii;
  private final boolean isSorted;
  private final String indent;
  private final String between;
  private final String behindKey;
  private final StringBuilder text = new StringBuilder();

  private JsonText(
      Spending spending,
      boolean isAscii,
      boolean isSorted,
      String indent,
      String between,
      String behindKey) {
    this.spending = spending;
    this.isAscii = isAscii;
    this.isSorted = isSorted;
    this.indent = indent;
    this.between = between;
    this.behindKey = behindKey;
  }

  /// {@return the JSON of a value, with the options of transformers' filter `tojson`}
  static String of(Datum value, Arguments options, Spending spending) {
    Datum indent = options.get(1, "indent", Datum.NONE);
    Datum separators = options.get(2, "separators", Datum.NONE);
    String between = indent instanceof Datum.Nothing ? ", " : ",";
    String behindKey = ": ";
    if (separators instanceof Datum.Items(List<Datum> two, _) && two.size() == 2) {
      between = Pythonic.text(two.get(0));
      behindKey = Pythonic.text(two.get(1));
    }
    JsonText json =
        new JsonText(
            spending,
            Pythonic.isTrue(options.get(0, "ensure_ascii", Datum.FALSE)),
            Pythonic.isTrue(options.get(3, "sort_keys", Datum.FALSE)),
            indent(indent, spending),
            between,
            behindKey);
    json.write(value, 0);
    return json.text.toString();
  }

  /// {@return what a line begins with for each level; without lines nothing, marked by a character that no indent has}
  private static String indent(Datum said, Spending spending) {
    return switch (said) {
      case Datum.Nothing() -> NO_LINES;
      case Datum.Text(String text) -> text;
      case Datum.Whole _,
          Datum.Real _,
          Datum.Flag _,
          Datum.Missing _,
          Datum.Items _,
          Datum.Entries _,
          Datum.Namespace _,
          Datum.Loop _,
          Datum.Function _ ->
          " ".repeat(spending.making(Math.max(0, Pythonic.whole(said))));
    };
  }

  private static final String NO_LINES = "\0";

  private void write(Datum value, int level) {
    spending.enter();
    switch (value) {
      case Datum.Text(String said) -> quote(said);
      case Datum.Whole(long whole) -> append(Long.toString(whole));
      case Datum.Real(double real) -> append(real(real));
      case Datum.Flag(boolean flag) -> append(flag ? "true" : "false");
      case Datum.Nothing() -> append("null");
      case Datum.Items(List<Datum> items, _) -> {
        append("[");
        for (int i = 0; i < items.size(); i++) {
          append(i == 0 ? "" : between);
          line(level + 1);
          write(items.get(i), level + 1);
        }
        if (!items.isEmpty()) {
          line(level);
        }
        append("]");
      }
      case Datum.Entries(Map<String, Datum> said) -> {
        Map<String, Datum> entries = said;
        if (isSorted) {
          spending.steps(20L * said.size());
          Map<String, Datum> sorted = new TreeMap<>(new Pythonic(spending)::compare);
          sorted.putAll(said);
          entries = sorted;
        }
        append("{");
        boolean isFirst = true;
        for (Map.Entry<String, Datum> entry : entries.entrySet()) {
          append(isFirst ? "" : between);
          isFirst = false;
          line(level + 1);
          quote(entry.getKey());
          append(behindKey);
          write(entry.getValue(), level + 1);
        }
        if (!entries.isEmpty()) {
          line(level);
        }
        append("}");
      }
      case Datum.Missing _, Datum.Namespace _, Datum.Loop _, Datum.Function _ ->
          throw new TemplateException("'%s' is no JSON".formatted(Pythonic.type(value)));
    }
    spending.leave();
  }

  private void line(int level) {
    if (!indent.equals(NO_LINES)) {
      spending.making(1 + (long) level * indent.length());
      text.append('\n').repeat(indent, level);
    }
  }

  private static String real(double value) {
    String python = Pythonic.real(value);
    return switch (python) {
      case "nan" -> "NaN";
      case "inf" -> "Infinity";
      case "-inf" -> "-Infinity";
      default -> python;
    };
  }

  private void append(String part) {
    spending.making(part.length());
    text.append(part);
  }

  private void quote(String said) {
    spending.making(6L * said.length() + 2);
    text.append('"');
    for (int i = 0; i < said.length(); i++) {
      char c = said.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        case '\b' -> text.append("\\b");
        case '\f' -> text.append("\\f");
        default -> {
          if (c < ' ' || isAscii && c > '~') {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
