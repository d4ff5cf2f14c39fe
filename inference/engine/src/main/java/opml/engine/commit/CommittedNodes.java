package opml.engine.commit;

import java.util.AbstractList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import opml.core.hash.Bytes32;
import opml.core.parallel.AllCores;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.kernels.abi.Geometry;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.PinnedProgram;
import org.jspecify.annotations.Nullable;

/// All nodes of a graph, committed. Of a large graph they are made when they are asked for, and not kept: a language
/// model has hundreds of thousands, which differ in the number of a tile or in a slot.
final class CommittedNodes extends AbstractList<CommittedNode> implements RandomAccess {
  /// So many are kept.
  private static final int MOST_KEPT = 4096;

  private final Graph graph;
  private final Map<Kernel, PinnedProgram> programs = new HashMap<>();
  private final @Nullable CommittedNode[] kept;
  private final Map<Kind, CommittedNode> kinds = new ConcurrentHashMap<>();
  private final Bytes32[] hashes;
  private final double steps;

  /// What the cost of running a node, or of a dispute about it, depends on, but for the number of its steps.
  private record Kind(Kernel kernel, Geometry geometry, int stepsLog2, List<Reach> reaches) {}

  /// What a node does with an operand.
  ///
  /// @param constant whether the operand is the same in all runs
  private record Reach(Class<? extends Operand> how, long bytes, boolean constant) {}

  /// @throws IllegalArgumentException if a node is too large
  CommittedNodes(Graph graph, Function<Kernel, PinnedProgram> pinned) {
    this.graph = graph;
    for (GraphNode node : graph.nodes()) {
      programs.computeIfAbsent(node.kernel(), pinned);
    }
    int count = graph.nodes().size();
    this.kept = new CommittedNode[count > MOST_KEPT ? 0 : count];
    this.hashes = new Bytes32[count];
    double[] bounds = new double[count];
    AllCores.forEach(
        count,
        i -> {
          CommittedNode node = made(i);
          hashes[i] = node.descriptor().hash();
          bounds[i] = node.steps();
          kinds.merge(kind(node), node, CommittedNodes::longer);
          if (kept.length > 0) {
            kept[i] = node;
          }
        });
    double sum = 0;
    for (double bound : bounds) {
      sum += bound;
    }
    this.steps = sum;
  }

  private CommittedNode made(int node) {
    GraphNode called = graph.nodes().get(node);
    PinnedProgram program = programs.get(called.kernel());
    if (program == null) {
      throw new AssertionError("no program of " + called.kernel());
    }
    return CommittedNode.of(graph, called, program);
  }

  private static CommittedNode longer(CommittedNode one, CommittedNode other) {
    return one.steps() >= other.steps() ? one : other;
  }

  private Kind kind(CommittedNode node) {
    return new Kind(
        node.node().kernel(),
        node.geometry(),
        node.descriptor().stepsLog2(),
        node.node().operands().stream().map(this::reach).toList());
  }

  private Reach reach(Operand operand) {
    return switch (operand) {
      case Operand.Read(int slot) -> reach(operand, slot);
      case Operand.Write(int slot) -> reach(operand, slot);
      case Operand.Update(int slot) -> reach(operand, slot);
      case Operand.Absent(long bytes) -> new Reach(operand.getClass(), bytes, true);
    };
  }

  private Reach reach(Operand operand, int slot) {
    var held = graph.slots().get(slot);
    return new Reach(operand.getClass(), held.bytes(), held.initial().isPresent());
  }

  @Override
  public CommittedNode get(int node) {
    CommittedNode known = kept.length > 0 ? kept[node] : null;
    return known == null ? made(node) : known;
  }

  @Override
  public int size() {
    return hashes.length;
  }

  /// {@return the hash of each, the leaves of the graph's tree}
  Bytes32[] hashes() {
    return hashes;
  }

  /// {@return one of each kind, that with the most steps: no node costs more, to run or to dispute, than one of these}
  Collection<CommittedNode> kinds() {
    return kinds.values();
  }

  /// {@return the programs of all kernels that nodes call}
  Map<Kernel, PinnedProgram> programs() {
    return programs;
  }

  /// {@return a bound of the instructions of all of them}
  double steps() {
    return steps;
  }
}
