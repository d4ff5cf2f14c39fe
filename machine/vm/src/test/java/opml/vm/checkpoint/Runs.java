package opml.vm.checkpoint;

import static opml.vm.Asm.A0;
import static opml.vm.Asm.T0;
import static opml.vm.Asm.T1;
import static opml.vm.Asm.T2;
import static opml.vm.Asm.ZERO;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.vm.Asm;
import opml.vm.isa.Op;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;

/// Programs that write all over their memory, and what a fresh interpreter says about them.
final class Runs {
  static final int DEPTH = 11; // 64 KiB, 16 pages

  private Runs() {}

  /// {@return a program of `6·count + 3` steps that stores at pseudo-random addresses}
  static Program scatter(int count) {
    return Program.of(
        new Asm()
            .li(T0, count)
            .label("loop")
            .op(Op.SLLI, T1, A0, 7)
            .op(Op.ADD, A0, A0, T1)
            .op(Op.ADDI, A0, A0, 577)
            .store(Op.SW, A0, A0, 40)
            .op(Op.ADDI, T0, T0, -1)
            .branch(Op.BNE, T0, ZERO, "loop")
            .op(Op.ADDI, A0, T2, 7)
            .exit()
            .bytes(),
        DEPTH);
  }

  static MemoryImage image(long seed) {
    byte[] piece = new byte[9000];
    new Random(seed).nextBytes(piece);
    return new MemoryImage(DEPTH, List.of(MemoryImage.Piece.of(4000, piece)));
  }

  static Machine machine(Program program) {
    return new Interpreter(program, image(1));
  }

  /// {@return the first `count` states}
  static List<MachineState> states(Program program, int count) {
    Machine machine = machine(program);
    List<MachineState> states = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      machine.runTo(Math.max(i, machine.steps()));
      states.add(machine.state());
    }
    return states;
  }
}
