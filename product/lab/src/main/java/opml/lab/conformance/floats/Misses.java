package opml.lab.conformance.floats;

import java.util.ArrayList;
import java.util.List;

/// Counts cases with a wrong result and keeps the first ones. Several threads may add.
final class Misses {
  private final int kept;
  private final List<Miss> first = new ArrayList<>();
  private long count;

  Misses(int kept) {
    this.kept = kept;
  }

  synchronized void add(Miss miss) {
    add(List.of(miss));
  }

  /// Adds the wrong results of one case.
  synchronized void add(List<Miss> ofOneCase) {
    if (count < kept) {
      first.addAll(ofOneCase);
    }
    count++;
  }

  synchronized long count() {
    return count;
  }

  synchronized List<Miss> first() {
    return List.copyOf(first);
  }
}
