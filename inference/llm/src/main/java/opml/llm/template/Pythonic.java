package opml.llm.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What values are and do, as Python's: which are true, which are equal, how they are written.
final class Pythonic {
  private final Spending spending;

  Pythonic(Spending spending) {
    this.spending = spending;
  }

  static boolean isTrue(Datum value) {
    return switch (value) {
      case Datum.Text(String text) -> !text.isEmpty();
      case Datum.Whole(long whole) -> whole != 0;
      case Datum.Real(double real) -> real != 0;
      case Datum.Flag(boolean flag) -> flag;
      case Datum.Nothing() -> false;
      case Datum.Missing _ -> false;
      case Datum.Items items -> !items.items().isEmpty();
      case Datum.Entries entries -> !entries.entries().isEmpty();
      case Datum.Namespace _ -> true;
      case Datum.Loop _ -> true;
      case Datum.Function _ -> true;
    };
  }

  /// {@return what Python calls the type of a value}
  static String type(Datum value) {
    return switch (value) {
      case Datum.Text _ -> "str";
      case Datum.Whole _ -> "int";
      case Datum.Real _ -> "float";
      case Datum.Flag _ -> "bool";
      case Datum.Nothing() -> "NoneType";
      case Datum.Missing _ -> "Undefined";
      case Datum.Items items -> items.isTuple() ? "tuple" : "list";
      case Datum.Entries _ -> "dict";
      case Datum.Namespace _ -> "Namespace";
      case Datum.Loop _ -> "LoopContext";
      case Datum.Function _ -> "function";
    };
  }

  boolean areEqual(Datum one, Datum other) {
    spending.step();
    if (one instanceof Datum.Text(String text) && other instanceof Datum.Text(String with)) {
      spending.reading(text.length() == with.length() ? text.length() : 0);
      return text.equals(with);
    }
    if (isNumber(one) && isNumber(other)) {
      return isReal(one) || isReal(other) ? real(one) == real(other) : whole(one) == whole(other);
    }
    spending.enter();
    boolean equal =
        switch (one) {
          case Datum.Items items ->
              other instanceof Datum.Items with
                  && items.isTuple() == with.isTuple()
                  && areEqual(items.items(), with.items());
          case Datum.Entries(Map<String, Datum> entries) ->
              other instanceof Datum.Entries(Map<String, Datum> with) && areEqual(entries, with);
          case Datum.Nothing() -> other instanceof Datum.Nothing;
          case Datum.Missing _ -> other instanceof Datum.Missing;
          case Datum.Text _, Datum.Whole _, Datum.Real _, Datum.Flag _ -> false;
          // Python tells whether these are the same one; no template asks.
          case Datum.Namespace _, Datum.Loop _, Datum.Function _ -> false;
        };
    spending.leave();
    return equal;
  }

