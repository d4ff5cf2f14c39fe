package opml.vm.jit;

import java.util.Random;
import opml.vm.Asm;
import opml.vm.isa.Op;
import opml.vm.state.Program;

/// Programs that loop, call, return to where nobody called from, jump into the middle of things, and overwrite what
/// they read, their stack included.
final class RandomPrograms {
  private static final int LINK = 1;
  private static final int FIRST_COUNTER = 26;
  private static final int FUNCTIONS = 5;

  private static final Op[] PLAIN = {
    Op.LUI, Op.AUIPC, Op.ADDI, Op.SLTI, Op.SLTIU, Op.XORI, Op.ORI, Op.ANDI, Op.SLLI, Op.SRLI,
    Op.SRAI, Op.ADDIW, Op.SLLIW, Op.SRLIW, Op.SRAIW, Op.ADD, Op.SUB, Op.SLL, Op.SLT, Op.SLTU,
    Op.XOR, Op.SRL, Op.SRA, Op.OR, Op.AND, Op.MUL, Op.MULH, Op.MULHSU, Op.MULHU, Op.DIV, Op.DIVU,
    Op.REM, Op.REMU, Op.ADDW, Op.SUBW, Op.SLLW, Op.SRLW, Op.SRAW, Op.MULW, Op.DIVW, Op.DIVUW,
    Op.REMW, Op.REMUW, Op.FENCE, Op.LB, Op.LH, Op.LW, Op.LD, Op.LBU, Op.LHU, Op.LWU, Op.SB, Op.SH,
    Op.SW, Op.SD
  };
  private static final Op[] BRANCHES = {Op.BEQ, Op.BNE, Op.BLT, Op.BGE, Op.BLTU, Op.BGEU};

  private final Random random;
  private Asm asm = new Asm();
  private int labels;

  RandomPrograms(Random random) {
    this.random = random;
  }

  /// {@return a program that calls functions, mostly over and over}
  Program next(int memDepth) {
    asm = new Asm();
    labels = 0;
    asm.label("main");
    statements(0, 0);
    asm.jal(LINK, "f0").jal(LINK, "f" + random.nextInt(FUNCTIONS));
    if (random.nextInt(8) == 0) {
      asm.exit();
    }
    asm.jal(0, "main");
    for (int f = 0; f < FUNCTIONS; f++) {
      function(f);
    }
    return Program.of(asm.bytes(), memDepth);
  }

  private void function(int f) {
    asm.label("f" + f);
    asm.op(Op.ADDI, 2, 2, -16).store(Op.SD, LINK, 2, 8);
    statements(0, f);
    if (f + 1 < FUNCTIONS && random.nextBoolean()) {
      asm.jal(LINK, "f" + (f + 1 + random.nextInt(FUNCTIONS - f - 1)));
      statements(1, f);
    }
    asm.op(Op.LD, LINK, 2, 8).op(Op.ADDI, 2, 2, 16);
    if (random.nextInt(6) == 0) {
      String straight = newLabel();
      asm.branch(Op.BLT, register(), register(), straight);
      asm.op(Op.ADDI, LINK, LINK, 4 * (random.nextInt(5) - 1) + random.nextInt(4));
      asm.label(straight);
    }
    asm.op(Op.JALR, 0, LINK, 0);
  }

  private void statements(int depth, int function) {
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      statement(depth, function);
    }
  }

  private void statement(int depth, int function) {
    switch (depth > 2 ? random.nextInt(4) : random.nextInt(10)) {
      case 0, 1, 2, 3 -> plain();
      case 4 -> {
        String over = newLabel();
        asm.branch(branch(), register(), register(), over);
        statements(depth + 1, function);
        asm.label(over);
      }
      case 5, 6 -> {
        String loop = newLabel();
        int counter = FIRST_COUNTER + depth;
        asm.op(Op.ADDI, counter, 0, 1 + random.nextInt(40)).label(loop);
        statements(depth + 1, function);
        asm.op(Op.ADDI, counter, counter, -1).branch(Op.BLT, 0, counter, loop);
      }
      case 7 -> {
        // A branch back, or into the middle of what went before, a few times at most.
        String here = newLabel();
        asm.label(here);
        plain();
        plain();
        asm.op(Op.ADDI, 29, 29, 1).op(Op.ANDI, 30, 29, random.nextInt(64));
        asm.branch(branch(), 30, random.nextBoolean() ? 0 : register(), here);
      }
      case 8 -> {
        // An indirect jump some words ahead.
        asm.op(Op.AUIPC, 31, 0, 0).op(Op.ANDI, 30, register(), 12).op(Op.ADD, 31, 31, 30);
        asm.op(Op.JALR, random.nextInt(4) == 0 ? 31 : 0, 31, 16 + random.nextInt(4));
        for (int i = 0; i < 4; i++) {
          plain();
        }
      }
      default -> {
        if (function + 1 < FUNCTIONS && depth < 2) {
          asm.jal(LINK, "f" + (function + 1));
        } else {
          plain();
        }
      }
    }
  }

  private void plain() {
    Op op = PLAIN[random.nextInt(PLAIN.length)];
    int imm =
        switch (op.format()) {
          case IMMEDIATE, STORE -> random.nextInt(4096) - 2048;
          case SHIFT -> random.nextInt(64);
          case SHIFT_WORD -> random.nextInt(32);
          case UPPER -> random.nextInt() & 0xfffff000;
          case REGISTER, BRANCH, JUMP, HINT, FIXED -> 0;
        };
    int rd = random.nextInt(12) == 0 ? 0 : register();
    asm.raw(Asm.word(op, rd, register(), register(), imm));
  }

  private Op branch() {
    return BRANCHES[random.nextInt(BRANCHES.length)];
  }

  /// A register that is no counter and not sp; seldom the link register, which is where functions return to.
  private int register() {
    int r = 3 + random.nextInt(FIRST_COUNTER - 3);
    return random.nextInt(100) == 0 ? LINK : random.nextInt(12) == 0 ? 0 : r;
  }

  private String newLabel() {
    return "l" + labels++;
  }
}
