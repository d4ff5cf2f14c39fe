package opml.compiler.ir;

/// Where RISC-V takes a constant inside the instruction, so that it needs no register.
public final class Immediates {
  private Immediates() {}

  public static boolean isShort(long value) {
    return value >= -2048 && value < 2048;
  }

  /// {@return whether loading the constant is a single instruction}
  public static boolean isCheap(long value) {
    return isShort(value) || value == (int) value && (value & 0xfff) == 0;
  }

  /// {@return whether input `index` of `user`, a constant of this value, is part of the instruction}
  public static boolean folds(Node user, int index, long value) {
    return switch (user.op()) {
      case ADD, ADDW, AND, OR, XOR, SLT, SLTU -> index == 1 && isShort(value);
      case SLL, SRL, SRA, SLLW, SRLW, SRAW -> index == 1 || value == 0;
      // A zero input is register x0; arguments and copies load what is cheap where it is needed.
      case CALL, PHI -> isCheap(value);
      default -> value == 0;
    };
  }
}
