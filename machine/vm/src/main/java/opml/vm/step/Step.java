package opml.vm.step;

import static opml.vm.isa.Arithmetic.divide;
import static opml.vm.isa.Arithmetic.divideUnsigned;
import static opml.vm.isa.Arithmetic.multiplyHighSignedUnsigned;
import static opml.vm.isa.Arithmetic.remainder;
import static opml.vm.isa.Arithmetic.remainderUnsigned;

import opml.core.hash.Bytes32;
import opml.vm.isa.Instruction;
import opml.vm.state.MachineState;

/// One instruction of the machine: the meaning that the contract's `Step.sol` and every faster machine are held to.
///
/// The machine is RV64IM (RISC-V unprivileged manual, chapters "RV32I", "RV64I" and "M"), made *total*: there is no
/// trap and no case without an answer, because each would have to be decided on chain.
///
///   - An address wraps around the memory and is aligned downwards, so that an access touches one leaf.
///   - A jump's target loses its two low bits. A pc outside the program finds the word 0.
///   - A word that is no instruction, the word 0 among them, halts the machine as illegal and changes nothing else.
///   - `ecall` with 93 in a7 halts with an exit code; any other is illegal.
///   - A halted machine stays as it is, for ever, so that a trace has any length one likes.
///
/// `spec/machine.md` says the same in a table. Names and order here are those of `Step.sol`.
public final class Step {
  /// Number, in a7, of the one known ecall.
  public static final long EXIT_CALL = 93;

  private static final int A0 = 10;
  private static final int A7 = 17;

  private final StateAccess access;
  private final long pc;

  private Step(StateAccess access) {
    this.access = access;
    this.pc = access.pc();
  }

  /// Executes one instruction.
  public static void step(StateAccess access) {
    if (access.exit() == MachineState.RUNNING) {
      Step step = new Step(access);
      step.execute(Instruction.decode(step.fetch()));
    }
  }

  /// {@return the word at pc, 0 where the program has none}
  private int fetch() {
    if ((pc & 3) != 0 || pc >>> (access.codeDepth() + 5) != 0) {
      return 0;
    }
    return (int) read(access.codeLeaf(pc >>> 5), pc, 4);
  }

  private void execute(Instruction i) {
    long a = access.register(i.rs1());
    long b = access.register(i.rs2());
    long imm = i.imm();
    int rd = i.rd();
    switch (i.op()) {
      case LUI -> result(rd, imm);
      case AUIPC -> result(rd, pc + imm);

      case JAL -> jump(rd, pc + imm);
      case JALR -> jump(rd, a + imm);

      case BEQ -> branch(a == b, imm);
      case BNE -> branch(a != b, imm);
      case BLT -> branch(a < b, imm);
      case BGE -> branch(a >= b, imm);
      case BLTU -> branch(Long.compareUnsigned(a, b) < 0, imm);
      case BGEU -> branch(Long.compareUnsigned(a, b) >= 0, imm);

      case LB -> result(rd, (byte) load(a + imm, 1));
      case LH -> result(rd, (short) load(a + imm, 2));
      case LW -> resultWord(rd, (int) load(a + imm, 4));
      case LD -> result(rd, load(a + imm, 8));
      case LBU -> result(rd, load(a + imm, 1));
      case LHU -> result(rd, load(a + imm, 2));
      case LWU -> result(rd, load(a + imm, 4));

      case SB -> store(a + imm, 1, b);
      case SH -> store(a + imm, 2, b);
      case SW -> store(a + imm, 4, b);
      case SD -> store(a + imm, 8, b);

      case ADDI -> result(rd, a + imm);
      case SLLI -> result(rd, a << imm);
      case SLTI -> result(rd, a < imm ? 1 : 0);
      case SLTIU -> result(rd, Long.compareUnsigned(a, imm) < 0 ? 1 : 0);
      case XORI -> result(rd, a ^ imm);
      case SRLI -> result(rd, a >>> imm);
      case SRAI -> result(rd, a >> imm);
      case ORI -> result(rd, a | imm);
      case ANDI -> result(rd, a & imm);

      case ADDIW -> resultWord(rd, (int) (a + imm));
      case SLLIW -> resultWord(rd, (int) a << imm);
      case SRLIW -> resultWord(rd, (int) a >>> imm);
      case SRAIW -> resultWord(rd, (int) a >> imm);

      case ADD -> result(rd, a + b);
      case SUB -> result(rd, a - b);
      case SLL -> result(rd, a << (b & 63));
      case SLT -> result(rd, a < b ? 1 : 0);
      case SLTU -> result(rd, Long.compareUnsigned(a, b) < 0 ? 1 : 0);
      case XOR -> result(rd, a ^ b);
      case SRL -> result(rd, a >>> (b & 63));
      case SRA -> result(rd, a >> (b & 63));
      case OR -> result(rd, a | b);
      case AND -> result(rd, a & b);

      case MUL -> result(rd, a * b);
      case MULH -> result(rd, Math.multiplyHigh(a, b));
      case MULHSU -> result(rd, multiplyHighSignedUnsigned(a, b));
      case MULHU -> result(rd, Math.unsignedMultiplyHigh(a, b));
      case DIV -> result(rd, divide(a, b));
      case DIVU -> result(rd, divideUnsigned(a, b));
      case REM -> result(rd, remainder(a, b));
      case REMU -> result(rd, remainderUnsigned(a, b));

      case ADDW -> resultWord(rd, (int) (a + b));
      case SUBW -> resultWord(rd, (int) (a - b));
      case SLLW -> resultWord(rd, (int) a << (b & 31));
      case SRLW -> resultWord(rd, (int) a >>> (b & 31));
      case SRAW -> resultWord(rd, (int) a >> (b & 31));

      case MULW -> resultWord(rd, (int) (a * b));
      case DIVW -> resultWord(rd, divide((int) a, (int) b));
      case DIVUW -> resultWord(rd, divideUnsigned((int) a, (int) b));
      case REMW -> resultWord(rd, remainder((int) a, (int) b));
      case REMUW -> resultWord(rd, remainderUnsigned((int) a, (int) b));

      case FENCE -> next();
      case ECALL -> call();
      case ILLEGAL -> access.exit(MachineState.ILLEGAL);
    }
  }

