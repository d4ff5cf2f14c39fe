package opml.vm.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.core.hash.Keccak;
import opml.vm.Asm;
import opml.vm.isa.Op;
import opml.vm.machine.Interpreter;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.state.ProgramDescriptor;
import org.junit.jupiter.api.Test;

class ReplayingAccessTest {
  private static final Program PROGRAM =
      Program.of(new Asm().store(Op.SD, Asm.A1, Asm.A0, 8).exit().bytes(), 9);

  private static Interpreter machine() {
    long[] registers = new long[MachineState.REGISTERS];
    registers[Asm.A0] = 100;
    registers[Asm.A1] = -3;
    Memory memory = new Memory(MemoryImage.zero(9));
    memory.write(0, new byte[] {1, 2, 3});
    memory.write(5000, new byte[] {4});
    return new Interpreter(PROGRAM, memory, 0, registers);
  }

  @Test
  void noFlippedBitSurvives() {
    Interpreter machine = machine();
    byte[] witness = machine.prove().encode();
    for (int bit = 0; bit < 8 * witness.length; bit++) {
      witness[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(
              () -> StepProof.verify(machine.commitment(), PROGRAM.descriptor(), witness))
          .as("bit %d", bit)
          .isInstanceOf(MalformedException.class);
      witness[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @Test
  void errorsSayWhatAndWhere() {
    Interpreter machine = machine();
    byte[] witness = machine.prove().encode();
    byte[] longer = Arrays.copyOf(witness, witness.length + 3);
    assertThatThrownBy(() -> StepProof.verify(machine.commitment(), PROGRAM.descriptor(), longer))
        .hasMessage("step witness, offset %d: 3 bytes left over", witness.length);
    assertThatThrownBy(
            () -> StepProof.verify(machine.commitment(), PROGRAM.descriptor(), new byte[8]))
        .hasMessageContaining("memory root needs 32 bytes, 8 are left");
    ProgramDescriptor other =
        new ProgramDescriptor(machine.commitment(), PROGRAM.codeDepth(), PROGRAM.memDepth());
    assertThatThrownBy(() -> StepProof.verify(machine.commitment(), other, witness))
        .hasMessageContaining("the proof of code leaf 0 leads to");
  }

  @Test
  void randomBytesAreMalformed() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] witness = new byte[random.nextInt(900)];
      random.nextBytes(witness);
      var prestate = witness.length < 296 ? PROGRAM.codeRoot() : Keccak.hash(witness, 0, 296);
      if (witness.length >= 296) {
        // Half of them begin with a state that runs.
        Arrays.fill(witness, 32, random.nextBoolean() ? 48 : 40, (byte) 0);
        prestate = Keccak.hash(witness, 0, 296);
      }
      var commitment = prestate;
      boolean halted = witness.length == 296 && MachineState.parse(witness).halted();
      if (!halted) {
        assertThatThrownBy(() -> StepProof.verify(commitment, PROGRAM.descriptor(), witness))
            .as("seed %d, %d", seed, i)
            .isInstanceOf(MalformedException.class);
      }
    }
  }

  @Test
  void aHaltedMachineNeedsItsStateOnly() {
    Interpreter machine = machine();
    machine.run(100);
    StepProof proof = machine.prove();
    assertThat(proof.encode()).hasSize(MachineState.BYTES);
    assertThat(StepProof.verify(machine.commitment(), PROGRAM.descriptor(), proof.encode()))
        .isEqualTo(machine.state());
  }
}
