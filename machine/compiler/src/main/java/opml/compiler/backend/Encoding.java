package opml.compiler.backend;

import opml.compiler.ir.Condition;
import opml.compiler.ir.NodeOp;

/// Instruction words (RISC-V unprivileged ISA, chapter 2 and the listings of RV64I and M).
final class Encoding {
  static final int ECALL = 0x73;

  private Encoding() {}

  private static int r(int funct7, int rs2, int rs1, int funct3, int rd, int opcode) {
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
  }

  private static int i(int imm, int rs1, int funct3, int rd, int opcode) {
    if (imm < -2048 || imm > 2047) {
      throw new IllegalArgumentException("not a 12-bit immediate: " + imm);
    }
    return imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
  }

  static int binary(NodeOp op, int rd, int rs1, int rs2) {
    return switch (op) {
      case ADD -> r(0, rs2, rs1, 0, rd, 0x33);
      case SUB -> r(32, rs2, rs1, 0, rd, 0x33);
      case SLL -> r(0, rs2, rs1, 1, rd, 0x33);
      case SLT -> r(0, rs2, rs1, 2, rd, 0x33);
      case SLTU -> r(0, rs2, rs1, 3, rd, 0x33);
      case XOR -> r(0, rs2, rs1, 4, rd, 0x33);
      case SRL -> r(0, rs2, rs1, 5, rd, 0x33);
      case SRA -> r(32, rs2, rs1, 5, rd, 0x33);
      case OR -> r(0, rs2, rs1, 6, rd, 0x33);
      case AND -> r(0, rs2, rs1, 7, rd, 0x33);
      case MUL -> r(1, rs2, rs1, 0, rd, 0x33);
      case MULH -> r(1, rs2, rs1, 1, rd, 0x33);
      case MULHU -> r(1, rs2, rs1, 3, rd, 0x33);
      case DIV -> r(1, rs2, rs1, 4, rd, 0x33);
      case DIVU -> r(1, rs2, rs1, 5, rd, 0x33);
      case REM -> r(1, rs2, rs1, 6, rd, 0x33);
      case REMU -> r(1, rs2, rs1, 7, rd, 0x33);
      case ADDW -> r(0, rs2, rs1, 0, rd, 0x3b);
      case SUBW -> r(32, rs2, rs1, 0, rd, 0x3b);
      case SLLW -> r(0, rs2, rs1, 1, rd, 0x3b);
      case SRLW -> r(0, rs2, rs1, 5, rd, 0x3b);
      case SRAW -> r(32, rs2, rs1, 5, rd, 0x3b);
      case MULW -> r(1, rs2, rs1, 0, rd, 0x3b);
      case DIVW -> r(1, rs2, rs1, 4, rd, 0x3b);
      case DIVUW -> r(1, rs2, rs1, 5, rd, 0x3b);
      case REMW -> r(1, rs2, rs1, 6, rd, 0x3b);
      case REMUW -> r(1, rs2, rs1, 7, rd, 0x3b);
      default -> throw new IllegalArgumentException("no register form: " + op);
    };
  }

  static int immediate(NodeOp op, int rd, int rs1, int value) {
    return switch (op) {
      case ADD -> i(value, rs1, 0, rd, 0x13);
      case SLT -> i(value, rs1, 2, rd, 0x13);
      case SLTU -> i(value, rs1, 3, rd, 0x13);
      case XOR -> i(value, rs1, 4, rd, 0x13);
      case OR -> i(value, rs1, 6, rd, 0x13);
      case AND -> i(value, rs1, 7, rd, 0x13);
      case SLL -> i(value & 63, rs1, 1, rd, 0x13);
      case SRL -> i(value & 63, rs1, 5, rd, 0x13);
      case SRA -> i(value & 63 | 1024, rs1, 5, rd, 0x13);
      case ADDW -> i(value, rs1, 0, rd, 0x1b);
      case SLLW -> i(value & 31, rs1, 1, rd, 0x1b);
      case SRLW -> i(value & 31, rs1, 5, rd, 0x1b);
      case SRAW -> i(value & 31 | 1024, rs1, 5, rd, 0x1b);
      default -> throw new IllegalArgumentException("no immediate form: " + op);
    };
  }

  static int load(NodeOp op, int rd, int rs1, int offset) {
    int funct3 =
        switch (op) {
          case LB -> 0;
          case LH -> 1;
          case LW -> 2;
          case LD -> 3;
          case LBU -> 4;
          case LHU -> 5;
          case LWU -> 6;
          default -> throw new IllegalArgumentException("no load: " + op);
        };
    return i(offset, rs1, funct3, rd, 0x03);
  }

  static int store(NodeOp op, int rs1, int rs2, int offset) {
    int funct3 =
        switch (op) {
          case SB -> 0;
          case SH -> 1;
          case SW -> 2;
          case SD -> 3;
          default -> throw new IllegalArgumentException("no store: " + op);
        };
    if (offset < -2048 || offset > 2047) {
      throw new IllegalArgumentException("not a 12-bit offset: " + offset);
    }
    return r(offset >> 5, rs2, rs1, funct3, offset & 31, 0x23);
  }

  /// {@return lui, whose value is `upper`·2^12 sign-extended}
  static int lui(int rd, int upper) {
    return upper << 12 | rd << 7 | 0x37;
  }

  static int jal(int rd, int distance) {
    if (distance < -(1 << 20) || distance >= 1 << 20) {
      throw new IllegalArgumentException("a jump over " + distance + " bytes");
    }
    return (distance >> 20 & 1) << 31
        | (distance >> 1 & 1023) << 21
        | (distance >> 11 & 1) << 20
        | (distance >> 12 & 255) << 12
        | rd << 7
        | 0x6f;
  }

  static int jalr(int rd, int rs1) {
    return i(0, rs1, 0, rd, 0x67);
  }

  static boolean reaches(int distance) {
    return distance >= -4096 && distance < 4096;
  }

  static int branch(Condition condition, int rs1, int rs2, int distance) {
    int funct3 =
        switch (condition) {
          case EQ -> 0;
          case NE -> 1;
          case LT -> 4;
          case GE -> 5;
          case LTU -> 6;
          case GEU -> 7;
        };
    return (distance >> 12 & 1) << 31
        | (distance >> 5 & 63) << 25
        | rs2 << 20
        | rs1 << 15
        | funct3 << 12
        | (distance >> 1 & 15) << 8
        | (distance >> 11 & 1) << 7
        | 0x63;
  }
}
