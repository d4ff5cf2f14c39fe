package opml.agent;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/// What was told already. Strangers make up names as they like, so the oldest are forgotten.
final class Once {
  private static final int MOST = 10_000;

  private final Set<String> told = new LinkedHashSet<>();

  /// {@return whether this was not told yet}
  boolean isNew(String text) {
    boolean added = told.add(text);
    if (told.size() > MOST) {
      Iterator<String> oldest = told.iterator();
      oldest.next();
      oldest.remove();
    }
    return added;
  }
}
