package opml.vm.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import opml.vm.Asm;
import opml.vm.isa.Disassembler;
import opml.vm.isa.Op;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.state.Words;
import org.junit.jupiter.api.Test;

/// Step run directly, the interpreter, and a replay that sees the witness only: one meaning.
class MachinesAgreeTest {
  private static final long[] CORNERS = {
    0,
    1,
    -1,
    2,
    -2,
    7,
    31,
    32,
    63,
    64,
    Long.MIN_VALUE,
    Long.MAX_VALUE,
    Integer.MIN_VALUE,
    Integer.MAX_VALUE,
    0x8000_0000L,
    0xffff_ffffL,
    0x1_0000_0000L,
    0x0123_4567_89ab_cdefL
  };

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void allMachinesAgreeOnRandomPrograms() {
    for (int run = 0; run < 300; run++) {
      int memDepth = random.nextInt(9);
      Program program = Program.of(randomCode(8 + random.nextInt(120)), memDepth);
      MemoryImage image = randomImage(memDepth);
      long pc = 4L * random.nextInt(8);
      long[] registers = randomRegisters();
      DirectAccess direct = new DirectAccess(program, new Memory(image), pc, 0, registers);
      Machine machine = new Interpreter(program, new Memory(image), pc, registers);
      for (int step = 0; step < 60; step++) {
        check(program, direct, machine, "seed %d, run %d, step %d".formatted(seed, run, step));
      }
    }
  }

  private void check(Program program, DirectAccess direct, Machine machine, String where) {
    MachineState before = machine.state();
    String what =
        where
            + ": "
            + Disassembler.disassemble(before.pc(), program.word(before.pc()))
            + " in "
            + before;
    StepProof proof = machine.prove();
    assertThat(machine.state()).as("%s: a proof changes nothing", what).isEqualTo(before);
    Step.step(direct);
    machine.run(1);
    MachineState after = direct.state();
    assertThat(machine.state()).as(what).isEqualTo(after);
    assertThat(proof.prestate()).as(what).isEqualTo(before);
    assertThat(StepProof.verify(before.hash(), program.descriptor(), proof.encode()))
        .as(what)
        .isEqualTo(after);
  }

  @Test
  void allMachinesAgreeOnLongRuns() {
    for (int run = 0; run < 200; run++) {
      int memDepth = random.nextInt(14);
      Program program = Program.of(randomCode(64 + random.nextInt(300)), memDepth);
      MemoryImage image = randomImage(memDepth);
      long[] registers = randomRegisters();
      DirectAccess direct = new DirectAccess(program, new Memory(image), 0, 0, registers);
      Machine machine = new Interpreter(program, new Memory(image), 0, registers);
      for (int done = 0; done < 4000; ) {
        int count = random.nextInt(500);
        for (int i = 0; i < count; i++) {
          Step.step(direct);
        }
        done += count;
        machine.runTo(machine.halted() ? machine.steps() : done);
        assertThat(machine.state())
            .as("seed %d, run %d, after %d", seed, run, done)
            .isEqualTo(direct.state());
      }
    }
  }

  @Test
  void everyEncodingClassAtCornerOperands() {
    MemoryImage image = randomImage(3);
    for (int opcode = 3; opcode < 128; opcode += 4) {
      for (int functs = 0; functs < 1024; functs++) {
        int fields = functs << 12 & 0x7000 | functs >>> 3 << 25;
        for (int k = 0; k < 3; k++) {
          int rd = random.nextInt(32);
          int rs1 = random.nextInt(32);
          int rs2 = random.nextInt(32);
          int word = opcode | fields | rd << 7 | rs1 << 15 | rs2 << 20;
          checkSingle(word, image);
        }
      }
    }
  }

  @Test
  void everyInstructionAtAllPairsOfCorners() {
    MemoryImage image = randomImage(3);
    for (Op op : Op.values()) {
      for (long a : CORNERS) {
        for (long b : CORNERS) {
          long[] registers = new long[MachineState.REGISTERS];
          registers[11] = a;
          registers[12] = b;
          checkSingle(Asm.word(op, 10, 11, 12, immediate(op)), image, registers);
        }
      }
    }
  }

  private void checkSingle(int word, MemoryImage image) {
    checkSingle(word, image, randomRegisters());
  }

  private void checkSingle(int word, MemoryImage image, long[] registers) {
    byte[] code = new byte[8];
    Words.INT.set(code, 4, word);
    Program program = Program.of(code, image.depth());
    DirectAccess direct = new DirectAccess(program, new Memory(image), 4, 0, registers);
    Machine machine = new Interpreter(program, new Memory(image), 4, registers);
    Step.step(direct);
    machine.run(1);
    assertThat(machine.state())
        .as("seed %d: %s (0x%08x)", seed, Disassembler.disassemble(4, word), word)
        .isEqualTo(direct.state());
  }

  /// Mostly instructions, some words of chance, few that halt, jumps mostly inside.
  private byte[] randomCode(int words) {
    byte[] code = new byte[4 * words];
    Op[] ops = Op.values();
    for (int i = 0; i < words; i++) {
      Op op = ops[random.nextInt(ops.length)];
      boolean halts = op == Op.ECALL || op == Op.ILLEGAL || op == Op.JALR;
      if (halts && random.nextInt(8) != 0) {
        op = Op.ADD;
      }
      int word =
          Asm.word(op, random.nextInt(32), random.nextInt(32), random.nextInt(32), immediate(op));
      Words.INT.set(code, 4 * i, random.nextInt(100) == 0 ? random.nextInt() : word);
    }
    return code;
  }

  private int immediate(Op op) {
    return switch (op.format()) {
      case IMMEDIATE, STORE -> random.nextInt(4096) - 2048;
      case SHIFT -> random.nextInt(64);
      case SHIFT_WORD -> random.nextInt(32);
      case BRANCH, JUMP -> 2 * (random.nextInt(60) - 25);
      case UPPER -> random.nextInt() & 0xfffff000;
      case REGISTER, HINT, FIXED -> 0;
    };
  }

  private long[] randomRegisters() {
    long[] x = new long[MachineState.REGISTERS];
    for (int i = 1; i < x.length; i++) {
      x[i] = random.nextBoolean() ? random.nextLong() : CORNERS[random.nextInt(CORNERS.length)];
    }
    x[17] = random.nextInt(3) == 0 ? 93 : x[17];
    return x;
  }

  private MemoryImage randomImage(int depth) {
    byte[] bytes = new byte[random.nextInt((32 << depth) + 1)];
    random.nextBytes(bytes);
    return new MemoryImage(depth, List.of(MemoryImage.Piece.of(0, bytes)));
  }
}
