package opml.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.TestPrograms;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.Test;

class ClearingTest {
  @Test
  void whatNodesWriteIsEmptiedBehindThemFourSlotsANode() {
    Graph graph = chain(7, 40);
    Graph cleared = Clearing.added(graph);
    assertThat(cleared.nodes().subList(0, 7)).isEqualTo(graph.nodes());
    assertThat(written(cleared))
        .as("x is slot 0, and slot 7 the output")
        .containsExactly(List.of(1, 2, 3, 4), List.of(5, 6));
    assertThat(cleared.slots()).isEqualTo(graph.slots());
    assertThat(Clearing.removed(cleared)).isEqualTo(graph);
    assertThat(Clearing.removed(graph)).isSameAs(graph);
  }

  @Test
  void aSingleNodeLeavesNothingToEmpty() {
    Graph graph = chain(1, 40);
    assertThat(Clearing.added(graph)).isSameAs(graph);
  }

  @Test
  void whatOneNodeEmptiesFitsItsMemory() {
    int quarter = 1 << 27;
    for (int bytes : new int[] {quarter, quarter + 1, 2 * quarter, 2 * quarter + 1}) {
      Graph cleared = Clearing.added(chain(6, bytes));
      assertThat(written(cleared))
          .as("slots of %d bytes", bytes)
          .isEqualTo(
              bytes == quarter
                  ? List.of(List.of(1, 2, 3, 4), List.of(5))
                  : bytes <= 2 * quarter
                      ? List.of(List.of(1, 2), List.of(3, 4), List.of(5))
                      : List.of(List.of(1), List.of(2), List.of(3), List.of(4), List.of(5)));
      for (GraphNode node : cleared.nodes().subList(6, cleared.nodes().size())) {
        CommittedNode committed = CommittedNode.of(cleared, node, TestPrograms.of(node.kernel()));
        assertThat(committed.geometry().memDepth()).isLessThanOrEqualTo(25);
      }
    }
  }

  @Test
  void whatALoopKeepsIsNotEmptied() {
    Graph once = chain(3, 40);
    Graph loop = new Graph(once.slots(), once.nodes(), once.input(), once.output(), 2);
    assertThatThrownBy(() -> Clearing.added(loop))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 turns");
  }

  private static List<List<Integer>> written(Graph graph) {
    return graph.nodes().stream()
        .filter(Clearing::clears)
        .map(node -> Arrays.stream(node.outputs()).boxed().toList())
        .toList();
  }

  /// {@return nodes that copy one byte from slot to slot, each of so many bytes}
  private static Graph chain(int nodes, int bytes) {
    GraphBuilder builder = new GraphBuilder();
    Shape shape = Shape.of(bytes);
    int last = builder.slot("x", ElementType.U8, shape);
    for (int i = 0; i < nodes; i++) {
      int next = builder.slot("y" + i, ElementType.U8, shape);
      builder
          .call(KernelCatalog.byName("copy"), "n" + i, "")
          .read(last)
          .write(next)
          .ints("from to count", 0, 0, 1)
          .end();
      last = next;
    }
    return builder.build(builder.port("x", 0, shape), builder.port("y", last, shape));
  }
}
