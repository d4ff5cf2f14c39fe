package opml.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import opml.core.hash.Bytes32;
import opml.game.work.NoRoomException;
import opml.vm.state.MachineState;
import org.junit.jupiter.api.Test;

class OpenRunsTest {
  private static final long MIB = 1L << 20;

  /// 18 MiB for machines, of which one may grow by 2.25 while it is used.
  private final HeapBudget memory = new HeapBudget(64 * MIB);

  private final List<String> opened = new ArrayList<>();

  @Test
  void whatIsLeftForRunsAndMachinesMayBeBounded() {
    long before = memory.valueBytes();
    memory.bound(8 * MIB);
    assertThat(memory.valueBytes()).isEqualTo(2 * MIB).isLessThan(before);
    assertThat(memory.whyNoMachine(3 * MIB)).isPresent();
    memory.bound(1024 * MIB);
    assertThat(memory.valueBytes()).as("there is no more than that").isEqualTo(before);
  }

  @Test
  void allWorksShareOneBudgetAndTheMachineUsedLongestAgoGoes() {
    OpenRuns a = runs("a", 4 * MIB);
    OpenRuns b = runs("b", 4 * MIB);
    OpenRuns c = runs("c", 4 * MIB);
    OpenRuns d = runs("d", 4 * MIB);
    MachineState state = stateOf(a);
    stateOf(b);
    stateOf(c);
    stateOf(a);
    assertThat(opened).containsExactly("a", "b", "c");
    stateOf(d);
    assertThat(memory.takenBytes()).isLessThanOrEqualTo(18 * MIB);
    assertThat(stateOf(a)).isEqualTo(state);
    assertThat(opened).as("b went, a did not").containsExactly("a", "b", "c", "d");
    stateOf(b);
    assertThat(opened).containsExactly("a", "b", "c", "d", "b");
    for (OpenRuns runs : List.of(a, b, c, d)) {
      runs.close();
    }
    assertThat(memory.takenBytes()).isZero();
  }

  @Test
  void aMachineThatDoesNotFitIsNotOpened() {
    OpenRuns large = runs("large", 16 * MIB);
    assertThatThrownBy(() -> stateOf(large))
        .isInstanceOf(NoRoomException.class)
        .hasMessageContaining("a machine takes 19 MiB of memory, and this process has room for 18");
    assertThat(opened).isEmpty();
    assertThat(memory.whyNoMachine(16 * MIB)).isPresent();
    assertThat(memory.whyNoMachine(15 * MIB)).isEmpty();
  }

  @Test
  void weightsLeaveLessRoomForMachines() {
    memory.holds(Bytes32.ofWord(1), 40 * MIB);
    memory.holds(Bytes32.ofWord(1), 40 * MIB);
    assertThat(memory.whyNoMachine(2 * MIB)).isEmpty();
    assertThat(memory.whyNoMachine(3 * MIB)).isPresent();
  }

  @Test
  void whoFindsNoRoomWaitsForAnotherThreadsMachine() throws InterruptedException {
    OpenRuns first = runs("first", 10 * MIB);
    OpenRuns second = runs("second", 10 * MIB);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch mayLeave = new CountDownLatch(1);
    Thread other =
        Thread.ofPlatform()
            .start(
                () ->
                    first.use(
                        0,
                        run -> {
                          inside.countDown();
                          await(mayLeave);
                          return run.stateAt(1);
                        }));
    inside.await();
    Thread waiting = Thread.ofPlatform().start(() -> stateOf(second));
    waiting.join(100);
    assertThat(waiting.isAlive()).isTrue();
    mayLeave.countDown();
    other.join();
    waiting.join();
    assertThat(opened).containsExactly("first", "second");
    assertThat(memory.takenBytes()).as("the first was closed").isLessThan(11 * MIB);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MachineState stateOf(OpenRuns runs) {
    return runs.use(0, run -> run.stateAt(3));
  }

  private OpenRuns runs(String name, long bytes) {
    return new OpenRuns(
        memory,
        _ ->
            new OpenRuns.Opening(
                bytes,
                () -> {
                  opened.add(name);
                  return new CheckpointedRun(MachineTraceTest.counter());
                }));
  }
}
