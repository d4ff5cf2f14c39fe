package opml.vm.jit;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import opml.vm.isa.Instruction;
import org.jspecify.annotations.Nullable;

/// What is known of the registers' values within a block: it saves sign extensions that change nothing, and clearing
/// address bits that are zero.
final class Facts {
  /// Registers that hold a sign-extended 32-bit number.
  private final BitSet words = new BitSet();

  /// How many low bits of each register are zero, at least.
  private final int[] zeros = new int[32];

  private final Map<Integer, Long> constants;

  /// @param constants registers that hold these values all the time
  Facts(Map<Integer, Long> constants) {
    this.constants = constants;
    forget();
  }

  /// Forgets what holds in one block only.
  void forget() {
    words.clear();
    words.set(0);
    Arrays.fill(zeros, 0);
    zeros[0] = Long.SIZE;
    for (Map.Entry<Integer, Long> constant : constants.entrySet()) {
      long value = constant.getValue();
      words.set(constant.getKey(), (int) value == value);
      zeros[constant.getKey()] = Long.numberOfTrailingZeros(value);
    }
  }

  /// {@return the value of a register that never changes, if it is known}
  @Nullable Long constant(int register) {
    return constants.get(register);
  }

  boolean isWord(int register) {
    return words.get(register);
  }

  /// {@return whether register + distance is a multiple of `width`, a power of two}
  boolean isAligned(int register, int distance, int width) {
    int bits = Integer.numberOfTrailingZeros(width);
    return zeros[register] >= bits && Integer.numberOfTrailingZeros(distance) >= bits;
  }

  /// Takes note of an instruction that goes on to the next one.
  void after(Instruction i) {
    if (i.rd() != 0) {
      boolean word = isWordAfter(i);
      int bits = Math.min(Long.SIZE, zerosAfter(i));
      words.set(i.rd(), word);
      zeros[i.rd()] = bits;
    }
  }

  private boolean isWordAfter(Instruction i) {
    return switch (i.op()) {
      case LUI, LB, LBU, LH, LHU, LW, SLTI, SLTIU, SLT, SLTU -> true;
      case ADDIW, SLLIW, SRLIW, SRAIW -> true;
      case ADDW, SUBW, SLLW, SRLW, SRAW, MULW, DIVW, DIVUW, REMW, REMUW -> true;
      case ADDI -> i.rs1() == 0 || i.imm() == 0 && isWord(i.rs1());
      case ANDI -> i.imm() >= 0 || isWord(i.rs1());
      case ORI, XORI, SRAI -> isWord(i.rs1());
      case AND, OR, XOR -> isWord(i.rs1()) && isWord(i.rs2());
      default -> false;
    };
  }

  private int zerosAfter(Instruction i) {
    int a = zeros[i.rs1()];
    int b = zeros[i.rs2()];
    int immediate = i.imm() == 0 ? Long.SIZE : Integer.numberOfTrailingZeros(i.imm());
    return switch (i.op()) {
      case LUI -> immediate;
      case ADDI, ORI, XORI -> Math.min(a, immediate);
      case ANDI -> Math.max(a, immediate);
      case SLLI -> a + i.imm();
      case ADD, SUB, OR, XOR -> Math.min(a, b);
      case AND -> Math.max(a, b);
      default -> 0;
    };
  }
}
