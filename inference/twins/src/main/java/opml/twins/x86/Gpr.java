package opml.twins.x86;

import java.util.Locale;

/// A general-purpose register (SDM 3.1.1.1, table 3-1).
public enum Gpr implements X86Operand {
  RAX(0),
  RCX(1),
  RDX(2),
  RBX(3),
  RSP(4),
  RBP(5),
  RSI(6),
  RDI(7),
  R8(8),
  R9(9),
  R10(10),
  R11(11),
  R12(12),
  R13(13),
  R14(14),
  R15(15);

  private final int number;

  Gpr(int number) {
    this.number = number;
  }

  /// {@return the number's lowest three bits, which ModRM and SIB hold}
  int low() {
    return number & 7;
  }

  /// {@return the number's fourth bit, which a prefix holds}
  int high() {
    return number >> 3;
  }

  /// {@return the name of its lower half}
  String name32() {
    String name = toString();
    return number < 8 ? "e" + name.substring(1) : name + "d";
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
