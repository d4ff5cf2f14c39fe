package opml.vm.jit;

import static opml.vm.Asm.A0;
import static opml.vm.Asm.A1;
import static opml.vm.Asm.A2;
import static opml.vm.Asm.T0;
import static opml.vm.Asm.T1;
import static opml.vm.Asm.T2;
import static opml.vm.Asm.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import opml.vm.Asm;
import opml.vm.isa.Op;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import org.junit.jupiter.api.Test;

class JitMachineTest {
  private static final JitSettings EAGER = new JitSettings(2, 0, 3, 50, 7600, 1 << 20);
  private static final int DEPTH = 9;

  @Test
  void aLongLoopRunsInARegion() {
    JitMachine machine = new JitMachine(loop(4_000_000, 1), MemoryImage.zero(DEPTH));
    machine.run(Long.MAX_VALUE / 2);
    assertThat(machine.state().exitCode()).isZero();
    assertThat(machine.steps()).isEqualTo(2 + 5 * 4_000_000 + 2);
    assertThat(machine.translatedSteps()).isGreaterThan(14_000_000);
  }

  @Test
  void aRegionIsFoundAgainByTheNextMachineOfTheSameMemoryAndProgram() {
    Memory memory = new Memory(MemoryImage.zero(DEPTH));
    machine(loop(1000, 1), memory, EAGER).run(3000);
    JitMachine again = machine(loop(1000, 1), memory, EAGER);
    assertThat(again.regions()).isPositive();
    again.run(3000);
    assertThat(again.translatedSteps()).isGreaterThan(2900);
    assertThat(machine(loop(1000, 2), memory, EAGER).regions()).isZero();
  }

  @Test
  void otherProgramsAreDroppedWhenTheCacheIsFull() {
    Memory memory = new Memory(MemoryImage.zero(DEPTH));
    JitSettings small = new JitSettings(2, 0, 3, 50, 7600, 4000);
    for (int k = 1; k <= 20; k++) {
      JitMachine machine = machine(loop(1000, k), memory, small);
      machine.run(6000);
      assertThat(machine.translatedSteps()).as("program %d", k).isPositive();
      assertThat(memory.companion(CodeCache.class, CodeCache::new).size()).isBetween(1, 4000);
    }
    assertThat(machine(loop(1000, 20), memory, small).regions()).isPositive();
    assertThat(machine(loop(1000, 1), memory, small).regions()).isZero();
  }

  @Test
  void aProgramThatTheCacheHasNoRoomForIsInterpreted() {
    Memory memory = new Memory(MemoryImage.zero(DEPTH));
    JitMachine machine = machine(loop(1000, 1), memory, new JitSettings(2, 0, 3, 50, 7600, 10));
    machine.run(4000);
    Machine reference = new Interpreter(loop(1000, 1), MemoryImage.zero(DEPTH));
    reference.run(4000);
    assertThat(machine.regions()).isZero();
    assertThat(machine.state()).isEqualTo(reference.state());
  }

