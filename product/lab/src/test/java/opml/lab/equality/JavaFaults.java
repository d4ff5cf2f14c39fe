package opml.lab.equality;

import java.util.ArrayList;
import java.util.List;

/// Mistakes in the module vm: in the step, in what it is decoded from, in its replay, and in the interpreter.
final class JavaFaults {
  private static final String STEP = "step/Step.java";
  private static final String REPLAY = "step/ReplayingAccess.java";
  private static final String OPENING = "step/Opening.java";
  private static final String STATE = "state/MachineState.java";
  private static final String OP = "isa/Op.java";
  private static final String FORMAT = "isa/Format.java";
  private static final String DECODER = "isa/Decoder.java";
  private static final String ARITHMETIC = "isa/Arithmetic.java";
  private static final String INTERPRETER = "machine/Interpreter.java";

  private final List<Fault> all = new ArrayList<>();

  static List<Fault> all() {
    JavaFaults faults = new JavaFaults();
    faults.stepControl();
    faults.stepArithmetic();
    faults.stepMemory();
    faults.witness();
    faults.decoding();
    faults.arithmetic();
    faults.interpreter();
    return List.copyOf(faults.all);
  }

  private void plant(String name, String file, String text, String planted) {
    all.add(new Fault(name, file, text, planted));
  }

  private void stepControl() {
    plant(
        "a halted machine goes on",
        STEP,
        "if (access.exit() == MachineState.RUNNING) {",
        "if (access.exit() != MachineState.ILLEGAL) {");
    plant("another call exits", STEP, "EXIT_CALL = 93;", "EXIT_CALL = 94;");
    plant("a misaligned pc fetches", STEP, "(pc & 3) != 0 || ", "");
    plant("the program is twice as long", STEP, "access.codeDepth() + 5", "access.codeDepth() + 6");
    plant("another word of the leaf", STEP, "pc >>> 5), pc, 4)", "pc >>> 5), pc ^ 4, 4)");
    plant("the link is the jump itself", STEP, "write(rd, pc + 4);", "write(rd, pc);");
    plant("a jump keeps bit 1", STEP, "access.pc(target & -4);", "access.pc(target & -2);");
    plant("a branch keeps bit 1", STEP, "distance & -4", "distance & -2");
    plant("BLT is unsigned", STEP, "branch(a < b, imm)", "branch(a + Long.MIN_VALUE < b, imm)");
    plant(
        "BGEU is signed",
        STEP,
        "branch(Long.compareUnsigned(a, b) >= 0, imm)",
        "branch(a >= b, imm)");
    plant("pc stays", STEP, "    access.pc(pc + 4);", "    access.pc(pc);");
    plant(
        "AUIPC counts from the next word",
        STEP,
        "AUIPC -> result(rd, pc + imm)",
        "AUIPC -> result(rd, pc + 4 + imm)");
    plant("x0 is written", STEP, "if (rd != 0) {", "if (rd >= 0) {");
    plant(
        "half of a7 is looked at",
        STEP,
        "access.register(A7) == EXIT_CALL",
        "(int) access.register(A7) == EXIT_CALL");
    plant("an exit code of seven bits", STATE, "a0 & 0xff;", "a0 & 0x7f;");
    plant(
        "illegal is another number",
        STEP,
        "ILLEGAL -> access.exit(MachineState.ILLEGAL);",
        "ILLEGAL -> access.exit(MachineState.ILLEGAL >> 1);");
    plant("the exit code is in a1", STEP, "A0 = 10;", "A0 = 11;");
  }

  private void stepArithmetic() {
    plant("SLLIW is not cut", STEP, "resultWord(rd, (int) a << imm)", "result(rd, a << imm)");
    plant("SRLIW is arithmetic", STEP, "(int) a >>> imm", "(int) a >> imm");
    plant("SRL is arithmetic", STEP, "result(rd, a >>> (b & 63))", "result(rd, a >> (b & 63))");
    plant("SLL by five bits", STEP, "a << (b & 63)", "a << (b & 31)");
    plant("SLLW in 64 bits", STEP, "(int) a << (b & 31)", "(int) (a << (b & 63))");
    plant("SRAW is logical", STEP, "(int) a >> (b & 31)", "(int) a >>> (b & 31)");
    plant("SLTIU is signed", STEP, "Long.compareUnsigned(a, imm) < 0", "a < imm");
    plant(
        "SLT is unsigned",
        STEP,
        "result(rd, a < b ? 1 : 0)",
        "result(rd, Long.compareUnsigned(a, b) <= -1 ? 1 : 0)");
    plant("MULH is unsigned", STEP, "Math.multiplyHigh(a, b)", "Math.unsignedMultiplyHigh(a, b)");
    plant("MULHU is signed", STEP, "Math.unsignedMultiplyHigh(a, b)", "Math.multiplyHigh(a, b)");
    plant("REM is DIV", STEP, "result(rd, remainder(a, b))", "result(rd, divide(a, b))");
    plant("ADDW is not cut", STEP, "resultWord(rd, (int) (a + b))", "result(rd, a + b)");
    plant(
        "word results are zero-extended",
        STEP,
        "    result(rd, value);\n  }\n\n  private void jump",
        "    result(rd, value & 0xffffffffL);\n  }\n\n  private void jump");
    plant(
        "DIVUW in 64 bits",
        STEP,
        "resultWord(rd, divideUnsigned((int) a, (int) b))",
        "resultWord(rd, (int) divideUnsigned(a, b))");
  }

