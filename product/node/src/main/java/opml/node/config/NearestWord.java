package opml.node.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Which known word a wrong one was meant to be.
///
/// Source: R. A. Wagner and M. J. Fischer, "The string-to-string correction problem", J. ACM 21 (1974).
final class NearestWord {
  private NearestWord() {}

  /// {@return the word with the fewest letters inserted, left out or changed; nothing if half of it would have to be}
  static Optional<String> of(String word, Collection<String> known) {
    return known.stream()
        .filter(other -> 2 * edits(word, other) <= Math.max(word.length(), other.length()))
        .min(Comparator.comparingInt((String other) -> edits(word, other)).thenComparing(o -> o));
  }

  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
