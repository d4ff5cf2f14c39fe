package opml.engine.graph;

/// What a node hands to its kernel as one segment argument.
public sealed interface Operand {
  /// The kernel reads the slot.
  record Read(int slot) implements Operand {}

  /// The kernel writes the whole slot, which it finds zeroed.
  record Write(int slot) implements Operand {}

  /// The kernel reads the slot and changes it in place.
  record Update(int slot) implements Operand {}

  /// An optional operand that is not there: zeros, as many as it would have.
  record Absent(long bytes) implements Operand {
    public Absent {
      if (bytes < 1 || bytes > Slot.MAX_BYTES) {
        throw new IllegalArgumentException("absent operand of " + bytes + " bytes");
      }
    }
  }
}
