package opml.vm.isa;

/// A decoded instruction. Operands that its format lacks are 0.
///
/// @param rd the register written, 0 to 31
/// @param rs1 the first register read, 0 to 31
/// @param rs2 the second register read, 0 to 31
/// @param imm the immediate, sign-extended; a byte distance for branches and jumps, a shift amount for shifts
public record Instruction(Op op, int rd, int rs1, int rs2, int imm) {
  /// {@return the meaning of a word, which is [Op#ILLEGAL] where it has none}
  public static Instruction decode(int word) {
    return Decoder.decode(word);
  }

  /// {@return its word, with zeros in the fields that its format ignores}
  ///
  /// @throws IllegalArgumentException if an operand does not fit, or the format lacks it and it is not 0
  public int encode() {
    return Encoder.encode(this);
  }
}