  private void stepMemory() {
    plant("LB is not sign-extended", STEP, "(byte) load(a + imm, 1)", "load(a + imm, 1)");
    plant(
        "LWU is sign-extended",
        STEP,
        "LWU -> result(rd, load(a + imm, 4))",
        "LWU -> result(rd, (int) load(a + imm, 4))");
    plant("LH is a byte", STEP, "(short) load(a + imm, 2)", "(short) load(a + imm, 1)");
    plant("SH stores four bytes", STEP, "store(a + imm, 2, b)", "store(a + imm, 4, b)");
    plant("addresses are not aligned", STEP, " - 1 & -width;", " - 1;");
    plant("memory is half as large", STEP, "access.memDepth() + 5", "access.memDepth() + 4");
    plant(
        "a written lane lands in the next",
        STEP,
        "case 1 -> new Bytes32(leaf.lane0(), lane,",
        "case 1 -> new Bytes32(lane, leaf.lane0(),");
    plant(
        "the upper lanes are the lower",
        STEP,
        "(int) (address >>> 3) & 3",
        "(int) (address >>> 3) & 1");
    plant(
        "bytes in a lane are not moved",
        STEP,
        "(int) (address & 7) * 8",
        "(int) (address & 3) * 8");
    plant("a write clears its lane", STEP, "lane(leaf, address) & ~mask | value", "value");
    plant(
        "a store goes nowhere",
        STEP,
        "    access.memoryLeaf(at >>> 5, replace(leaf, at, width, value));\n",
        "");
    plant(
        "a store does not go on",
        STEP,
        "replace(leaf, at, width, value));\n    next();",
        "replace(leaf, at, width, value));");
  }

  private void witness() {
    plant(
        "the prestate is not checked",
        REPLAY,
        "if (!state.hash().equals(prestate)) {",
        "if (state == null) {");
    plant(
        "proofs are not checked",
        REPLAY,
        "if (!opening.root().equals(root)) {",
        "if (opening == null) {");
    plant("trailing bytes are taken", REPLAY, "    witness.end();\n", "");
    plant(
        "a store keeps the old root",
        REPLAY,
        ".proof().root(leaf);",
        ".proof().root(opened.leaf());");
    plant(
        "code and memory have one depth",
        REPLAY,
        "open(\"memory\", program.memDepth()",
        "open(\"memory\", program.codeDepth()");
    plant("the code root is the memory's", REPLAY, "index, program.codeRoot())", "index, memRoot)");
    plant(
        "registers are shifted by one",
        STATE,
        "registers[i] = in.u64(\"register\");",
        "registers[i % 31 + 1] = in.u64(\"register\");");
    plant("too many mask bits", OPENING, "mask >>> depth != 0", "mask >>> depth > 1");
    plant(
        "a zero sibling of the wrong height",
        OPENING,
        "ZeroHashes.at(i)",
        "ZeroHashes.at(depth - i)");
  }

  private void decoding() {
    plant("FENCE.I is legal", FORMAT, "HINT(0x0000707f)", "HINT(0x0000007f)");
    plant("EBREAK is an ecall", FORMAT, "FIXED(0xffffffff)", "FIXED(0xffefffff)");
    plant("a word shift by six bits", FORMAT, "SHIFT_WORD(0xfe00707f)", "SHIFT_WORD(0xfc00707f)");
    plant(
        "a shift by five bits",
        FORMAT,
        "case SHIFT -> word >>> 20 & 63;",
        "case SHIFT -> word >>> 20 & 31;");
    plant(
        "I is not sign-extended",
        FORMAT,
        "case IMMEDIATE -> word >> 20;",
        "case IMMEDIATE -> word >>> 20;");
    plant(
        "S takes rs2 for its low bits",
        FORMAT,
        "<< 5 | word >>> 7 & 31;",
        "<< 5 | word >>> 20 & 31;");
    plant("B takes bit 8 for bit 7", FORMAT, "(word >>> 7 & 1) << 11", "(word >>> 8 & 1) << 11");
    plant(
        "J takes bit 21 for bit 20", FORMAT, "(word >>> 20 & 1) << 11", "(word >>> 21 & 1) << 11");
    plant("B has no sign", FORMAT, "word >> 31 << 12", "word >>> 31 << 12");
    plant(
        "JALR of another funct3",
        OP,
        "JALR(Format.IMMEDIATE, 0x67, 0)",
        "JALR(Format.IMMEDIATE, 0x67, 1)");
    plant(
        "SRAI is SRLI",
        OP,
        "SRAI(Format.SHIFT, 0x13, 5, 0x20)",
        "SRAI(Format.SHIFT, 0x13, 5, 0x10)");
    plant(
        "MULW and DIVW change places",
        OP,
        "MULW(Format.REGISTER, 0x3b, 0, 0x01)",
        "MULW(Format.REGISTER, 0x3b, 1, 0x01)");
    plant("rs1 of four bits", DECODER, "word >>> 15 & 31", "word >>> 15 & 15");
    plant(
        "rd is written by stores, too",
        DECODER,
        "format.readsSecond() ? word >>> 20 & 31 : 0",
        "word >>> 7 & 31");
  }

