package opml.engine.run;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.kernels.catalog.KernelCatalog;

/// Graphs of chance, and what may befall their nodes.
public final class RandomGraphs {
  public static final Shape SHAPE = Shape.of(8);

  private RandomGraphs() {}

  /// {@return a graph whose slots are read and written again and again, in any order}
  public static Graph graph(SplittableRandom random) {
    int count = random.nextInt(2, 9);
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      slots.add(slot("s" + i));
    }
    List<GraphNode> nodes = new ArrayList<>();
    for (int i = random.nextInt(1, 30); i > 0; i--) {
      Operand a = new Operand.Read(random.nextInt(count));
      Operand b = new Operand.Read(random.nextInt(count));
      Operand to = new Operand.Write(random.nextInt(count));
      String name = "n" + nodes.size();
      nodes.add(
          switch (random.nextInt(3)) {
            case 0 -> node(name, "add.f32", a, b, to);
            case 1 -> node(name, "mul.f32", a, b, to);
            default -> node(name, "relu.f32", a, to);
          });
    }
    Port input = new Port("s0", 0, SHAPE);
    return new Graph(slots, nodes, input, new Port("s1", 1, SHAPE), random.nextInt(1, 5));
  }

  /// {@return nodes of which some stop, fail or throw, told by what they read alone}
  static NodeRunner withAccidents(NodeRunner nodes, int seed) {
    return (graph, node, operands) -> {
      int fate = seed + 31 * node;
      int[] read = graph.nodes().get(node).inputs();
      for (int i = 0; i < read.length; i++) {
        fate = 31 * fate + Arrays.hashCode(operands[i].toArray(ValueLayout.JAVA_BYTE));
      }
      return switch (Math.floorMod(fate * 0x9e3779b9 >> 8, 40)) {
        case 0 -> new NodeOutcome.Failed();
        case 1 -> stopped(nodes.run(graph, node, operands));
        case 2 -> throw new IllegalStateException("node " + node + " throws");
        default -> nodes.run(graph, node, operands);
      };
    };
  }

  private static NodeOutcome stopped(NodeOutcome outcome) {
    return outcome instanceof NodeOutcome.Exited(boolean stops, List<MemorySegment> outputs)
        ? new NodeOutcome.Exited(true, outputs)
        : outcome;
  }

  static GraphNode node(String name, String kernel, Operand... operands) {
    List<Long> scalars =
        kernel.startsWith("relu")
            ? List.of(8L)
            : List.of(1L, 1L, 1L, 8L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 1L);
    return new GraphNode(name, kernel, KernelCatalog.byName(kernel), List.of(operands), scalars);
  }

  static Slot slot(String name) {
    return new Slot(name, ElementType.F32, SHAPE, Optional.empty());
  }
}
