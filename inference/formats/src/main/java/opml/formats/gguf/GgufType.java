package opml.formats.gguf;

import java.util.Locale;

/// The types of metadata, in the order of their codes.
public enum GgufType {
  U8(1),
  I8(1),
  U16(2),
  I16(2),
  U32(4),
  I32(4),
  F32(4),
  /// A byte, 0 or 1.
  BOOL(1),
  /// A length of eight bytes, then so many bytes of UTF-8.
  STRING(0),
  /// The type of its elements, their number in eight bytes, then the elements.
  ARRAY(0),
  U64(8),
  I64(8),
  F64(8);

  private final int bytes;

  GgufType(int bytes) {
    this.bytes = bytes;
  }

  /// {@return the bytes of a value, 0 if that depends on the value}
  int bytes() {
    return bytes;
  }

  /// {@return whether values are of one size}
  boolean isScalar() {
    return bytes > 0;
  }

  boolean isReal() {
    return this == F32 || this == F64;
  }

  boolean isWhole() {
    return isScalar() && !isReal() && this != BOOL;
  }

  /// {@return the name as people read it: `u32`, `string`, …}
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
