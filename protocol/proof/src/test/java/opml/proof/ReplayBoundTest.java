package opml.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.kernels.cases.KernelCases;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;
import opml.vm.machine.Machine;
import org.junit.jupiter.api.Test;

/// What an agent believes of a replay, before it stakes anything on it.
class ReplayBoundTest {
  private static final int NODES = 60;

  @Test
  void noRandomNodeTakesMoreStepsThanItsWorkSays() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    KernelCases cases = new KernelCases(seed);
    List<Kernel> kernels = KernelCatalog.all();
    int tried = 0;
    while (tried < NODES) {
      Kernel kernel = kernels.get(random.nextInt(kernels.size()));
      KernelCases.Case one = cases.next(kernel);
      if (one.segments().stream().anyMatch(segment -> segment.length == 0)) {
        continue; // no slot is empty
      }
      tried++;
      assertBounded(kernel + " of seed " + seed, kernel, one);
    }
  }

  private static void assertBounded(String where, Kernel kernel, KernelCases.Case one) {
    Model model = Model.of(graph(kernel, one), PinnedPrograms::of);
    NodeMachines machines = new NodeMachines(model);
    GraphRunner runner = GraphRunner.natively(model.graph(), KernelProvider.reference(), machines);
    Frames frames =
        new ExecutedFrames(GraphExecution.run(model, one.segments().getFirst(), runner));
    GraphWork work = new GraphWork(model, frames, machines);
    long most = work.node(0).descriptor().steps();
    assertThat(work.replaySteps()).as(where).isLessThan(most);
    try (BorrowedMachine borrowed = machines.machine(0, frames.at(0))) {
      Machine machine = borrowed.machine();
      machine.runTo(most);
      assertThat(machine.halted()).as(where).isTrue();
      assertThat(machine.steps()).as(where).isLessThanOrEqualTo(work.replaySteps());
    }
  }

  /// {@return a graph of one call, whose first segment is the input, and whose last is the output}
  private static Graph graph(Kernel kernel, KernelCases.Case one) {
    List<Slot> slots = new ArrayList<>();
    List<Operand> operands = new ArrayList<>();
    int last = one.segments().size() - 1;
    for (byte[] segment : one.segments()) {
      int slot = slots.size();
      Shape shape = Shape.of(segment.length);
      Optional<Tensor> initial =
          slot == 0
              ? Optional.empty()
              : Optional.of(Tensor.ofBytes(ElementType.U8, shape, segment));
      slots.add(new Slot("s" + slot, ElementType.U8, shape, initial));
      operands.add(slot == last ? new Operand.Update(slot) : new Operand.Read(slot));
    }
    List<Long> scalars = Arrays.stream(one.scalars()).boxed().toList();
    int shown =
        IntStream.rangeClosed(0, last)
            .reduce((a, b) -> slots.get(a).bytes() <= slots.get(b).bytes() ? a : b)
            .orElseThrow();
    return new Graph(
        slots,
        List.of(new GraphNode("node", "", kernel, operands, scalars)),
        Port.of("in", 0, slots.getFirst().type(), slots.getFirst().shape()),
        Port.of("out", shown, slots.get(shown).type(), slots.get(shown).shape()),
        1);
  }
}
