package opml.engine.commit;

/// A part of a node's memory that becomes a slot's value when the program has exited.
public record Output(int depth, long index, int slot) {
  /// {@return the address of the first byte}
  public long address() {
    return index << (5 + depth);
  }
}
