package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;

/// Counts the bytes of states that are kept: a page counts once, however many of them share it.
final class Shelf {
  /// About what a page takes besides its bytes.
  private static final long OVERHEAD = 80;

  private final IdentityHashMap<MemorySegment, Integer> holders = new IdentityHashMap<>();
  private long bytes;

  void add(SlotValues state) {
    for (SlotPages value : state.values()) {
      bytes += value.ownBytes();
      value.forEach(
          page -> {
            if (holders.merge(page, 1, Integer::sum) == 1) {
              bytes += page.byteSize() + OVERHEAD;
            }
          });
    }
  }

  void remove(SlotValues state) {
    for (SlotPages value : state.values()) {
      bytes -= value.ownBytes();
      value.forEach(
          page -> {
            if (holders.merge(page, -1, Integer::sum) == 0) {
              holders.remove(page);
              bytes -= page.byteSize() + OVERHEAD;
            }
          });
    }
  }

  void clear() {
    holders.clear();
    bytes = 0;
  }

  /// {@return about how many bytes the states take}
  long bytes() {
    return bytes;
  }
}
