package opml.formats.onnx.node;

import opml.engine.graph.Slot;

/// How much an import takes.
///
/// @param constants bytes of the file's constants that may be read, all together
/// @param piece bytes of a weight that a slot takes whole; a product with a larger one is split
public record Limits(long constants, long piece) {
  public Limits {
    if (constants < 0 || piece < 1 || piece > Slot.MAX_BYTES) {
      throw new IllegalArgumentException(
          "%d bytes of constants, %d of a piece".formatted(constants, piece));
    }
  }

  /// {@return so many bytes of constants, and slots as large as they may be}
  public static Limits ofConstants(long bytes) {
    return new Limits(bytes, Slot.MAX_BYTES);
  }
}
