package opml.vm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import opml.vm.jit.JitMachine;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.MemoryPool;
import opml.vm.state.Program;
import opml.vm.step.StepProof;
import org.junit.jupiter.api.Test;

class CheckpointsTest {
  private static final int COUNT = 500;
  private static final int LENGTH = 6 * COUNT + 100;
  private static final Program PROGRAM = Runs.scatter(COUNT);
  private static final List<MachineState> STATES = Runs.states(PROGRAM, LENGTH);
  private static final CheckpointPolicy TINY =
      CheckpointPolicy.DEFAULT.withInterval(64).withMemory(0);

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void statesComeInAnyOrderUnderAnyBounds() {
    for (CheckpointPolicy policy :
        List.of(
            CheckpointPolicy.DEFAULT,
            TINY,
            TINY.withMemory(100_000),
            TINY.withMemory(100_000).withLimit(5),
            TINY.withMemory(1 << 20).withLimit(2),
            TINY.withInterval(1),
            TINY.withDisk(200_000),
            TINY.withDisk(0))) {
      try (Checkpoints trace = new Checkpoints(Runs.machine(PROGRAM), policy)) {
        for (int i = 0; i < 150; i++) {
          int index = random.nextInt(LENGTH - 1);
          String where = "seed %d, index %d, %s".formatted(seed, index, policy);
          assertThat(trace.stateAt(index)).as(where).isEqualTo(STATES.get(index));
          if (i % 3 == 0) {
            StepProof proof = trace.proofAt(index);
            assertThat(
                    StepProof.verify(
                        STATES.get(index).hash(), PROGRAM.descriptor(), proof.encode()))
                .as(where)
                .isEqualTo(STATES.get(index + 1));
          }
          assertThat(trace.count()).as(where).isLessThanOrEqualTo(policy.limit());
          assertThat(trace.residentBytes()).as(where).isLessThanOrEqualTo(policy.memoryBytes());
        }
      }
    }
  }

  @Test
  void aMoveCostsAtMostOnePassAndNothingWhereThereAreCheckpoints() {
    try (Checkpoints trace =
        new Checkpoints(Runs.machine(PROGRAM), TINY.withMemory(64 << 20).withInterval(32))) {
      assertThat(trace.stateAt(2048)).isEqualTo(STATES.get(2048));
      assertThat(trace.executed()).isEqualTo(2048);
      long[] move = new long[15];
      Arrays.setAll(move, i -> 128L * (i + 1));
      assertThat(trace.statesAt(move)).hasSize(15).startsWith(STATES.get(128));
      assertThat(trace.executed()).as("all of them are checkpoints").isEqualTo(2048);
      Arrays.setAll(move, i -> 512 + 8L * (i + 1));
      assertThat(trace.statesAt(move)).endsWith(STATES.get(512 + 120));
      assertThat(trace.executed()).as("one pass").isLessThanOrEqualTo(2048 + 120);
      Arrays.setAll(move, i -> 1001 + i);
      assertThat(trace.statesAt(move)).startsWith(STATES.get(1001));
      assertThat(trace.executed()).as("one interval").isLessThanOrEqualTo(2048 + 120 + 32);
    }
  }

  @Test
  void aTranslatedRunInAUsedMemoryHasTheSameCheckpoints() {
    MemoryPool pool = new MemoryPool(1 << 20);
    for (int round = 0; round < 4; round++) {
      try (MemoryPool.Lease lease = pool.borrow(Runs.image(1));
          Checkpoints trace =
              new Checkpoints(
                  new JitMachine(PROGRAM, lease.memory(), 0, new long[MachineState.REGISTERS]),
                  TINY)) {
        for (int i = 0; i < 60; i++) {
          int index = random.nextInt(LENGTH);
          assertThat(trace.stateAt(index))
              .as("seed %d, round %d, index %d", seed, round, index)
              .isEqualTo(STATES.get(index));
        }
      }
    }
  }

  @Test
  void aTraceCanStartLaterAndRefusesWhatLiesBefore() {
    Machine machine = Runs.machine(PROGRAM);
    machine.run(100);
    try (Checkpoints trace = new Checkpoints(machine, TINY)) {
      for (int i = 0; i < 60; i++) {
        int index = 100 + random.nextInt(LENGTH - 100);
        assertThat(trace.stateAt(index)).as("seed %d", seed).isEqualTo(STATES.get(index));
      }
      assertThatThrownBy(() -> trace.stateAt(99)).hasMessage("index 99 lies before the first, 100");
    }
  }

  @Test
  void nothingIsUsedAfterTheEnd() {
    Checkpoints trace = new Checkpoints(Runs.machine(PROGRAM), TINY);
    assertThat(trace.stateAt(Long.MAX_VALUE)).isEqualTo(STATES.getLast());
    trace.close();
    trace.close();
    assertThatThrownBy(() -> trace.stateAt(3)).hasMessage("this trace was closed");
  }

  @Test
  void shortRunsTouchNoDisk() {
    CheckpointPolicy policy = CheckpointPolicy.DEFAULT.withMemory(0);
    try (Checkpoints trace = new Checkpoints(Runs.machine(PROGRAM), policy)) {
      trace.stateAt(LENGTH);
      assertThat(trace.count()).isZero();
      assertThat(trace.diskBytes()).isZero();
    }
  }
}
