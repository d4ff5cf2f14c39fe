package opml.compiler.ir;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Gives every pure node a block and every block an order: as late as its uses allow, but out of as many loops as its
/// inputs allow (Click, Global Code Motion / Global Value Numbering, 1995). Constants may have several homes, none of
/// which dominates another: loading one again on another path is as cheap as keeping it.
public final class Schedule {
  private final MethodGraph graph;
  private final Flow flow;
  private final Map<Node, List<Node>> users = new HashMap<>();
  private final Map<Node, List<Block>> ends = new HashMap<>();
  private final Map<Node, Block> early = new HashMap<>();
  private final Map<Node, List<Block>> homes = new HashMap<>();
  private final Map<Block, Set<Node>> members = new HashMap<>();
  private final Map<Block, List<Node>> ordered = new HashMap<>();

  public Schedule(MethodGraph graph) {
    this.graph = graph;
    this.flow = new Flow(graph);
    Set<Node> seen = new HashSet<>();
    for (Block block : flow.order()) {
      block.phis().forEach(node -> collect(node, seen));
      block.effects().forEach(node -> collect(node, seen));
      for (Node input : block.terminator().inputs()) {
        ends.computeIfAbsent(input, _ -> new ArrayList<>()).add(block);
        collect(input, seen);
      }
    }
    List<Node> pure = new ArrayList<>(seen.stream().filter(n -> n.op().isPure()).toList());
    pure.sort(Comparator.comparingInt(Node::id));
    pure.forEach(this::place);
    flow.order().forEach(this::order);
  }

  public Flow flow() {
    return flow;
  }

  /// {@return the block's pure nodes and effects in the order in which they run}
  public List<Node> nodes(Block block) {
    return ordered.getOrDefault(block, List.of());
  }

  /// {@return the block of the home of a constant that reaches `use`}
  public Block homeFor(Node node, Block use) {
    for (Block home : homes.getOrDefault(node, List.of())) {
      if (flow.dominates(graph, home, use)) {
        return home;
      }
    }
    throw new IllegalStateException(node + " has no home above " + use);
  }

  private void collect(Node node, Set<Node> seen) {
    if (!seen.add(node)) {
      return;
    }
    for (int i = 0; i < node.arity(); i++) {
      Node input = node.input(i);
      List<Node> known = users.computeIfAbsent(input, _ -> new ArrayList<>());
      if (known.isEmpty() || known.getLast() != node) {
        known.add(node);
      }
      collect(input, seen);
    }
  }

  private Block early(Node node) {
    if (!node.op().isPure()) {
      return node.home();
    }
    Block known = early.get(node);
    if (known != null) {
      return known;
    }
    Block deepest = graph.entry();
    for (Node input : node.inputs()) {
      Block block = early(input);
      if (flow.dominatorDepth(block) > flow.dominatorDepth(deepest)) {
        deepest = block;
      }
    }
    early.put(node, deepest);
    return deepest;
  }

  private List<Block> place(Node node) {
    List<Block> known = homes.get(node);
    if (known != null) {
      return known;
    }
    List<Block> uses = useBlocks(node);
    List<Block> found = new ArrayList<>();
    if (node.op() == NodeOp.CONSTANT || node.op() == NodeOp.FIXED) {
      TreeSet<Block> wanted =
          new TreeSet<>(Comparator.comparingInt(flow::dominatorDepth).thenComparingInt(Block::id));
      uses.forEach(use -> wanted.add(outOfLoops(use, graph.entry())));
      for (Block block : wanted) {
        if (found.stream().noneMatch(above -> flow.dominates(graph, above, block))) {
          found.add(block);
        }
      }
    } else if (!uses.isEmpty()) {
      Block late = uses.getFirst();
      for (Block use : uses) {
        late = flow.commonDominator(graph, late, use);
      }
      found.add(offBackEdge(outOfLoops(late, early(node)), early(node)));
      node.place(found.getFirst());
    }
    homes.put(node, found);
    found.forEach(block -> members.computeIfAbsent(block, _ -> new HashSet<>()).add(node));
    return found;
  }

  private List<Block> useBlocks(Node node) {
    List<Block> uses = new ArrayList<>();
    for (Node user : users.getOrDefault(node, List.of())) {
      for (int i = 0; i < user.arity(); i++) {
        if (user.input(i) != node || node.isConstant() && Immediates.folds(user, i, node.value())) {
          continue;
        }
        switch (user.op()) {
          case PHI -> uses.add(user.home().predecessors().get(i));
          default -> {
            if (user.op().isPure()) {
              uses.addAll(place(user));
            } else {
              uses.add(user.home());
            }
          }
        }
      }
    }
    for (Block end : ends.getOrDefault(node, List.of())) {
      boolean folded =
          node.isConstant(0) || node.isConstant() && end.terminator() instanceof Terminator.Return;
      if (!folded) {
        uses.add(end);
      }
    }
    return uses;
  }

  /// The block that was made on a loop's way back is best left empty, so that it needs no jump of its own: what would
  /// go there is computed before the loop's last test, once too often in all.
  private Block offBackEdge(Block block, Block earliest) {
    if (block != earliest
        && block.effects().isEmpty()
        && block.phis().isEmpty()
        && block.predecessors().size() == 1
        && block.terminator() instanceof Terminator.Jump(Block header)
        && flow.dominates(graph, header, block)) {
      return block.predecessors().getFirst();
    }
    return block;
  }

  private Block outOfLoops(Block late, Block earliest) {
    Block best = late;
    Block block = late;
    while (block != earliest) {
      block = flow.dominator(graph, block);
      if (flow.loopDepth(block) < flow.loopDepth(best)) {
        best = block;
      }
    }
    return best;
  }

  private void order(Block block) {
    List<Node> out = new ArrayList<>();
    Set<Node> here = members.getOrDefault(block, Set.of());
    Set<Node> done = new HashSet<>();
    for (Node effect : block.effects()) {
      effect.inputs().forEach(input -> emit(input, here, done, out));
      out.add(effect);
    }
    List<Node> rest = new ArrayList<>(here);
    rest.sort(Comparator.comparingInt(Node::id));
    List<Node> last = block.terminator().inputs();
    for (Node node : rest) {
      if (!last.contains(node)) {
        emit(node, here, done, out);
      }
    }
    last.forEach(node -> emit(node, here, done, out));
    ordered.put(block, out);
  }

  private static void emit(Node node, Set<Node> here, Set<Node> done, List<Node> out) {
    if (!here.contains(node) || !done.add(node)) {
      return;
    }
    node.inputs().forEach(input -> emit(input, here, done, out));
    out.add(node);
  }
}
