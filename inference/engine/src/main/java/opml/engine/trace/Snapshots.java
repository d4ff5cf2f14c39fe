package opml.engine.trace;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The states from which a run can be taken up again, within a bound of memory.
///
/// One half is for states on the way, which a long run leaves behind as it goes. The other is for states that were
/// asked for, of which the last count: the next question of a game lies between two of those that it asked before.
final class Snapshots {
  private final long mostBytes;
  private final Passed onTheWay;

  /// By their last use.
  private final Map<Long, SlotValues> asked = new LinkedHashMap<>(16, 0.75f, true);

  private final Shelf shelf = new Shelf();

  /// @param mostBytes that all of them take
  Snapshots(long mostBytes) {
    this.mostBytes = mostBytes;
    this.onTheWay = new Passed(mostBytes / 2);
  }

  /// Keeps a state that the run has come by; they come in order.
  ///
  /// @return whether others were dropped for it, so that the next should come later
  boolean addOnTheWay(SlotValues state) {
    return onTheWay.add(state);
  }

  /// {@return room for states that a question comes by, to be kept when it is answered}
  Passed asking() {
    return new Passed(mostBytes / 2);
  }

  /// Keeps a state that was asked for.
  void addAsked(SlotValues state) {
    SlotValues before = asked.put(state.index(), state);
    shelf.add(state);
    if (before != null) {
      shelf.remove(before);
    }
    Iterator<SlotValues> eldest = asked.values().iterator();
    while (shelf.bytes() > mostBytes / 2) {
      shelf.remove(eldest.next());
      eldest.remove();
    }
  }

  /// {@return whether a state of so many bytes can be kept that was asked for, even if it shares none}
  boolean hasRoom(long bytes) {
    return bytes <= mostBytes / 2;
  }

  /// {@return the last state not after `index` that is kept}
  Optional<SlotValues> floor(long index) {
    Optional<SlotValues> passed = onTheWay.floor(index);
    long best = passed.map(SlotValues::index).orElse(-1L);
    boolean isAsked = false;
    for (long candidate : asked.keySet()) {
      if (candidate <= index && candidate >= best) {
        best = candidate;
        isAsked = true;
      }
    }
    return isAsked ? Optional.ofNullable(asked.get(best)) : passed;
  }

  /// Drops those that were asked for.
  void rest() {
    asked.clear();
    shelf.clear();
  }

  /// {@return about how many bytes they take}
  long bytes() {
    return onTheWay.bytes() + shelf.bytes();
  }
}
