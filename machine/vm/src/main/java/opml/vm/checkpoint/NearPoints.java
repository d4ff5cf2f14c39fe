package opml.vm.checkpoint;

import java.util.TreeMap;
import opml.vm.machine.MachineSnapshot;
import org.jspecify.annotations.Nullable;

/// Points between checkpoints where somebody asked: a dissection, which asks inside the interval it asked around
/// before, then replays little. They stay in memory, and are few.
final class NearPoints {
  private static final int LIMIT = 64;

  private record Near(MachineSnapshot point, long size) {}

  private final TreeMap<Long, Near> points = new TreeMap<>();
  private final long mostBytes;
  private long bytes;

  NearPoints(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /// {@return the last point not after an index}
  @Nullable MachineSnapshot floor(long index) {
    var entry = points.floorEntry(index);
    return entry == null ? null : entry.getValue().point();
  }

  boolean has(long steps) {
    return points.containsKey(steps);
  }

  /// Keeps a point, and forgets the farthest from it while there are too many.
  ///
  /// @param size bytes that only this point holds, or more
  void add(MachineSnapshot point, long size) {
    points.put(point.steps(), new Near(point, size));
    bytes += size;
    while (points.size() > LIMIT || bytes > mostBytes && !points.isEmpty()) {
      long first = points.firstKey();
      long last = points.lastKey();
      forget(point.steps() - first > last - point.steps() ? first : last);
    }
  }

  /// {@return bytes that these points hold, or more}
  long bytes() {
    return bytes;
  }

  void forget(long steps) {
    @Nullable Near forgotten = points.remove(steps);
    if (forgotten != null) {
      bytes -= forgotten.size();
    }
  }

  void clear() {
    points.clear();
    bytes = 0;
  }
}
