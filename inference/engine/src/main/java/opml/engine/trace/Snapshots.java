package opml.engine.trace;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The states from which a run can be taken up again, within a bound of memory.
///
/// One half is for states on the way, which a long run leaves behind as it goes: when they grow too many, every second
/// is dropped. The other is for states that were asked for, of which the last count: the next question of a game lies
/// between two of those that it asked before.
final class Snapshots {
  private final long mostBytes;
  private final TreeMap<Long, SlotValues> onTheWay = new TreeMap<>();

  /// By their last use.
  private final Map<Long, SlotValues> asked = new LinkedHashMap<>(16, 0.75f, true);

  private long onTheWayBytes;
  private long askedBytes;

  /// @param mostBytes that all of them take
  Snapshots(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /// Keeps a state that the run has come by; they come in order.
  ///
  /// @return whether others were dropped for it, so that the next should come later
  boolean addOnTheWay(SlotValues state) {
    onTheWay.put(state.index(), state);
    onTheWayBytes += state.bytes();
    boolean full = onTheWayBytes > mostBytes / 2;
    while (onTheWayBytes > mostBytes / 2) {
      boolean drops = onTheWay.size() == 1;
      for (Iterator<SlotValues> all = onTheWay.values().iterator(); all.hasNext(); ) {
        SlotValues next = all.next();
        if (drops) {
          onTheWayBytes -= next.bytes();
          all.remove();
        }
        drops = !drops;
      }
    }
    return full;
  }

  /// Keeps a state that was asked for.
  void addAsked(SlotValues state) {
    SlotValues before = asked.put(state.index(), state);
    askedBytes += state.bytes() - (before == null ? 0 : before.bytes());
    Iterator<SlotValues> eldest = asked.values().iterator();
    while (askedBytes > mostBytes / 2) {
      askedBytes -= eldest.next().bytes();
      eldest.remove();
    }
  }

  /// {@return how many states of so many bytes can be kept that were asked for}
  long room(long bytes) {
    return mostBytes / 2 / Math.max(1, bytes);
  }

  /// {@return the last state not after `index` that is kept}
  Optional<SlotValues> floor(long index) {
    Map.Entry<Long, SlotValues> passed = onTheWay.floorEntry(index);
    long best = passed == null ? -1 : passed.getKey();
    boolean isAsked = false;
    for (long candidate : asked.keySet()) {
      if (candidate <= index && candidate >= best) {
        best = candidate;
        isAsked = true;
      }
    }
    return Optional.ofNullable(isAsked ? asked.get(best) : onTheWay.get(best));
  }

  /// Drops those that were asked for.
  void rest() {
    asked.clear();
    askedBytes = 0;
  }

  /// {@return about how many bytes they take}
  long bytes() {
    return onTheWayBytes + askedBytes;
  }
}
