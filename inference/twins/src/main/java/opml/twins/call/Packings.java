package opml.twins.call;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import opml.engine.run.Constant;
import org.jspecify.annotations.Nullable;

/// Packed weights, one for each weight however many kernels are prepared with it: a graph that checks an answer has
/// hundreds of nodes over the same one. They are forgotten when nobody uses them, or when the weight is.
///
/// A weight is told by its identity ([Constant#identity]) and how it is packed.
public final class Packings {
  private final Map<Object, Map<Form, Entry>> weights = new WeakHashMap<>();

  /// @param rowBytes of a row, which with the layout says what the bytes mean
  private record Form(Object layout, long rowBytes) {}

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
  MemorySegment get(Constant weight, Object layout, long rowBytes, Supplier<MemorySegment> pack) {
    Entry entry;
    synchronized (weights) {
      entry =
          weights
              .computeIfAbsent(weight.identity(), _ -> new ConcurrentHashMap<>())
              .computeIfAbsent(new Form(layout, rowBytes), _ -> new Entry());
    }
    return entry.get(pack);
  }
}
