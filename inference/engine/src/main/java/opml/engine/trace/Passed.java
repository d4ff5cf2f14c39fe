package opml.engine.trace;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// States that a run comes by, in their order, within a bound of memory: when they grow too many, every second is
/// dropped.
final class Passed {
  private final long mostBytes;
  private final TreeMap<Long, SlotValues> states = new TreeMap<>();
  private final Shelf shelf = new Shelf();

  /// @param mostBytes that all of them take
  Passed(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /// Keeps a state behind those that are kept.
  ///
  /// @return whether others were dropped for it, so that the next should come later
  boolean add(SlotValues state) {
    states.put(state.index(), state);
    shelf.add(state);
    boolean full = shelf.bytes() > mostBytes;
    while (shelf.bytes() > mostBytes) {
      boolean drops = states.size() == 1;
      for (Iterator<SlotValues> all = states.values().iterator(); all.hasNext(); ) {
        SlotValues next = all.next();
        if (drops) {
          shelf.remove(next);
          all.remove();
        }
        drops = !drops;
      }
    }
    return full;
  }

  /// {@return the last state not after `index`}
  Optional<SlotValues> floor(long index) {
    return Optional.ofNullable(states.floorEntry(index)).map(Map.Entry::getValue);
  }

  Collection<SlotValues> all() {
    return states.values();
  }

  /// {@return about how many bytes they take}
  long bytes() {
    return shelf.bytes();
  }
}
