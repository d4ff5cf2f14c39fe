package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import java.util.List;
import opml.core.hash.Bytes32;

/// What those slots hold in a state that nodes write, copied.
///
/// @param index of the state
/// @param values by the order of these slots
/// @param roots of the values in the same order; empty if nobody has hashed them
record SlotValues(long index, List<MemorySegment> values, List<Bytes32> roots) {
  /// About what a value takes besides its bytes.
  private static final long OVERHEAD = 128;

  SlotValues {
    values = List.copyOf(values);
    roots = List.copyOf(roots);
  }

  /// {@return about how many bytes this takes}
  long bytes() {
    return values.stream().mapToLong(value -> value.byteSize() + OVERHEAD).sum();
  }
}
