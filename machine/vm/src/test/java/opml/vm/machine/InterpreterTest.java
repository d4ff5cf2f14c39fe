package opml.vm.machine;

import static opml.vm.Asm.A0;
import static opml.vm.Asm.A1;
import static opml.vm.Asm.T0;
import static opml.vm.Asm.T1;
import static opml.vm.Asm.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import opml.vm.Asm;
import opml.vm.isa.Op;
import opml.vm.state.MachineState;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import org.junit.jupiter.api.Test;

class InterpreterTest {
  /// Sums 1..count into a0, storing each partial sum, and leaves: 3 + 5·count + 2 steps.
  static Program sum(int count, int memDepth) {
    byte[] code =
        new Asm()
            .li(T0, count)
            .op(Op.ADDI, A0, ZERO, 0)
            .label("loop")
            .op(Op.ADD, A0, A0, T0)
            .op(Op.SLLI, T1, T0, 3)
            .store(Op.SD, A0, T1, 0)
            .op(Op.ADDI, T0, T0, -1)
            .branch(Op.BNE, T0, ZERO, "loop")
            .exit()
            .bytes();
    return Program.of(code, memDepth);
  }

  @Test
  void aProgramRunsToItsExitCode() {
    Machine machine = new Interpreter(sum(10, 7), MemoryImage.zero(7));
    machine.run(1_000_000);
    assertThat(machine.steps()).isEqualTo(3 + 5 * 10 + 2);
    assertThat(machine.state().exitCode()).isEqualTo(55);
    assertThat(machine.state().register(A0)).isEqualTo(55);
    assertThat(machine.memory().read(8, 8)).startsWith(55);
  }

  @Test
  void aHaltedMachineStays() {
    Machine machine = new Interpreter(sum(1, 7), MemoryImage.zero(7));
    machine.run(100);
    MachineState halted = machine.state();
    machine.run(100);
    assertThat(machine.state()).isEqualTo(halted);
    assertThat(machine.steps()).isEqualTo(10);
    assertThat(halted.pc()).isEqualTo(9 * 4);
  }

  @Test
  void runsStopExactlyWhereAsked() {
    Program program = sum(300, 8);
    Machine whole = new Interpreter(program, MemoryImage.zero(8));
    for (int n = 0; n < 700; n++) {
      whole.runTo(n);
      Machine fresh = new Interpreter(program, MemoryImage.zero(8));
      fresh.runTo(n);
      assertThat(fresh.steps()).isEqualTo(n);
      assertThat(fresh.state()).isEqualTo(whole.state());
    }
    assertThatThrownBy(() -> whole.runTo(3)).hasMessageContaining("step 3 lies behind");
  }

  @Test
  void speedOfAnIntegerLoop() {
    // Not a test of speed: it prints the figure, and fails only if the loop computes wrong.
    byte[] code =
        new Asm()
            .li(T0, 40_000_000)
            .label("loop")
            .op(Op.ANDI, T1, T0, 0x7f8)
            .op(Op.LD, A1, T1, 0)
            .op(Op.ADD, A0, A0, A1)
            .op(Op.MUL, A1, A0, T0)
            .op(Op.SRLI, A1, A1, 7)
            .op(Op.XOR, A0, A0, A1)
            .store(Op.SD, A0, T1, 0)
            .op(Op.ADDI, T0, T0, -1)
            .branch(Op.BNE, T0, ZERO, "loop")
            .exit()
            .bytes();
    Machine machine = new Interpreter(Program.of(code, 11), MemoryImage.zero(11));
    machine.run(50_000_000);
    long from = machine.steps();
    long start = System.nanoTime();
    machine.run(Long.MAX_VALUE / 2);
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "interpreter: %.0f M instructions/s%n", (machine.steps() - from) / seconds / 1e6);
    assertThat(machine.steps()).isEqualTo(2 + 9 * 40_000_000L + 2);
    assertThat(machine.state().hasExited()).isTrue();
  }
}
