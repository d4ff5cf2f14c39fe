package opml.compiler.backend;

import opml.compiler.ir.Condition;
import opml.compiler.ir.NodeOp;
import opml.vm.isa.Instruction;
import opml.vm.isa.Op;

/// The machine's instructions for the compiler's operations, as words.
final class Encoding {
  static final int ECALL = word(Op.ECALL, 0, 0, 0, 0);

  private Encoding() {}

  private static int word(Op op, int rd, int rs1, int rs2, int imm) {
    return new Instruction(op, rd, rs1, rs2, imm).encode();
  }

  static int binary(NodeOp op, int rd, int rs1, int rs2) {
    return word(sameName(op), rd, rs1, rs2, 0);
  }

  static int load(NodeOp op, int rd, int rs1, int offset) {
    return word(sameName(op), rd, rs1, 0, offset);
  }

  static int store(NodeOp op, int rs1, int rs2, int offset) {
    return word(sameName(op), 0, rs1, rs2, offset);
  }

  /// What an operation of the graph means is said by the instruction of its name ([NodeOp]).
  private static Op sameName(NodeOp op) {
    return Op.valueOf(op.name());
  }

  static int immediate(NodeOp op, int rd, int rs1, int value) {
    return switch (op) {
      case ADD -> word(Op.ADDI, rd, rs1, 0, value);
      case SLT -> word(Op.SLTI, rd, rs1, 0, value);
      case SLTU -> word(Op.SLTIU, rd, rs1, 0, value);
      case XOR -> word(Op.XORI, rd, rs1, 0, value);
      case OR -> word(Op.ORI, rd, rs1, 0, value);
      case AND -> word(Op.ANDI, rd, rs1, 0, value);
      case SLL -> word(Op.SLLI, rd, rs1, 0, value & 63);
      case SRL -> word(Op.SRLI, rd, rs1, 0, value & 63);
      case SRA -> word(Op.SRAI, rd, rs1, 0, value & 63);
      case ADDW -> word(Op.ADDIW, rd, rs1, 0, value);
      case SLLW -> word(Op.SLLIW, rd, rs1, 0, value & 31);
      case SRLW -> word(Op.SRLIW, rd, rs1, 0, value & 31);
      case SRAW -> word(Op.SRAIW, rd, rs1, 0, value & 31);
      default -> throw new IllegalArgumentException("no immediate form: " + op);
    };
  }

  /// {@return lui of a value whose low 12 bits are 0}
  static int lui(int rd, int value) {
    return word(Op.LUI, rd, 0, 0, value);
  }

  static int jal(int rd, int distance) {
    return word(Op.JAL, rd, 0, 0, distance);
  }

  static int jalr(int rd, int rs1) {
    return word(Op.JALR, rd, rs1, 0, 0);
  }

  static boolean reaches(int distance) {
    return distance >= -4096 && distance < 4096;
  }

  static int branch(Condition condition, int rs1, int rs2, int distance) {
    Op op =
        switch (condition) {
          case EQ -> Op.BEQ;
          case NE -> Op.BNE;
          case LT -> Op.BLT;
          case GE -> Op.BGE;
          case LTU -> Op.BLTU;
          case GEU -> Op.BGEU;
        };
    return word(op, 0, rs1, rs2, distance);
  }
}
