package opml.vm.isa;

/// How an instruction word carries its operands, after "Base Instruction Formats" of the RISC-V unprivileged manual.
/// The two shift formats are the manual's I format with a narrower immediate.
public enum Format {
  /// rd, rs1, rs2; told apart by funct3 and funct7.
  REGISTER(0xfe00707f),
  /// rd, rs1, 12-bit immediate.
  IMMEDIATE(0x0000707f),
  /// rd, rs1, shift amount 0 to 63.
  SHIFT(0xfc00707f),
  /// rd, rs1, shift amount 0 to 31.
  SHIFT_WORD(0xfe00707f),
  /// rs1, rs2, 12-bit immediate.
  STORE(0x0000707f),
  /// rs1, rs2, 13-bit even distance.
  BRANCH(0x0000707f),
  /// rd, the upper 20 bits of a 32-bit immediate.
  UPPER(0x0000007f),
  /// rd, 21-bit even distance.
  JUMP(0x0000007f),
  /// Told apart by funct3; the other fields are hints and carry nothing.
  HINT(0x0000707f),
  /// The whole word is fixed.
  FIXED(0xffffffff);

  private final int mask;

  Format(int mask) {
    this.mask = mask;
  }

  /// {@return the bits of a word that tell instructions of this format apart}
  public int mask() {
    return mask;
  }

  /// {@return the sign-extended immediate of a word of this format; 0 where the format has none}
  int immediate(int word) {
    return switch (this) {
      case REGISTER, HINT, FIXED -> 0;
      case IMMEDIATE -> word >> 20;
      case SHIFT -> word >>> 20 & 63;
      case SHIFT_WORD -> word >>> 20 & 31;
      case STORE -> word >> 25 << 5 | word >>> 7 & 31;
      case BRANCH ->
          word >> 31 << 12
              | (word >>> 7 & 1) << 11
              | (word >>> 25 & 63) << 5
              | (word >>> 8 & 15) << 1;
      case UPPER -> word & 0xfffff000;
      case JUMP ->
          word >> 31 << 20 | word & 0xff000 | (word >>> 20 & 1) << 11 | (word >>> 21 & 1023) << 1;
    };
  }

  /// {@return the bits of a word of this format that carry an immediate; what does not fit is cut off}
  int place(int immediate) {
    return switch (this) {
      case REGISTER, HINT, FIXED -> 0;
      case IMMEDIATE -> immediate << 20;
      case SHIFT -> (immediate & 63) << 20;
      case SHIFT_WORD -> (immediate & 31) << 20;
      case STORE -> immediate >> 5 << 25 | (immediate & 31) << 7;
      case BRANCH ->
          (immediate >> 12 & 1) << 31
              | (immediate >> 11 & 1) << 7
              | (immediate >> 5 & 63) << 25
              | (immediate >> 1 & 15) << 8;
      case UPPER -> immediate & 0xfffff000;
      case JUMP ->
          (immediate >> 20 & 1) << 31
              | immediate & 0xff000
              | (immediate >> 11 & 1) << 20
              | (immediate >> 1 & 1023) << 21;
    };
  }

  boolean writes() {
    return switch (this) {
      case REGISTER, IMMEDIATE, SHIFT, SHIFT_WORD, UPPER, JUMP -> true;
      case STORE, BRANCH, HINT, FIXED -> false;
    };
  }

  boolean readsFirst() {
    return switch (this) {
      case REGISTER, IMMEDIATE, SHIFT, SHIFT_WORD, STORE, BRANCH -> true;
      case UPPER, JUMP, HINT, FIXED -> false;
    };
  }

  boolean readsSecond() {
    return switch (this) {
      case REGISTER, STORE, BRANCH -> true;
      case IMMEDIATE, SHIFT, SHIFT_WORD, UPPER, JUMP, HINT, FIXED -> false;
    };
  }
}
