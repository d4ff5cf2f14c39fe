package opml.lab.conformance.floats;

/// What a function takes or gives: how many hexadecimal digits TestFloat prints for it, and which bits count.
public enum FloatOperand {
  F32(8),
  F16(4),
  I32(8),
  UI32(8),
  I64(16),
  BOOL(1);

  private final int digits;

  FloatOperand(int digits) {
    this.digits = digits;
  }

  /// {@return hexadecimal digits on a line of TestFloat}
  public int digits() {
    return digits;
  }

  /// {@return the value's own bits, the others cleared}
  public long bits(long value) {
    return value & -1L >>> (64 - 4 * digits);
  }

  /// {@return whether it is a float, so that it may be NaN}
  public boolean isFloat() {
    return this == F32 || this == F16;
  }

  /// {@return whether a float of this kind is NaN}
  public boolean isNan(long bits) {
    return this == F32 ? (bits & 0x7fffffff) > 0x7f800000 : this == F16 && (bits & 0x7fff) > 0x7c00;
  }

  /// {@return the one NaN that our arithmetic gives (`spec/numerics.md`)}
  public long canonicalNan() {
    return this == F16 ? 0x7e00 : 0x7fc00000;
  }
}
