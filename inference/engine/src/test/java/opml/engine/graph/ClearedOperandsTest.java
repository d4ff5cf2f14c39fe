package opml.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.engine.commit.Model;
import opml.engine.commit.TestPrograms;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.RandomGraphs;
import opml.engine.run.KernelProvider;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.Test;

/// Nodes of the kernel `clear` whose operands are not those that an import gives them. The kernel writes nothing, so
/// what the machine loads for such a node stays: only what it is not loaded becomes zeros.
class ClearedOperandsTest {
  private static final int BYTES = 40;

  @Test
  void whatANodeUpdatesInPlaceStaysAsTheKernelLeavesIt() {
    requireAlike(graph(new Operand.Update(1), false));
  }

  @Test
  void whatANodeUpdatesInPlaceStaysAlsoWhereAnotherSlotIsEmptied() {
    requireAlike(graph(new Operand.Update(1), true));
  }

  @Test
  void whatANodeReadsAndWritesAtOtherPlacesBecomesZeros() {
    requireAlike(graph(new Operand.Read(1), true));
  }

  private static void requireAlike(Graph graph) {
    Model model = Model.of(graph, TestPrograms::of);
    byte[] input = new byte[BYTES];
    Arrays.fill(input, (byte) 7);
    MemorySegment in = Tensor.allocate(BYTES).copyFrom(MemorySegment.ofArray(input));
    GraphRunner natively =
        GraphRunner.natively(graph, KernelProvider.reference(), RandomGraphs.plainly(0));
    GraphRunner plainly = GraphRunner.by(graph, RandomGraphs.plainly(0));
    GraphExecution own = GraphExecution.run(model, input, natively);
    GraphExecution other = GraphExecution.run(model, input, plainly);
    for (int i = 0; i <= own.length(); i++) {
      assertThat(own.state(i)).as("state %d", i).isEqualTo(other.state(i));
    }
    assertThat(output(natively.run(in))).isEqualTo(output(plainly.run(in)));
  }

  private static byte[] output(GraphRunner.Result result) {
    return ((GraphRunner.Result.Finished) result).output().data().toArray(ValueLayout.JAVA_BYTE);
  }

  /// {@return a graph that copies x to h, has `clear` called, and copies h to y}
  ///
  /// @param operand of the clear, that names h
  /// @param more whether the node also empties another slot
  private static Graph graph(Operand operand, boolean more) {
    Shape shape = Shape.of(BYTES);
    List<Slot> slots = new ArrayList<>();
    for (String name : List.of("x", "h", "g", "y")) {
      slots.add(new Slot(name, ElementType.U8, shape, Optional.empty()));
    }
    List<Operand> cleared = new ArrayList<>(List.of(operand));
    if (more) {
      cleared.add(new Operand.Write(2));
    }
    while (cleared.size() < 4) {
      cleared.add(new Operand.Absent(1));
    }
    List<GraphNode> nodes =
        List.of(
            copy(0, 1),
            copy(0, 2),
            new GraphNode("clear", "Clear", Clearing.kernel(), cleared, List.of()),
            copy(1, 3));
    return new Graph(
        slots,
        nodes,
        Port.of("x", 0, ElementType.U8, shape),
        Port.of("y", 3, ElementType.U8, shape),
        1);
  }

  private static GraphNode copy(int from, int to) {
    return new GraphNode(
        "copy",
        "",
        KernelCatalog.byName("copy"),
        List.of(new Operand.Read(from), new Operand.Write(to)),
        List.of(0L, 0L, (long) BYTES));
  }
}