  private boolean areEqual(List<Datum> one, List<Datum> other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      if (!areEqual(one.get(i), other.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean areEqual(Map<String, Datum> one, Map<String, Datum> other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (Map.Entry<String, Datum> entry : one.entrySet()) {
      Datum with = other.get(entry.getKey());
      if (with == null || !areEqual(entry.getValue(), with)) {
        return false;
      }
    }
    return true;
  }

  /// {@return below 0, 0 or above, as one is less than, as much as or more than another}
  int compare(Datum one, Datum other) {
    spending.step();
    if (isNumber(one) && isNumber(other)) {
      return isReal(one) || isReal(other)
          ? Double.compare(real(one) + 0.0, real(other) + 0.0)
          : Long.compare(whole(one), whole(other));
    }
    if (one instanceof Datum.Text(String text) && other instanceof Datum.Text(String with)) {
      return compare(text, with);
    }
    if (one instanceof Datum.Items items && other instanceof Datum.Items with) {
      spending.enter();
      for (int i = 0; i < Math.min(items.items().size(), with.items().size()); i++) {
        int compared = compare(items.items().get(i), with.items().get(i));
        if (compared != 0) {
          spending.leave();
          return compared;
        }
      }
      spending.leave();
      return Integer.compare(items.items().size(), with.items().size());
    }
    requireThere(one);
    requireThere(other);
    throw new TemplateException("'%s' and '%s' are not compared".formatted(type(one), type(other)));
  }

  /// By code points, not by UTF-16.
  int compare(String one, String other) {
    spending.reading(Math.min(one.length(), other.length()));
    int length = Math.min(one.length(), other.length());
    for (int i = 0; i < length; i++) {
      char a = one.charAt(i);
      char b = other.charAt(i);
      if (a != b) {
        return Character.isSurrogate(a) == Character.isSurrogate(b)
            ? Character.compare(a, b)
            : Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b));
      }
    }
    return Integer.compare(one.length(), other.length());
  }

  /// {@return a value that can be asked for something}
  static Datum requireThere(Datum value) {
    if (value instanceof Datum.Missing(String name)) {
      throw new TemplateException("'%s' is undefined".formatted(name));
    }
    return value;
  }

  /// {@return what a value is printed as}
  String string(Datum value) {
    return switch (value) {
      case Datum.Text(String text) -> text;
      case Datum.Missing _ -> "";
      case Datum.Whole _,
          Datum.Real _,
          Datum.Flag _,
          Datum.Nothing _,
          Datum.Items _,
          Datum.Entries _,
          Datum.Namespace _,
          Datum.Loop _,
          Datum.Function _ -> {
        StringBuilder text = new StringBuilder();
        write(value, text);
        yield text.toString();
      }
    };
  }

  private void write(Datum value, StringBuilder to) {
    spending.enter();
    switch (value) {
      case Datum.Text(String text) -> quote(text, to);
      case Datum.Whole(long whole) -> append(to, Long.toString(whole));
      case Datum.Real(double real) -> append(to, real(real));
      case Datum.Flag(boolean flag) -> append(to, flag ? "True" : "False");
      case Datum.Nothing() -> append(to, "None");
      case Datum.Missing _ -> append(to, "Undefined");
      case Datum.Items items -> {
        append(to, items.isTuple() ? "(" : "[");
        for (int i = 0; i < items.items().size(); i++) {
          append(to, i == 0 ? "" : ", ");
          write(items.items().get(i), to);
        }
        append(to, items.isTuple() ? items.items().size() == 1 ? ",)" : ")" : "]");
      }
      case Datum.Entries(Map<String, Datum> entries) -> {
        append(to, "{");
        boolean isFirst = true;
        for (Map.Entry<String, Datum> entry : entries.entrySet()) {
          append(to, isFirst ? "" : ", ");
          isFirst = false;
          quote(entry.getKey(), to);
          append(to, ": ");
          write(entry.getValue(), to);
        }
        append(to, "}");
      }
      case Datum.Namespace _ -> append(to, "<Namespace>");
      case Datum.Loop loop ->
          append(to, "<LoopContext %d/%d>".formatted(loop.index() + 1, loop.items().size()));
      case Datum.Function function -> append(to, "<function %s>".formatted(function.name()));
    }
    spending.leave();
  }

  private void append(StringBuilder to, String text) {
    spending.making(text.length());
    to.append(text);
  }

  private void quote(String text, StringBuilder to) {
    spending.making(6L * text.length() + 2);
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    to.append(quote);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> to.append("\\\\");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                  if (c == quote) {
                    to.append('\\').append(quote);
                  } else if (isPrintable(c)) {
                    to.appendCodePoint(c);
                  } else {
                    to.append(
                        (c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c));
                  }
                }
              }
            });
    to.append(quote);
  }

  private static boolean isPrintable(int c) {
    return c == ' '
        || switch (Character.getType(c)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.SPACE_SEPARATOR ->
              false;
          default -> true;
        };
  }

  /// {@return a number as Python writes it: the fewest digits that name it, with an exponent from 16 places on}
  static String real(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = digits.precision() - digits.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = digits.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String mantissa = digits.movePointLeft(exponent).toPlainString();
    return "%se%s%02d".formatted(mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  static boolean isNumber(Datum value) {
    return value instanceof Datum.Whole
        || value instanceof Datum.Real
        || value instanceof Datum.Flag;
  }

  static boolean isReal(Datum value) {
    return value instanceof Datum.Real;
  }

  /// {@return a whole number, or 0 and 1 for false and true}
  static long whole(Datum value) {
    return switch (value) {
      case Datum.Whole(long whole) -> whole;
      case Datum.Flag(boolean flag) -> flag ? 1 : 0;
      case Datum.Text _,
          Datum.Real _,
          Datum.Nothing _,
          Datum.Missing _,
          Datum.Items _,
          Datum.Entries _,
          Datum.Namespace _,
          Datum.Loop _,
          Datum.Function _ ->
          throw new TemplateException(
              "expected is a whole number, found '%s'".formatted(type(requireThere(value))));
    };
  }

  static double real(Datum value) {
    return value instanceof Datum.Real(double real) ? real : whole(value);
  }

  static String text(Datum value) {
    if (value instanceof Datum.Text(String text)) {
      return text;
    }
    throw new TemplateException(
        "expected is a text, found '%s'".formatted(type(requireThere(value))));
  }

  /// {@return what a loop goes over}
  List<Datum> items(Datum value) {
    return switch (value) {
      case Datum.Items items -> items.items();
      case Datum.Entries(Map<String, Datum> entries) -> {
        spending.steps(entries.size());
        yield entries.keySet().stream().map(Datum::of).toList();
      }
      case Datum.Text(String text) -> {
        spending.steps(text.length());
        List<Datum> characters = new ArrayList<>();
        text.codePoints().forEach(c -> characters.add(Datum.of(Character.toString(c))));
        yield characters;
      }
      case Datum.Missing _ -> List.of();
      case Datum.Loop loop -> loop.items().subList(loop.index(), loop.items().size());
      case Datum.Whole _,
          Datum.Real _,
          Datum.Flag _,
          Datum.Nothing _,
          Datum.Namespace _,
          Datum.Function _ ->
          throw new TemplateException("'%s' is nothing to go over".formatted(type(value)));
    };
  }

  int length(Datum value) {
    return switch (value) {
      case Datum.Text(String text) -> {
        spending.reading(text.length());
        yield text.codePointCount(0, text.length());
      }
      case Datum.Items items -> items.items().size();
      case Datum.Entries(Map<String, Datum> entries) -> entries.size();
      case Datum.Missing _ -> 0;
      case Datum.Loop loop -> loop.items().size();
      case Datum.Whole _,
          Datum.Real _,
          Datum.Flag _,
          Datum.Nothing _,
          Datum.Namespace _,
          Datum.Function _ ->
          throw new TemplateException("'%s' has no length".formatted(type(value)));
    };
  }

  boolean contains(Datum whole, Datum part) {
    return switch (whole) {
      case Datum.Text(String text) -> find(text, text(part), 0) >= 0;
      case Datum.Entries(Map<String, Datum> entries) ->
          part instanceof Datum.Text(String key) && entries.containsKey(key);
      case Datum.Items _, Datum.Missing _, Datum.Loop _ ->
          items(whole).stream().anyMatch(item -> areEqual(item, part));
      case Datum.Whole _,
          Datum.Real _,
          Datum.Flag _,
          Datum.Nothing _,
          Datum.Namespace _,
          Datum.Function _ ->
          throw new TemplateException("nothing is in '%s'".formatted(type(whole)));
    };
  }

  /// {@return where a part begins in a text, -1 if nowhere}
  ///
  /// A part is compared at each place, so long ones are paid by the product of both lengths.
  int find(String text, String part, int from) {
    long places = Math.max(0, (long) text.length() - from - part.length());
    spending.reading(places * (part.length() / 64));
    int found = text.indexOf(part, from);
    spending.reading((found < 0 ? text.length() : found) - (long) from);
    return found;
  }

  static String stripEnd(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  /// {@return whether Python takes a character for white space}
  static boolean isSpace(int c) {
    return switch (c) {
      case '\t', '\n', 0x0b, '\f', '\r', ' ', 0x1c, 0x1d, 0x1e, 0x1f, 0x85, 0xa0, 0x1680 -> true;
      case 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
      default -> c >= 0x2000 && c <= 0x200a;
    };
  }

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /// {@return a text with its first letter large and all others small}
  static String capitalised(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return upper(text.substring(0, first)) + lower(text.substring(first));
  }
}
