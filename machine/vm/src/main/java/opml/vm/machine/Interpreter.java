package opml.vm.machine;

import static opml.vm.isa.Arithmetic.divide;
import static opml.vm.isa.Arithmetic.divideUnsigned;
import static opml.vm.isa.Arithmetic.multiplyHighSignedUnsigned;
import static opml.vm.isa.Arithmetic.remainder;
import static opml.vm.isa.Arithmetic.remainderUnsigned;
import static opml.vm.state.Words.INT;
import static opml.vm.state.Words.LONG;
import static opml.vm.state.Words.SHORT;

import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.step.DirectAccess;
import opml.vm.step.RecordingAccess;
import opml.vm.step.Step;
import opml.vm.step.StepProof;
import org.jspecify.annotations.Nullable;

/// A loop over decoded instructions, some hundred million a second. It means exactly what [Step] means.
///
/// What makes the loop fast: instructions are decoded once ([Code]); the registers live in an array made inside the
/// method, whose length the compiler knows, so that a masked number needs no range check; writes to x0 go to a register
/// nobody reads; addresses never trap.
public class Interpreter implements Machine {
  /// Steps run in one call of the loop, so that HotSpot's ordinary compilation of the method is soon reached.
  private static final long SLICE = 100_000;

  private final Program program;
  private final Memory memory;
  private final long[] code;

  /// The registers, x0 first, between two calls of [#advance].
  protected final long[] x = new long[MachineState.REGISTERS];

  /// The address of the next instruction, between two calls of [#advance].
  protected long pc;

  private long exit;
  private long steps;

  /// A machine at the start of a program: everything 0 but the memory.
  public Interpreter(Program program, MemoryImage image) {
    this(program, new Memory(image), 0, new long[MachineState.REGISTERS]);
  }

  /// A machine that starts at `pc` with these registers.
  public Interpreter(Program program, Memory memory, long pc, long[] registers) {
    if (memory.depth() != program.memDepth()) {
      throw new IllegalArgumentException(
          "the program wants a memory of depth %d, not %d"
              .formatted(program.memDepth(), memory.depth()));
    }
    if (registers.length != MachineState.REGISTERS || registers[0] != 0) {
      throw new IllegalArgumentException("a machine has 32 registers, the first of them 0");
    }
    this.program = program;
    this.memory = memory;
    this.code = Code.of(program);
    this.pc = pc;
    System.arraycopy(registers, 0, x, 0, x.length);
  }

