package opml.hub;

import java.util.ArrayList;
import java.util.List;

/// Takes some of many, others each time.
final class Turns {
  private int taken;

  <T> List<T> next(List<T> all, int most) {
    List<T> next = new ArrayList<>();
    for (int i = 0; i < Math.min(most, all.size()); i++) {
      next.add(all.get((taken + i) % all.size()));
    }
    taken = all.size() <= most ? 0 : (taken + most) % all.size();
    return next;
  }
}
