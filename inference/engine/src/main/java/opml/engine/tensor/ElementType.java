package opml.engine.tensor;

import java.util.Locale;

/// What a tensor holds.
public enum ElementType {
  F32(4),
  U8(1),
  I8(1),
  I32(4),
  I64(8),
  /// One byte, 0 or 1.
  BOOL(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /// {@return the bytes of one element}
  public int bytes() {
    return bytes;
  }

  /// {@return whether this is an unsigned or signed byte, as quantised tensors are}
  public boolean isQuantised() {
    return this == U8 || this == I8;
  }

  /// {@return the name as tables show it: `f32`, `u8`, …}
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
