package opml.engine.commit;

import opml.core.hash.Bytes32;

/// A part of a node's memory that is not zero when its program starts.
public sealed interface Segment {
  int depth();

  /// {@return the place, in units of `32·2^depth` bytes}
  long index();

  /// {@return the address of the first byte}
  default long address() {
    return index() << (5 + depth());
  }

  /// Bytes that are the same in every state, by their root.
  record Fixed(int depth, long index, Bytes32 root) implements Segment {}

  /// What the slot holds.
  record FromSlot(int depth, long index, int slot) implements Segment {}
}
