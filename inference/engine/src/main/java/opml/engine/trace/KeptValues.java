package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// What steps wrote, so much of it that the values of some states can be put together; those of the states between are
/// computed again from there.
///
/// A state's values are the last writes to each slot. A long loop writes the same slots again and again, and what is
/// kept beyond the last state is bounded: when it grows too large, only every second state is kept from now on, and of
/// the writes between two of them the last to each slot.
final class KeptValues {
  /// About what an entry takes besides the bytes.
  private static final long OVERHEAD = 128;

  private final long mostBytes;

  /// What was written since the kept state before.
  private TreeMap<Long, Map<Integer, MemorySegment>> writes = new TreeMap<>();

  private final Map<Integer, MemorySegment> last = new HashMap<>();
  private long interval = 1;
  private long bytes;
  private long lastBytes;

  /// @param mostBytes that are kept besides the last state
  KeptValues(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /// Notes what the step before state `index` wrote; states come in order.
  void add(long index, Map<Integer, MemorySegment> written) {
    Map<Integer, MemorySegment> since = new HashMap<>();
    if (!writes.isEmpty() && writes.lastKey() % interval != 0) {
      since.putAll(writes.pollLastEntry().getValue());
      bytes -= bytes(since);
    }
    since.putAll(written);
    bytes += bytes(since);
    writes.put(index, since);
    lastBytes -=
        last.entrySet().stream()
            .filter(e -> written.containsKey(e.getKey()))
            .mapToLong(KeptValues::bytes)
            .sum();
    last.putAll(written);
    lastBytes += bytes(written);
    while (bytes - lastBytes > mostBytes && writes.size() > 1) {
      thin();
    }
  }

  /// {@return about how many bytes are kept, the last state's among them}
  long bytes() {
    return bytes + lastBytes;
  }

  /// {@return the last state not after `index` whose values are there; 0 for the first, which is always there}
  long floor(long index) {
    Long kept = writes.floorKey(index);
    return kept == null ? 0 : kept;
  }

  /// Puts what a kept state's slots hold over what they held at first.
  void putInto(MemorySegment[] values, long index) {
    for (Map<Integer, MemorySegment> written : writes.headMap(index, true).values()) {
      written.forEach((slot, value) -> values[slot] = value);
    }
  }

  private void thin() {
    interval *= 2;
    TreeMap<Long, Map<Integer, MemorySegment>> kept = new TreeMap<>();
    Map<Integer, MemorySegment> since = new HashMap<>();
    bytes = 0;
    for (var entry : writes.entrySet()) {
      since.putAll(entry.getValue());
      if (entry.getKey() % interval == 0 || entry.getKey().equals(writes.lastKey())) {
        kept.put(entry.getKey(), since);
        bytes += bytes(since);
        since = new HashMap<>();
      }
    }
    writes = kept;
  }

  private static long bytes(Map<Integer, MemorySegment> values) {
    return values.entrySet().stream().mapToLong(KeptValues::bytes).sum();
  }

  private static long bytes(Map.Entry<Integer, MemorySegment> entry) {
    return entry.getValue().byteSize() + OVERHEAD;
  }
}
