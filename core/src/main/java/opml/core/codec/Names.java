package opml.core.codec;

import java.util.Collection;
import java.util.stream.Collectors;

/// Names that a stranger chose, as people may be shown them. Raw, a name could add lines to a message, colour a
/// terminal or turn the direction of what stands behind it.
public final class Names {
  private static final int MOST_CHARACTERS = 100;
  private static final int TAIL = 29;
  private static final int MOST_NAMES = 20;

  private Names() {}

  /// {@return a name, printable and short: of a long one, its begin and its end}
  public static String shown(String name) {
    if (name.length() <= MOST_CHARACTERS) {
      String whole = printable(name);
      if (whole.length() <= MOST_CHARACTERS) {
        return whole;
      }
    }
    StringBuilder head = new StringBuilder();
    for (int at = 0; at < name.length(); at += Character.charCount(name.codePointAt(at))) {
      String next = printable(name.codePointAt(at));
      if (head.length() + next.length() >= MOST_CHARACTERS - TAIL) {
        break;
      }
      head.append(next);
    }
    StringBuilder tail = new StringBuilder();
    for (int at = name.length(); at > 0; at -= Character.charCount(name.codePointBefore(at))) {
      String before = printable(name.codePointBefore(at));
      if (tail.length() + before.length() > TAIL) {
        break;
      }
      tail.insert(0, before);
    }
    return head + "…" + tail;
  }

  /// {@return the first names as [#shown] has them, and how many more there are}
  public static String list(Collection<String> names) {
    String first =
        names.stream().limit(MOST_NAMES).map(Names::shown).collect(Collectors.joining(", "));
    return names.size() <= MOST_NAMES
        ? first
        : first + " and " + (names.size() - MOST_NAMES) + " more";
  }

  /// {@return a text of any length in which what is no printable character stands as its code}
  public static String printable(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints().forEach(c -> out.append(printable(c)));
    return out.toString();
  }

  private static String printable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED -> {
        StringBuilder code = new StringBuilder();
        for (char unit : Character.toChars(c)) {
          code.append("\\u%04X".formatted((int) unit));
        }
        yield code.toString();
      }
      default -> Character.toString(c);
    };
  }
}
