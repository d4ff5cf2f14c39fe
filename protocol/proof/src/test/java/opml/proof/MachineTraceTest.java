package opml.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import opml.core.hash.Bytes32;
import opml.game.trace.Trace;
import opml.vm.isa.Instruction;
import opml.vm.isa.Op;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.machine.MachineSnapshot;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.step.StepProof;
import org.junit.jupiter.api.Test;

class MachineTraceTest {
  private static final int LENGTH_LOG2 = 16;
  private static final int PART = 1 << 12;

  @Test
  void aMoveOverALongRunCostsOnePass() {
    CountingMachine machine = new CountingMachine();
    AtomicInteger opened = new AtomicInteger();
    try (OpenRuns runs =
        openRuns(
            () -> {
              opened.incrementAndGet();
              return new CheckpointedRun(machine);
            })) {
      Trace trace = new MachineTrace(new ReopenedRun(runs, 0), LENGTH_LOG2);
      long[] indexes = LongStream.range(1, 16).map(i -> i * PART).toArray();
      List<Bytes32> states = trace.at(indexes);
      assertThat(machine.executed).as("steps").isEqualTo(15 * PART);
      assertThat(states).isEqualTo(Arrays.stream(indexes).mapToObj(trace::at).toList());
      // The next move is inside one part of this one.
      machine.executed = 0;
      trace.at(LongStream.range(1, 16).map(i -> 3 * PART + i * PART / 16).toArray());
      assertThat(machine.executed).as("steps of the next move").isLessThan(PART);
      assertThat(opened).hasValue(1);
    }
  }

  @Test
  void allStatesOfAMoveAreAskedForAtOnce() {
    List<String> asked = new ArrayList<>();
    MachineRun recording = new RecordingRun(new CheckpointedRun(counter()), asked);
    try (OpenRuns runs = openRuns(() -> recording)) {
      Trace trace = new MachineTrace(new ReopenedRun(runs, 0), LENGTH_LOG2);
      assertThat(trace.at(new long[] {1, 5, 9})).doesNotHaveDuplicates().hasSize(3);
      assertThat(asked).containsExactly("statesAt [1, 5, 9]");
    }
  }

  private static OpenRuns openRuns(Supplier<MachineRun> run) {
    return new OpenRuns(HeapBudget.shared(), _ -> new OpenRuns.Opening(512, run));
  }

  /// {@return a machine that counts for ever}
  static Interpreter counter() {
    int add = new Instruction(Op.ADDI, 5, 5, 0, 1).encode();
    int back = new Instruction(Op.JAL, 0, 0, 0, -4).encode();
    byte[] code =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(add).putInt(back).array();
    return new Interpreter(Program.of(code, 4), new MemoryImage(4, List.of()));
  }

  /// Writes down which states it is asked for.
  private record RecordingRun(MachineRun run, List<String> asked) implements MachineRun {
    @Override
    public Program program() {
      return run.program();
    }

    @Override
    public MachineState stateAt(long index) {
      asked.add("stateAt " + index);
      return run.stateAt(index);
    }

    @Override
    public List<MachineState> statesAt(long[] indexes) {
      asked.add("statesAt " + Arrays.toString(indexes));
      return run.statesAt(indexes);
    }

    @Override
    public StepProof proofAt(long index) {
      return run.proofAt(index);
    }

    @Override
    public Memory memoryAt(long index) {
      return run.memoryAt(index);
    }
  }

  /// Counts what it executes.
  private static final class CountingMachine implements Machine {
    private final Machine machine = counter();
    private long executed;

    @Override
    public void runTo(long steps) {
      long before = machine.steps();
      machine.runTo(steps);
      executed += machine.steps() - before;
    }

    @Override
    public Program program() {
      return machine.program();
    }

    @Override
    public Memory memory() {
      return machine.memory();
    }

    @Override
    public long steps() {
      return machine.steps();
    }

    @Override
    public long exit() {
      return machine.exit();
    }

    @Override
    public MachineState state() {
      return machine.state();
    }

    @Override
    public StepProof prove() {
      return machine.prove();
    }

    @Override
    public MachineSnapshot snapshot() {
      return machine.snapshot();
    }

    @Override
    public void restore(MachineSnapshot snapshot) {
      machine.restore(snapshot);
    }
  }
}
