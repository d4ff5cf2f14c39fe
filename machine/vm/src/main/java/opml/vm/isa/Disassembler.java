package opml.vm.isa;

import java.util.List;
import java.util.Locale;

/// Writes instructions down as assemblers read them, with the registers' ABI names and with branch targets as
/// addresses. No pseudo-instructions: what is shown is what is executed.
public final class Disassembler {
  private static final List<String> REGISTERS =
      List.of(
          "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3",
          "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11",
          "t3", "t4", "t5", "t6");

  private Disassembler() {}

  /// {@return the ABI name of register 0 to 31}
  public static String register(int number) {
    return REGISTERS.get(number);
  }

  /// {@return the word at address `pc` as a line, such as `beq a0, zero, 0x1c`}
  public static String disassemble(long pc, int word) {
    Instruction instruction = Instruction.decode(word);
    if (instruction.op() == Op.ILLEGAL) {
      return "illegal 0x%08x".formatted(word);
    }
    String name = instruction.op().name().toLowerCase(Locale.ROOT);
    String operands = operands(instruction, pc);
    return operands.isEmpty() ? name : name + " " + operands;
  }

  private static String operands(Instruction i, long pc) {
    String rd = register(i.rd());
    String rs1 = register(i.rs1());
    String rs2 = register(i.rs2());
    // The machine clears the two low bits of a target (spec/machine.md §4).
    String target = "0x" + Long.toHexString(pc + i.imm() & -4);
    return switch (i.op().format()) {
      case REGISTER -> rd + ", " + rs1 + ", " + rs2;
      case IMMEDIATE ->
          addresses(i.op())
              ? rd + ", " + i.imm() + "(" + rs1 + ")"
              : rd + ", " + rs1 + ", " + i.imm();
      case SHIFT, SHIFT_WORD -> rd + ", " + rs1 + ", " + i.imm();
      case STORE -> rs2 + ", " + i.imm() + "(" + rs1 + ")";
      case BRANCH -> rs1 + ", " + rs2 + ", " + target;
      case UPPER -> rd + ", 0x" + Integer.toHexString(i.imm() >>> 12);
      case JUMP -> rd + ", " + target;
      case HINT, FIXED -> "";
    };
  }

  /// {@return whether the immediate is written as an offset, in front of the register in parentheses}
  private static boolean addresses(Op op) {
    int opcode = op.match() & 0x7f;
    return opcode == (Op.LB.match() & 0x7f) || op == Op.JALR;
  }
}
