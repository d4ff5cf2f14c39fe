package opml.vm.machine;

import java.util.Arrays;
import opml.vm.isa.Instruction;
import opml.vm.isa.Op;
import opml.vm.state.Program;

/// A program as the interpreter runs it: one long a word, `op | rd<<8 | rs1<<16 | rs2<<24 | imm<<32`. A write to x0
/// goes to register 32, which nobody reads, so that the loop need not ask.
final class Code {
  static final int SINK = 32;

  static final int LUI = 0;
  static final int AUIPC = 1;
  static final int JAL = 2;
  static final int JALR = 3;
  static final int BEQ = 4;
  static final int BNE = 5;
  static final int BLT = 6;
  static final int BGE = 7;
  static final int BLTU = 8;
  static final int BGEU = 9;
  static final int LB = 10;
  static final int LH = 11;
  static final int LW = 12;
  static final int LD = 13;
  static final int LBU = 14;
  static final int LHU = 15;
  static final int LWU = 16;
  static final int SB = 17;
  static final int SH = 18;
  static final int SW = 19;
  static final int SD = 20;
  static final int ADDI = 21;
  static final int SLLI = 22;
  static final int SLTI = 23;
  static final int SLTIU = 24;
  static final int XORI = 25;
  static final int SRLI = 26;
  static final int SRAI = 27;
  static final int ORI = 28;
  static final int ANDI = 29;
  static final int ADDIW = 30;
  static final int SLLIW = 31;
  static final int SRLIW = 32;
  static final int SRAIW = 33;
  static final int ADD = 34;
  static final int SUB = 35;
  static final int SLL = 36;
  static final int SLT = 37;
  static final int SLTU = 38;
  static final int XOR = 39;
  static final int SRL = 40;
  static final int SRA = 41;
  static final int OR = 42;
  static final int AND = 43;
  static final int MUL = 44;
  static final int MULH = 45;
  static final int MULHSU = 46;
  static final int MULHU = 47;
  static final int DIV = 48;
  static final int DIVU = 49;
  static final int REM = 50;
  static final int REMU = 51;
  static final int ADDW = 52;
  static final int SUBW = 53;
  static final int SLLW = 54;
  static final int SRLW = 55;
  static final int SRAW = 56;
  static final int MULW = 57;
  static final int DIVW = 58;
  static final int DIVUW = 59;
  static final int REMW = 60;
  static final int REMUW = 61;
  static final int FENCE = 62;
  static final int ECALL = 63;
  static final int ILLEGAL = 64;

  private Code() {}

  /// {@return all words of the code tree, and one illegal one behind them}
  static long[] of(Program program) {
    long[] code = new long[program.words() + 1];
    Arrays.fill(code, ILLEGAL);
    int first = program.firstWord();
    for (Instruction instruction : program.instructions()) {
      code[first++] = pack(instruction);
    }
    return code;
  }

  private static long pack(Instruction i) {
    long rd = i.rd() == 0 ? SINK : i.rd();
    return number(i.op())
        | rd << 8
        | (long) i.rs1() << 16
        | (long) i.rs2() << 24
        | (long) i.imm() << 32;
  }

  private static int number(Op op) {
    return switch (op) {
      case LUI -> LUI;
      case AUIPC -> AUIPC;
      case JAL -> JAL;
      case JALR -> JALR;
      case BEQ -> BEQ;
      case BNE -> BNE;
      case BLT -> BLT;
      case BGE -> BGE;
      case BLTU -> BLTU;
      case BGEU -> BGEU;
      case LB -> LB;
      case LH -> LH;
      case LW -> LW;
      case LD -> LD;
      case LBU -> LBU;
      case LHU -> LHU;
      case LWU -> LWU;
      case SB -> SB;
      case SH -> SH;
      case SW -> SW;
      case SD -> SD;
      case ADDI -> ADDI;
      case SLLI -> SLLI;
      case SLTI -> SLTI;
      case SLTIU -> SLTIU;
      case XORI -> XORI;
      case SRLI -> SRLI;
      case SRAI -> SRAI;
      case ORI -> ORI;
      case ANDI -> ANDI;
      case ADDIW -> ADDIW;
      case SLLIW -> SLLIW;
      case SRLIW -> SRLIW;
      case SRAIW -> SRAIW;
      case ADD -> ADD;
      case SUB -> SUB;
      case SLL -> SLL;
      case SLT -> SLT;
      case SLTU -> SLTU;
      case XOR -> XOR;
      case SRL -> SRL;
      case SRA -> SRA;
      case OR -> OR;
      case AND -> AND;
      case MUL -> MUL;
      case MULH -> MULH;
      case MULHSU -> MULHSU;
      case MULHU -> MULHU;
      case DIV -> DIV;
      case DIVU -> DIVU;
      case REM -> REM;
      case REMU -> REMU;
      case ADDW -> ADDW;
      case SUBW -> SUBW;
      case SLLW -> SLLW;
      case SRLW -> SRLW;
      case SRAW -> SRAW;
      case MULW -> MULW;
      case DIVW -> DIVW;
      case DIVUW -> DIVUW;
      case REMW -> REMW;
      case REMUW -> REMUW;
      case FENCE -> FENCE;
      case ECALL -> ECALL;
      case ILLEGAL -> ILLEGAL;
    };
  }
}
