package opml.lab.equality;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.core.hash.Bytes32;
import opml.vm.isa.Op;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.step.DirectAccess;
import opml.vm.step.Step;

/// Small programs with a few steps each, and the state in which `Step` leaves them.
final class ShortRuns {
  /// Questions to a [MachineProbe], and the answers.
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Run(Object[] question, Bytes32 answer) {}

  private static final int MEM_DEPTH = 8;

  private final Random random;
  private final StepOperands operands;
  private final RandomWords words;

  private ShortRuns(Random random) {
    this.random = random;
    this.operands = new StepOperands(random);
    this.words = new RandomWords(random);
  }

  /// {@return runs that begin with every instruction, `times` each, and `chance` longer ones}
  static List<Run> make(long seed, int times, int chance) {
    ShortRuns runs = new ShortRuns(new Random(seed));
    List<Run> all = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      for (Op op : Op.values()) {
        all.add(runs.run(runs.words.instruction(op), 1 + runs.random.nextInt(3)));
      }
    }
    for (int i = 0; i < chance; i++) {
      all.add(runs.run(runs.words.instruction(), 40));
    }
    return all;
  }

  private Run run(int first, int steps) {
    byte[] code = new byte[256];
    long pc = 4L * random.nextInt(code.length / 4);
    for (int at = 0; at < code.length; at += 4) {
      put(code, at, words.instruction());
    }
    put(code, (int) pc, first);
    byte[] bytes = new byte[32 << MEM_DEPTH];
    random.nextBytes(bytes);
    long[] x = operands.registers();
    Program program = Program.of(code, MEM_DEPTH);
    Memory memory = new Memory(MemoryImage.zero(MEM_DEPTH));
    memory.write(0, bytes);
    DirectAccess access = new DirectAccess(program, memory, pc, 0, x);
    for (int i = 0; i < steps; i++) {
      Step.step(access);
    }
    return new Run(
        new Object[] {code, MEM_DEPTH, bytes, pc, x, (long) steps}, access.state().hash());
  }

  private static void put(byte[] code, int at, int word) {
    for (int i = 0; i < 4; i++) {
      code[at + i] = (byte) (word >>> 8 * i);
    }
  }
}
