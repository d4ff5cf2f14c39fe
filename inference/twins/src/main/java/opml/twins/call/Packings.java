package opml.twins.call;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Packed weights, one for each weight however many kernels are prepared with it: a graph that checks an answer has
/// hundreds of nodes over the same one. They are forgotten when nobody uses them, or when the weight's memory is gone.
///
/// A weight is told by its memory: the scope, the address and the size, and how it is packed. So what lies there must
/// stay as it is, not only as long as one prepared kernel is used, but as long as any is.
public final class Packings {
  private final Map<MemorySegment.Scope, Map<Place, Entry>> scopes = new WeakHashMap<>();

  /// @param rowBytes of a row, which with the layout says what the bytes mean
  private record Place(long address, long bytes, Object layout, long rowBytes) {}

  /// What is being packed, or was.
  private static final class Entry {
    private @Nullable WeakReference<MemorySegment> packed;

    /// Others that want it wait.
    synchronized MemorySegment get(Supplier<MemorySegment> pack) {
      MemorySegment known = packed == null ? null : packed.get();
      if (known != null) {
        return known;
      }
      MemorySegment made = pack.get();
      packed = new WeakReference<>(made);
      return made;
    }
  }

  /// {@return a weight, packed now unless it is already}
  ///
  /// @param layout how: equal to others that do the same
  MemorySegment get(
      MemorySegment weight, Object layout, long rowBytes, Supplier<MemorySegment> pack) {
    Place place = new Place(weight.address(), weight.byteSize(), layout, rowBytes);
    Entry entry;
    synchronized (scopes) {
      entry =
          scopes
              .computeIfAbsent(weight.scope(), _ -> new ConcurrentHashMap<>())
              .computeIfAbsent(place, _ -> new Entry());
    }
    return entry.get(pack);
  }
}
