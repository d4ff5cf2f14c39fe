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
      String whole = Printable.escaped(name);
      if (whole.length() <= MOST_CHARACTERS) {
        return whole;
      }
    }
    StringBuilder head = new StringBuilder();
    for (int at = 0; at < name.length(); at += Character.charCount(name.codePointAt(at))) {
      String next = Printable.escaped(name.codePointAt(at));
      if (head.length() + next.length() >= MOST_CHARACTERS - TAIL) {
        break;
      }
      head.append(next);
    }
    StringBuilder tail = new StringBuilder();
    for (int at = name.length(); at > 0; at -= Character.charCount(name.codePointBefore(at))) {
      String before = Printable.escaped(name.codePointBefore(at));
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
}
