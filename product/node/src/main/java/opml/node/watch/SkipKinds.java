package opml.node.watch;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes kinds of the reasons for which things are skipped: their words up to the first figure or colon. They are few,
/// but some reasons carry words of strangers, so those beyond a number are all one kind.
final class SkipKinds {
  static final String OTHER = "other";

  private static final int MOST = 32;
  private static final int LONGEST = 100;
  private static final Pattern CONSTANT = Pattern.compile("[^0-9:%]*");

  private final Set<String> kinds = new HashSet<>();

  synchronized String of(String why) {
    Matcher constant = CONSTANT.matcher(why);
    String kind = constant.lookingAt() ? constant.group().strip() : "";
    boolean known = kinds.contains(kind);
    if (kind.isEmpty() || kind.length() > LONGEST || !known && kinds.size() >= MOST) {
      return OTHER;
    }
    kinds.add(kind);
    return kind;
  }
}
