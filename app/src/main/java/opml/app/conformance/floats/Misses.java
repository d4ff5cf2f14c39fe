package opml.app.conformance.floats;

import java.util.ArrayList;
import java.util.List;

/// Counts misses and keeps the first ones. Several threads may add.
final class Misses {
  private final int kept;
  private final List<Miss> first = new ArrayList<>();
  private long count;

  Misses(int kept) {
    this.kept = kept;
  }

  synchronized void add(Miss miss) {
    count++;
    if (first.size() < kept) {
      first.add(miss);
    }
  }

  synchronized long count() {
    return count;
  }

  synchronized List<Miss> first() {
    return List.copyOf(first);
  }
}
