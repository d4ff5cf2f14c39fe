package opml.agent;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// What was told already of requests, claims and games. Strangers make as many of them as they like, so only so many
/// are told of one by one; whatever has ended is forgotten.
final class Once {
  private final int most;
  private final Map<String, Set<String>> told = new HashMap<>();
  private int texts;
  private boolean full;

  /// @param most texts that are kept in mind
  Once(int most) {
    this.most = most;
  }

  /// {@return whether this was not told yet, and is to be told}
  ///
  /// @param what it is about
  boolean isNew(String what, String text) {
    Set<String> known = told.getOrDefault(what, Set.of());
    if (known.contains(text)) {
      return false;
    }
    if (texts >= most) {
      full = true;
      return false;
    }
    told.computeIfAbsent(what, _ -> new HashSet<>()).add(text);
    texts++;
    return true;
  }

  /// {@return whether something was not told, for there was too much, since this was asked last}
  boolean wasFull() {
    boolean was = full;
    full = false;
    return was;
  }

  /// {@return whether nothing is kept in mind}
  boolean isEmpty() {
    return told.isEmpty();
  }

  /// Forgets what has ended.
  ///
  /// @param ended what there is no more of
  void forget(Set<String> ended) {
    for (String what : ended) {
      Set<String> known = told.remove(what);
      texts -= known == null ? 0 : known.size();
    }
  }
}
