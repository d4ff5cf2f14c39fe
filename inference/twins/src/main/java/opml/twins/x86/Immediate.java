package opml.twins.x86;

/// A number in the instruction itself.
public record Immediate(int value) implements X86Operand {
  /// {@return whether one byte holds it, sign-extended}
  boolean isByte() {
    return value == (byte) value;
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
