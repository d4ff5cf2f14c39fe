package opml.engine.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;

/// Nodes at the end of a graph that empty what nobody needs any more (`spec/graph.md`): a claim hashes what all slots
/// hold at the end, and of zeros the hash is known.
///
/// They are part of the graph and its identity, so it is decided where models are imported. What a run of a looping
/// graph keeps from turn to turn must stay; whoever builds one adds nodes with the kernel `clear` himself, where he
/// wants them.
public final class Clearing {
  private static final Kernel CLEAR = KernelCatalog.byName("clear");

  /// As many operands as a node may write.
  private static final int OPERANDS = CLEAR.segments().size();

  /// What one node empties: twice as much is the largest memory of a node.
  private static final long MOST_BYTES = Slot.MAX_BYTES;

  private Clearing() {}

  /// {@return the kernel that empties slots}
  public static Kernel kernel() {
    return CLEAR;
  }

  /// {@return whether a node empties every slot that it writes, and does nothing else} One that updates a slot does
  /// not: the kernel finds there what the slot holds, and leaves it.
  public static boolean clears(GraphNode node) {
    return node.kernel() == CLEAR
        && node.operands().stream().noneMatch(Operand.Update.class::isInstance);
  }

  /// {@return the graph with nodes behind the others that empty every slot which they write, but the input and the
  /// output}
  ///
  /// @throws IllegalArgumentException if its nodes run more than once
  public static Graph added(Graph graph) {
    if (graph.loops() != 1) {
      throw new IllegalArgumentException(
          "what %d turns of a loop write may be needed in the next".formatted(graph.loops()));
    }
    SortedSet<Integer> written = new TreeSet<>();
    for (GraphNode node : graph.nodes()) {
      for (int slot : node.outputs()) {
        written.add(slot);
      }
    }
    written.remove(graph.input().slot());
    written.remove(graph.output().slot());
    List<GraphNode> nodes = new ArrayList<>(graph.nodes());
    nodes.addAll(nodes(graph.slots(), written));
    return with(graph, nodes);
  }

  /// {@return nodes that empty these slots, in this order}
  public static List<GraphNode> nodes(List<Slot> slots, Iterable<Integer> emptied) {
    List<GraphNode> nodes = new ArrayList<>();
    List<Operand> operands = new ArrayList<>();
    long bytes = 0;
    for (int slot : emptied) {
      long more = 32L << slots.get(slot).depth();
      if (operands.size() == OPERANDS || bytes + more > MOST_BYTES) {
        nodes.add(node(nodes.size(), operands));
        operands.clear();
        bytes = 0;
      }
      operands.add(new Operand.Write(slot));
      bytes += more;
    }
    if (!operands.isEmpty()) {
      nodes.add(node(nodes.size(), operands));
    }
    return nodes;
  }

  private static GraphNode node(int number, List<Operand> operands) {
    List<Operand> all = new ArrayList<>(operands);
    while (all.size() < OPERANDS) {
      all.add(new Operand.Absent(1));
    }
    return new GraphNode("clear " + number, "Clear", CLEAR, all, List.of());
  }

  /// {@return the graph without the nodes at its end that empty slots, as it was before there was a kernel for them}
  public static Graph removed(Graph graph) {
    int count = graph.nodes().size();
    while (count > 1 && clears(graph.nodes().get(count - 1))) {
      count--;
    }
    return with(graph, graph.nodes().subList(0, count));
  }

  private static Graph with(Graph graph, List<GraphNode> nodes) {
    return nodes.size() == graph.nodes().size()
        ? graph
        : new Graph(graph.slots(), nodes, graph.input(), graph.output(), graph.loops());
  }
}