  private void arithmetic() {
    plant("MULHSU is MULH", ARITHMETIC, " + (b >> 63 & a)", "");
    plant(
        "DIV by zero is 0",
        ARITHMETIC,
        "return b == 0 ? -1 : a / b;\n  }\n\n  public static long divideU",
        "return b == 0 ? 0 : a / b;\n  }\n\n  public static long divideU");
    plant("DIVU is signed", ARITHMETIC, "Long.divideUnsigned(a, b)", "a / b");
    plant(
        "REMU by zero is 0",
        ARITHMETIC,
        "b == 0 ? a : Long.remainderUnsigned(a, b)",
        "b == 0 ? 0 : Long.remainderUnsigned(a, b)");
    plant(
        "REM has the divisor's sign",
        ARITHMETIC,
        "b == 0 ? a : a % b;\n  }\n\n  public static long remainderU",
        "b == 0 ? a : Math.floorMod(a, b);\n  }\n\n  public static long remainderU");
    plant(
        "DIV overflows to the greatest",
        ARITHMETIC,
        "return b == 0 ? -1 : a / b;\n  }\n\n  public static long divideU",
        "return b == 0 ? -1 : b == -1 && a == Long.MIN_VALUE ? Long.MAX_VALUE : a / b;\n  }\n\n"
            + "  public static long divideU");
    plant("REMUW is signed", ARITHMETIC, "Integer.remainderUnsigned(a, b)", "a % b");
  }

  private void interpreter() {
    plant(
        "the interpreter's LH is unsigned",
        INTERPRETER,
        "r[rd] = (short) SHORT.get(m, (int) (a + imm) & m2);",
        "r[rd] = (short) SHORT.get(m, (int) (a + imm) & m2) & 0xffff;");
    plant("its LWU is signed", INTERPRETER, " & 0xffff_ffffL;", ";");
    plant(
        "its SW is not aligned", INTERPRETER, "final int m4 = m1 & -4;", "final int m4 = m1 & -2;");
    plant(
        "its SD marks no page",
        INTERPRETER,
        "LONG.set(m, at, b);\n          dirty[at >>> Memory.PAGE_SHIFT] = 1;",
        "LONG.set(m, at, b);");
    plant(
        "its JAL links to itself",
        INTERPRETER,
        "case Code.JAL -> r[rd] = 4L * p;",
        "case Code.JAL -> r[rd] = 4L * (p - 1);");
    plant("its BGE is BGT", INTERPRETER, "if (a < b) {", "if (a <= b) {");
    plant(
        "its BLTU is signed",
        INTERPRETER,
        "if (Long.compareUnsigned(a, b) >= 0) {",
        "if (a >= b) {");
    plant("its SRLW is arithmetic", INTERPRETER, "(int) a >>> (int) b", "(int) a >> (int) b");
    plant("its ADDIW is not cut", INTERPRETER, "(int) a + imm;", "a + imm;");
    plant("its MULW is not cut", INTERPRETER, "(int) a * (int) b", "a * b");
    plant(
        "its JALR forgets the low bits",
        INTERPRETER,
        "long target = a + imm & -4;",
        "long target = a + imm & -1;");
    plant(
        "its ecall looks at half of a7",
        INTERPRETER,
        "r[17] == Step.EXIT_CALL",
        "(int) r[17] == Step.EXIT_CALL");
    plant(
        "its ecall moves pc",
        INTERPRETER,
        "return leave(4L * (p - 1), how,",
        "return leave(4L * p, how,");
    plant("its jumps are one word short", INTERPRETER, "p += (imm >> 2) - 1;", "p += (imm >> 2);");
    plant(
        "it counts one step too few",
        INTERPRETER,
        "return leave(4L * p, MachineState.RUNNING, r, budget - left);",
        "return leave(4L * p, MachineState.RUNNING, r, budget - left - 1);");
    plant("its AUIPC counts from the next word", INTERPRETER, "4L * (p - 1) + imm", "4L * p + imm");
  }
}