  @Override
  public Program program() {
    return program;
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public long exit() {
    return exit;
  }

  @Override
  public MachineState state() {
    return new MachineState(memory.root(), pc, exit, x);
  }

  @Override
  public StepProof prove() {
    return RecordingAccess.prove(new DirectAccess(program, memory, pc, exit, x));
  }

  @Override
  public MachineSnapshot snapshot() {
    return new MachineSnapshot(steps, pc, exit, x, memory.save());
  }

  @Override
  public void restore(MachineSnapshot snapshot) {
    memory.restore(snapshot.pages());
    steps = snapshot.steps();
    pc = snapshot.pc();
    exit = snapshot.exit();
    System.arraycopy(snapshot.registers(), 0, x, 0, x.length);
  }

  @Override
  public void runTo(long target) {
    if (target < steps) {
      throw new IllegalArgumentException(
          "step %d lies behind: %d were executed".formatted(target, steps));
    }
    while (exit == MachineState.RUNNING && steps < target) {
      if (program.holds(pc)) {
        steps += advance(target - steps);
      } else {
        exit = MachineState.ILLEGAL;
        steps++;
      }
    }
  }

  /// Executes at least one and at most `budget` instructions from pc, which lies inside the program.
  ///
  /// @return how many were executed
  protected long advance(long budget) {
    return interpret(Math.min(budget, SLICE), null, 0);
  }

  /// Executes up to `budget` instructions from pc, which lies inside the program; fewer when the machine halts, jumps
  /// out of the program, or arrives where it is hot.
  ///
  /// @param hits if wanted, counts how often each word was come to by a jump, or by a branch not taken
  /// @param hot number of hits of a jump's target that ends the run before it
  /// @return how many were executed
  // The word forms are meant to wrap at 32 bits and to be sign-extended then.
  @SuppressWarnings({"IntLongMath", "NarrowCalculation"})
  protected final long interpret(long budget, int @Nullable [] hits, int hot) {
    final long[] r = new long[64];
    System.arraycopy(x, 0, r, 0, MachineState.REGISTERS);
    final long[] c = code;
    final byte[] m = memory.bytes();
    final byte[] dirty = memory.dirtyPages();
    final int m1 = m.length - 1;
    final int m2 = m1 & -2;
    final int m4 = m1 & -4;
    final int m8 = m1 & -8;
    final int words = c.length - 1;
    int p = (int) (pc >>> 2);
    long left = budget;

    while (left > 0) {
      left--;
      long i = c[p++];
      int rd = (int) i >>> 8 & 63;
      long a = r[(int) i >>> 16 & 31];
      long b = r[(int) i >>> 24 & 31];
      int imm = (int) (i >> 32);
      switch ((int) i & 0xff) {
        case Code.LUI -> {
          r[rd] = imm;
          continue;
        }
        case Code.AUIPC -> {
          r[rd] = 4L * (p - 1) + imm;
          continue;
        }
        case Code.JAL -> r[rd] = 4L * p;
        case Code.JALR -> {
          r[rd] = 4L * p;
          long target = a + imm & -4;
          if (target >>> 2 >= words) {
            // Out of the program, where only runTo knows what happens.
            return leave(target, MachineState.RUNNING, r, budget - left);
          }
          p = (int) (target >>> 2);
          if (hits != null && ++hits[p] >= hot) {
            return leave(target, MachineState.RUNNING, r, budget - left);
          }
          continue;
        }
        case Code.BEQ -> {
          if (a != b) {
            if (hits != null) {
              hits[p]++;
            }
            continue;
          }
        }
        case Code.BNE -> {
          if (a == b) {
            if (hits != null) {
              hits[p]++;
            }
            continue;
          }
        }
        case Code.BLT -> {
          if (a >= b) {
            if (hits != null) {
              hits[p]++;
            }
            continue;
          }
        }
        case Code.BGE -> {
          if (a < b) {
            if (hits != null) {
              hits[p]++;
            }
            continue;
          }
        }
        case Code.BLTU -> {
          if (Long.compareUnsigned(a, b) >= 0) {
            if (hits != null) {
              hits[p]++;
            }
            continue;
          }
        }
        case Code.BGEU -> {
          if (Long.compareUnsigned(a, b) < 0) {
            if (hits != null) {
              hits[p]++;
            }
            continue;
          }
        }
        case Code.LB -> {
          r[rd] = m[(int) (a + imm) & m1];
          continue;
        }
        case Code.LH -> {
          r[rd] = (short) SHORT.get(m, (int) (a + imm) & m2);
          continue;
        }
        case Code.LW -> {
          r[rd] = (int) INT.get(m, (int) (a + imm) & m4);
          continue;
        }
        case Code.LD -> {
          r[rd] = (long) LONG.get(m, (int) (a + imm) & m8);
          continue;
        }
        case Code.LBU -> {
          r[rd] = m[(int) (a + imm) & m1] & 0xff;
          continue;
        }
        case Code.LHU -> {
          r[rd] = (short) SHORT.get(m, (int) (a + imm) & m2) & 0xffff;
          continue;
        }
        case Code.LWU -> {
          r[rd] = (int) INT.get(m, (int) (a + imm) & m4) & 0xffff_ffffL;
          continue;
        }
        case Code.SB -> {
          int at = (int) (a + imm) & m1;
          m[at] = (byte) b;
          dirty[at >>> Memory.PAGE_SHIFT] = 1;
          continue;
        }
        case Code.SH -> {
          int at = (int) (a + imm) & m2;
          SHORT.set(m, at, (short) b);
          dirty[at >>> Memory.PAGE_SHIFT] = 1;
          continue;
        }
        case Code.SW -> {
          int at = (int) (a + imm) & m4;
          INT.set(m, at, (int) b);
          dirty[at >>> Memory.PAGE_SHIFT] = 1;
          continue;
        }
        case Code.SD -> {
          int at = (int) (a + imm) & m8;
          LONG.set(m, at, b);
          dirty[at >>> Memory.PAGE_SHIFT] = 1;
          continue;
        }
        case Code.ADDI -> {
          r[rd] = a + imm;
          continue;
        }
        case Code.SLLI -> {
          r[rd] = a << imm;
          continue;
        }
        case Code.SLTI -> {
          r[rd] = a < imm ? 1 : 0;
          continue;
        }
        case Code.SLTIU -> {
          r[rd] = Long.compareUnsigned(a, imm) < 0 ? 1 : 0;
          continue;
        }
        case Code.XORI -> {
          r[rd] = a ^ imm;
          continue;
        }
        case Code.SRLI -> {
          r[rd] = a >>> imm;
          continue;
        }
        case Code.SRAI -> {
          r[rd] = a >> imm;
          continue;
        }
        case Code.ORI -> {
          r[rd] = a | imm;
          continue;
        }
        case Code.ANDI -> {
          r[rd] = a & imm;
          continue;
        }
        case Code.ADDIW -> {
          r[rd] = (int) a + imm;
          continue;
        }
        case Code.SLLIW -> {
          r[rd] = (int) a << imm;
          continue;
        }
        case Code.SRLIW -> {
          r[rd] = (int) a >>> imm;
          continue;
        }
        case Code.SRAIW -> {
          r[rd] = (int) a >> imm;
          continue;
        }
        case Code.ADD -> {
          r[rd] = a + b;
          continue;
        }
        case Code.SUB -> {
          r[rd] = a - b;
          continue;
        }
        case Code.SLL -> {
          r[rd] = a << (int) b;
          continue;
        }
        case Code.SLT -> {
          r[rd] = a < b ? 1 : 0;
          continue;
        }
        case Code.SLTU -> {
          r[rd] = Long.compareUnsigned(a, b) < 0 ? 1 : 0;
          continue;
        }
        case Code.XOR -> {
          r[rd] = a ^ b;
          continue;
        }
        case Code.SRL -> {
          r[rd] = a >>> (int) b;
          continue;
        }
        case Code.SRA -> {
          r[rd] = a >> (int) b;
          continue;
        }
        case Code.OR -> {
          r[rd] = a | b;
          continue;
        }
        case Code.AND -> {
          r[rd] = a & b;
          continue;
        }
        case Code.MUL -> {
          r[rd] = a * b;
          continue;
        }
        case Code.MULH -> {
          r[rd] = Math.multiplyHigh(a, b);
          continue;
        }
        case Code.MULHSU -> {
          r[rd] = multiplyHighSignedUnsigned(a, b);
          continue;
        }
        case Code.MULHU -> {
          r[rd] = Math.unsignedMultiplyHigh(a, b);
          continue;
        }
        case Code.DIV -> {
          r[rd] = divide(a, b);
          continue;
        }
        case Code.DIVU -> {
          r[rd] = divideUnsigned(a, b);
          continue;
        }
        case Code.REM -> {
          r[rd] = remainder(a, b);
          continue;
        }
        case Code.REMU -> {
          r[rd] = remainderUnsigned(a, b);
          continue;
        }
        case Code.ADDW -> {
          r[rd] = (int) a + (int) b;
          continue;
        }
        case Code.SUBW -> {
          r[rd] = (int) a - (int) b;
          continue;
        }
        case Code.SLLW -> {
          r[rd] = (int) a << (int) b;
          continue;
        }
        case Code.SRLW -> {
          r[rd] = (int) a >>> (int) b;
          continue;
        }
        case Code.SRAW -> {
          r[rd] = (int) a >> (int) b;
          continue;
        }
        case Code.MULW -> {
          r[rd] = (int) a * (int) b;
          continue;
        }
        case Code.DIVW -> {
          r[rd] = divide((int) a, (int) b);
          continue;
        }
        case Code.DIVUW -> {
          r[rd] = divideUnsigned((int) a, (int) b);
          continue;
        }
        case Code.REMW -> {
          r[rd] = remainder((int) a, (int) b);
          continue;
        }
        case Code.REMUW -> {
          r[rd] = remainderUnsigned((int) a, (int) b);
          continue;
        }
        case Code.FENCE -> {
          continue;
        }
        case Code.ECALL -> {
          long how = r[17] == Step.EXIT_CALL ? MachineState.exited(r[10]) : MachineState.ILLEGAL;
          return leave(4L * (p - 1), how, r, budget - left);
        }
        default -> {
          return leave(4L * (p - 1), MachineState.ILLEGAL, r, budget - left);
        }
      }
      // A jump by a distance of two-byte units, the odd one of which is dropped; p is one word
      // ahead already.
      p += (imm >> 2) - 1;
      if (Integer.compareUnsigned(p, words) >= 0 || hits != null && ++hits[p] >= hot) {
        break;
      }
    }
    return leave(4L * p, MachineState.RUNNING, r, budget - left);
  }

  private long leave(long nextPc, long how, long[] r, long executed) {
    pc = nextPc;
    exit = how;
    System.arraycopy(r, 0, x, 0, MachineState.REGISTERS);
    return executed;
  }
}
