package opml.engine.trace;

import java.util.List;
import opml.core.hash.Bytes32;

/// What those slots hold in a state that nodes write, copied.
///
/// @param index of the state
/// @param values by the order of these slots
/// @param roots of the values in the same order; empty if nobody has hashed them
record SlotValues(long index, List<SlotPages> values, List<Bytes32> roots) {
  SlotValues {
    values = List.copyOf(values);
    roots = List.copyOf(roots);
  }
}