  /// Writes the destination register, unless it is x0, and goes on to the next instruction.
  private void result(int rd, long value) {
    write(rd, value);
    next();
  }

  /// Writes a 32-bit result, sign-extended.
  private void resultWord(int rd, int value) {
    result(rd, value);
  }

  private void jump(int rd, long target) {
    write(rd, pc + 4);
    access.pc(target & -4);
  }

  private void branch(boolean taken, long distance) {
    if (taken) {
      access.pc(pc + distance & -4);
    } else {
      next();
    }
  }

  /// {@return the zero-extended number of `width` bytes at an address}
  private long load(long address, int width) {
    long at = effective(address, width);
    return read(access.memoryLeaf(at >>> 5), at, width);
  }

  private void store(long address, int width, long value) {
    long at = effective(address, width);
    Bytes32 leaf = access.memoryLeaf(at >>> 5);
    access.memoryLeaf(at >>> 5, replace(leaf, at, width, value));
    next();
  }

  /// Halts with the exit code in a0, or as illegal. The pc stays.
  private void call() {
    boolean exits = access.register(A7) == EXIT_CALL;
    access.exit(exits ? MachineState.exited(access.register(A0)) : MachineState.ILLEGAL);
  }

  private void next() {
    access.pc(pc + 4);
  }

  private void write(int rd, long value) {
    if (rd != 0) {
      access.register(rd, value);
    }
  }

  /// {@return the address wrapped around the memory and aligned downwards}
  private long effective(long address, int width) {
    return address & (1L << (access.memDepth() + 5)) - 1 & -width;
  }

  /// {@return the zero-extended number of `width` bytes that a leaf holds at an aligned address}
  private static long read(Bytes32 leaf, long address, int width) {
    return lane(leaf, address) >>> shift(address) & ones(width);
  }

  /// {@return the leaf with the `width` bytes at an aligned address replaced}
  private static Bytes32 replace(Bytes32 leaf, long address, int width, long value) {
    long mask = ones(width) << shift(address);
    long lane = lane(leaf, address) & ~mask | value << shift(address) & mask;
    return switch (laneIndex(address)) {
      case 0 -> new Bytes32(lane, leaf.lane1(), leaf.lane2(), leaf.lane3());
      case 1 -> new Bytes32(leaf.lane0(), lane, leaf.lane2(), leaf.lane3());
      case 2 -> new Bytes32(leaf.lane0(), leaf.lane1(), lane, leaf.lane3());
      default -> new Bytes32(leaf.lane0(), leaf.lane1(), leaf.lane2(), lane);
    };
  }

  private static long lane(Bytes32 leaf, long address) {
    return switch (laneIndex(address)) {
      case 0 -> leaf.lane0();
      case 1 -> leaf.lane1();
      case 2 -> leaf.lane2();
      default -> leaf.lane3();
    };
  }

  /// {@return which of a leaf's four little-endian lanes holds the address}
  private static int laneIndex(long address) {
    return (int) (address >>> 3) & 3;
  }

  /// {@return how many bits below the address its lane begins}
  private static int shift(long address) {
    return (int) (address & 7) * 8;
  }

  private static long ones(int width) {
    return -1L >>> (64 - 8 * width);
  }
}