  @Test
  void classesAreUnloadedWithTheMemory() throws InterruptedException {
    WeakReference<Class<?>> type = regionOfADroppedMemory();
    for (int i = 0; i < 50 && type.get() != null; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(type.get()).isNull();
  }

  private static WeakReference<Class<?>> regionOfADroppedMemory() {
    Memory memory = new Memory(MemoryImage.zero(DEPTH));
    Program program = loop(1000, 1);
    machine(program, memory, EAGER).run(3000);
    Translation translation = CodeCache.of(program, memory, EAGER);
    for (int word = 0; word < program.words(); word++) {
      if (translation.hits()[word] >= EAGER.hot()) {
        Region region = translation.at(word, new long[MachineState.REGISTERS]);
        if (region != null) {
          return new WeakReference<>(region.getClass());
        }
      }
    }
    throw new AssertionError("no region");
  }

  @Test
  void jumpsOutOfTheProgramHaltAsInTheInterpreter() {
    for (int distance : new int[] {-4096, -8, 4000}) {
      Asm asm = new Asm().li(T0, 50).label("loop").op(Op.ADDI, T0, T0, -1);
      asm.branch(Op.BNE, T0, ZERO, "loop").raw(Asm.word(Op.JAL, 0, 0, 0, distance - 16));
      Program program = Program.of(asm.bytes(), DEPTH);
      JitMachine machine = machine(program, new Memory(MemoryImage.zero(DEPTH)), EAGER);
      machine.run(1000);
      Machine reference = new Interpreter(program, MemoryImage.zero(DEPTH));
      reference.run(1000);
      assertThat(machine.state()).isEqualTo(reference.state());
      assertThat(machine.steps()).isEqualTo(reference.steps());
      assertThat(machine.translatedSteps()).isPositive();
    }
  }

  @Test
  void aWrongGuessOfATablesAddressIsFoundOut() {
    byte[] code =
        new Asm()
            .label("outer")
            .op(Op.ADDI, T0, ZERO, 100)
            .label("loop")
            .op(Op.ANDI, T1, T0, 31)
            .op(Op.SLLI, T1, T1, 3)
            .op(Op.ADD, T1, A1, T1)
            .op(Op.LD, T2, T1, 0)
            .op(Op.ADD, A0, A0, T2)
            .store(Op.SD, A0, T1, 8)
            .op(Op.ADDI, T0, T0, -1)
            .branch(Op.BNE, T0, ZERO, "loop")
            .op(Op.LD, A1, A2, 0)
            .op(Op.ADD, A1, A1, A1)
            .jal(ZERO, "outer")
            .bytes();
    Program program = Program.of(code, 10);
    long[] registers = new long[MachineState.REGISTERS];
    registers[A0] = 12345;
    registers[A1] = 4096;
    registers[A2] = 4096;
    Memory memory = new Memory(MemoryImage.zero(10));
    JitSettings settings = new JitSettings(20, 0, 3, 2, 7600, 1 << 20);
    JitMachine machine = new JitMachine(program, memory, 0, registers, settings);
    Machine reference = new Interpreter(program, new Memory(MemoryImage.zero(10)), 0, registers);
    for (int stop = 0; stop < 40; stop++) {
      machine.run(777);
      reference.run(777);
      assertThat(machine.state()).as("stop %d", stop).isEqualTo(reference.state());
    }
    assertThat(machine.translatedSteps()).as("%s", machine.state()).isGreaterThan(25_000);
    assertThat(machine.regions()).isBetween(1, 4);
  }

  @Test
  void regionsWithManyExpensiveInstructionsStayBelowTheMethodLimit() {
    Asm asm = new Asm().li(T0, 50).label("loop");
    for (int i = 0; i < 900; i++) {
      asm.store(Op.SD, A0, T1, 8 * i & 0x7f8).op(Op.ADDI, A0, A0, i);
      asm.branch(Op.BEQ, T0, ZERO, "loop");
    }
    asm.op(Op.ADDI, T0, T0, -1).branch(Op.BEQ, A0, T0, "loop").jal(0, "loop");
    Program program = Program.of(asm.bytes(), DEPTH);
    JitMachine machine = machine(program, new Memory(MemoryImage.zero(DEPTH)), EAGER);
    machine.run(100_000);
    Machine reference = new Interpreter(program, MemoryImage.zero(DEPTH));
    reference.run(100_000);
    assertThat(machine.state()).isEqualTo(reference.state());
    assertThat(machine.translatedSteps()).isPositive();
  }

  @Test
  void theInterpreterIsTakenWhereItIsAskedForOrNothingIsCompiled() {
    assertThat(Machines.whyNot("", "mixed mode, sharing")).isNull();
    assertThat(Machines.whyNot("interpreter", "mixed mode")).contains("opml.vm=interpreter");
    assertThat(Machines.whyNot("", "interpreted mode")).contains("compiles nothing");
    assertThat(Machines.of(loop(1, 1), MemoryImage.zero(DEPTH))).isInstanceOf(JitMachine.class);
  }

  private static JitMachine machine(Program program, Memory memory, JitSettings settings) {
    return new JitMachine(program, memory, 0, new long[MachineState.REGISTERS], settings);
  }

  /// A loop of five instructions.
  private static Program loop(int count, int constant) {
    byte[] code =
        new Asm()
            .li(T0, count)
            .label("loop")
            .op(Op.ADDI, T1, T1, constant)
            .op(Op.SLLI, T1, T1, 1)
            .store(Op.SD, T1, T0, 0)
            .op(Op.ADDI, T0, T0, -1)
            .branch(Op.BNE, T0, ZERO, "loop")
            .exit()
            .bytes();
    return Program.of(code, DEPTH);
  }
}
