package opml.vm.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.vm.state.MachineState;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.step.StepProof;
import org.junit.jupiter.api.Test;

class CheckpointsTest {
  private static final int LENGTH = 700;

  @Test
  void statesComeInAnyOrder() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Program program = InterpreterTest.sum(120, 9);
    List<MachineState> states = new ArrayList<>();
    Machine reference = new Interpreter(program, MemoryImage.zero(9));
    for (int i = 0; i < LENGTH; i++) {
      reference.run(reference.halted() ? 0 : i - reference.steps());
      states.add(reference.state());
    }
    for (int limit : new int[] {1, 5, 1000}) {
      Checkpoints trace = new Checkpoints(new Interpreter(program, MemoryImage.zero(9)), limit);
      for (int i = 0; i < 300; i++) {
        int index = random.nextInt(LENGTH);
        assertThat(trace.stateAt(index))
            .as("seed %d, index %d, limit %d", seed, index, limit)
            .isEqualTo(states.get(index));
        StepProof proof = trace.proofAt(index);
        assertThat(proof.prestate()).isEqualTo(states.get(index));
        if (index + 1 < LENGTH) {
          assertThat(
                  StepProof.verify(states.get(index).hash(), program.descriptor(), proof.encode()))
              .isEqualTo(states.get(index + 1));
        }
      }
    }
  }

  @Test
  void whatLiesBeforeTheFirstPointIsRefused() {
    Machine machine = new Interpreter(InterpreterTest.sum(9, 4), MemoryImage.zero(4));
    machine.run(10);
    Checkpoints trace = new Checkpoints(machine, 3);
    assertThat(trace.at(12).steps()).isEqualTo(12);
    assertThatThrownBy(() -> trace.stateAt(9)).hasMessage("index 9 lies before the first, 10");
    assertThatThrownBy(() -> new Checkpoints(machine, 0)).hasMessageContaining("at least one");
  }
}
