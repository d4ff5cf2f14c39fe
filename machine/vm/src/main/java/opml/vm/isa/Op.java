package opml.vm.isa;

/// The machine's instructions: RV64I and M, and nothing else. Each is told by its format's mask and its value under it;
/// a word that matches none is [#ILLEGAL]. This is the table of `spec/machine.md` §3, in its order; decoder, encoder,
/// disassembler and compiler read it.
public enum Op {
  LUI(Format.UPPER, 0x37),
  AUIPC(Format.UPPER, 0x17),
  JAL(Format.JUMP, 0x6f),
  JALR(Format.IMMEDIATE, 0x67, 0),

  BEQ(Format.BRANCH, 0x63, 0),
  BNE(Format.BRANCH, 0x63, 1),
  BLT(Format.BRANCH, 0x63, 4),
  BGE(Format.BRANCH, 0x63, 5),
  BLTU(Format.BRANCH, 0x63, 6),
  BGEU(Format.BRANCH, 0x63, 7),

  LB(Format.IMMEDIATE, 0x03, 0),
  LH(Format.IMMEDIATE, 0x03, 1),
  LW(Format.IMMEDIATE, 0x03, 2),
  LD(Format.IMMEDIATE, 0x03, 3),
  LBU(Format.IMMEDIATE, 0x03, 4),
  LHU(Format.IMMEDIATE, 0x03, 5),
  LWU(Format.IMMEDIATE, 0x03, 6),

  SB(Format.STORE, 0x23, 0),
  SH(Format.STORE, 0x23, 1),
  SW(Format.STORE, 0x23, 2),
  SD(Format.STORE, 0x23, 3),

  ADDI(Format.IMMEDIATE, 0x13, 0),
  SLLI(Format.SHIFT, 0x13, 1, 0x00),
  SLTI(Format.IMMEDIATE, 0x13, 2),
  SLTIU(Format.IMMEDIATE, 0x13, 3),
  XORI(Format.IMMEDIATE, 0x13, 4),
  SRLI(Format.SHIFT, 0x13, 5, 0x00),
  SRAI(Format.SHIFT, 0x13, 5, 0x20),
  ORI(Format.IMMEDIATE, 0x13, 6),
  ANDI(Format.IMMEDIATE, 0x13, 7),

  ADDIW(Format.IMMEDIATE, 0x1b, 0),
  SLLIW(Format.SHIFT_WORD, 0x1b, 1, 0x00),
  SRLIW(Format.SHIFT_WORD, 0x1b, 5, 0x00),
  SRAIW(Format.SHIFT_WORD, 0x1b, 5, 0x20),

  ADD(Format.REGISTER, 0x33, 0, 0x00),
  SUB(Format.REGISTER, 0x33, 0, 0x20),
  SLL(Format.REGISTER, 0x33, 1, 0x00),
  SLT(Format.REGISTER, 0x33, 2, 0x00),
  SLTU(Format.REGISTER, 0x33, 3, 0x00),
  XOR(Format.REGISTER, 0x33, 4, 0x00),
  SRL(Format.REGISTER, 0x33, 5, 0x00),
  SRA(Format.REGISTER, 0x33, 5, 0x20),
  OR(Format.REGISTER, 0x33, 6, 0x00),
  AND(Format.REGISTER, 0x33, 7, 0x00),

  MUL(Format.REGISTER, 0x33, 0, 0x01),
  MULH(Format.REGISTER, 0x33, 1, 0x01),
  MULHSU(Format.REGISTER, 0x33, 2, 0x01),
  MULHU(Format.REGISTER, 0x33, 3, 0x01),
  DIV(Format.REGISTER, 0x33, 4, 0x01),
  DIVU(Format.REGISTER, 0x33, 5, 0x01),
  REM(Format.REGISTER, 0x33, 6, 0x01),
  REMU(Format.REGISTER, 0x33, 7, 0x01),

  ADDW(Format.REGISTER, 0x3b, 0, 0x00),
  SUBW(Format.REGISTER, 0x3b, 0, 0x20),
  SLLW(Format.REGISTER, 0x3b, 1, 0x00),
  SRLW(Format.REGISTER, 0x3b, 5, 0x00),
  SRAW(Format.REGISTER, 0x3b, 5, 0x20),

  MULW(Format.REGISTER, 0x3b, 0, 0x01),
  DIVW(Format.REGISTER, 0x3b, 4, 0x01),
  DIVUW(Format.REGISTER, 0x3b, 5, 0x01),
  REMW(Format.REGISTER, 0x3b, 6, 0x01),
  REMUW(Format.REGISTER, 0x3b, 7, 0x01),

  FENCE(Format.HINT, 0x0f, 0),
  ECALL(Format.FIXED, 0x73),

  /// Every other word; the all-zero word is its representative.
  ILLEGAL(Format.FIXED, 0x00);

  private final Format format;
  private final int match;

  Op(Format format, int opcode) {
    this(format, opcode, 0, 0);
  }

  Op(Format format, int opcode, int funct3) {
    this(format, opcode, funct3, 0);
  }

  Op(Format format, int opcode, int funct3, int funct7) {
    this.format = format;
    this.match = opcode | funct3 << 12 | funct7 << 25;
  }

  public Format format() {
    return format;
  }

  /// {@return the word of this instruction with all operands zero}
  public int match() {
    return match;
  }

  /// {@return whether a word is this instruction}
  boolean matches(int word) {
    return (word & format.mask()) == match;
  }
}
