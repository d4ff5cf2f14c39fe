package opml.compiler.ir;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Rewrites a graph until nothing gets simpler: pure nodes are made anew bottom-up, so that they are folded and shared;
/// phis of one value, branches on known values, unused loads and calls of soft-float go.
public final class Cleanup {
  private static final int MOST_ROUNDS = 20;

  private final MethodGraph graph;
  private final Map<Node, Node> rewritten = new HashMap<>();

  private Cleanup(MethodGraph graph) {
    this.graph = graph;
  }

  public static void run(MethodGraph graph) {
    long before = -1;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      long size = new Cleanup(graph).round();
      if (size == before) {
        return;
      }
      before = size;
    }
  }

  private long round() {
    dropUnreachable();
    mergeBlocks();
    graph.forget();
    List<Block> order = new Flow(graph).order();
    boolean removed = true;
    while (removed) {
      removed = false;
      for (Block block : order) {
        removed |= block.phis().removeIf(Cleanup::isTrivial);
      }
    }
    for (Block block : order) {
      rewrite(block);
    }
    Set<Node> live = sweep(order);
    LoadKinds.narrow(graph, order, live);
    return live.size() + 1000003L * order.size();
  }

  private void dropUnreachable() {
    Flow flow = new Flow(graph);
    for (Block block : flow.order()) {
      for (Block before : List.copyOf(block.predecessors())) {
        if (!flow.isReachable(before)) {
          block.dropPredecessor(before);
        }
      }
    }
  }

  /// Joins a block with its only successor when that has no other predecessor.
  private void mergeBlocks() {
    Flow flow = new Flow(graph);
    Set<Block> gone = new HashSet<>();
    for (Block block : flow.order()) {
      if (gone.contains(block)) {
        continue;
      }
      while (block.terminator() instanceof Terminator.Jump(Block next)
          && next.predecessors().size() == 1
          && next != block
          && next != graph.entry()) {
        gone.add(next);
        block.absorb(next);
      }
    }
  }

  private static boolean isTrivial(Node phi) {
    Node only = phi;
    for (Node input : phi.inputs()) {
      if (input != phi && input != only) {
        if (only != phi) {
          return false;
        }
        only = input;
      }
    }
    if (only == phi) {
      throw new IllegalStateException("a phi without a value: " + phi);
    }
    phi.replaceBy(only);
    return true;
  }

  private void rewrite(Block block) {
    block.phis().forEach(this::rewriteInputs);
    List<Node> effects = block.effects();
    for (int i = 0; i < effects.size(); i++) {
      Node effect = effects.get(i);
      rewriteInputs(effect);
      if (effect.op().isLoad() || effect.op().isStore()) {
        effects.set(i, withOffset(effect));
      }
    }
    switch (block.terminator()) {
      case Terminator.Jump _ -> {}
      case Terminator.Return(Node value) -> {
        if (value != null) {
          block.endInstead(new Terminator.Return(rewrite(value)));
        }
      }
      case Terminator.Branch b ->
          block.endInstead(
              Branches.simplify(
                  graph,
                  new Terminator.Branch(
                      b.condition(), rewrite(b.left()), rewrite(b.right()), b.yes(), b.no())));
    }
  }

  private void rewriteInputs(Node node) {
    for (int i = 0; i < node.arity(); i++) {
      node.setInput(i, rewrite(node.input(i)));
    }
  }

  private Node rewrite(Node original) {
    Node node = original.resolved();
    if (!node.op().isPure()) {
      return node;
    }
    Node known = rewritten.get(node);
    if (known != null) {
      return known.resolved();
    }
    Node[] inputs = new Node[node.arity()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = rewrite(node.input(i));
    }
    graph.at(node.origin());
    Node result =
        switch (node.op()) {
          case CONSTANT -> graph.constant(node.value());
          case FIXED -> graph.fixed(node.value(), node.isNarrow());
          default -> graph.pure(node.op(), inputs);
        };
    rewritten.put(node, result);
    rewritten.put(result, result);
    return result;
  }

  /// Moves a constant part of an address into the instruction's offset.
  private Node withOffset(Node access) {
    Node address = constantOutside(access.input(0));
    if (address.op() == NodeOp.ADD && address.input(1).isConstant()) {
      long offset = address.input(1).value() + access.value();
      if (offset >= -2048 && offset < 2048) {
        Node moved = graph.readdressed(access, access.op(), address.input(0), offset);
        access.replaceBy(moved);
        return moved;
      }
    }
    return access;
  }

  /// {@return the address with a small constant, if either summand has one, added last: base + (index + 1) shares
  ///     base + index with its neighbours}
  private Node constantOutside(Node address) {
    if (address.op() != NodeOp.ADD || address.input(1).isConstant()) {
      return address;
    }
    for (int i = 0; i < 2; i++) {
      Node sum = address.input(i);
      if (sum.op() == NodeOp.ADD
          && sum.input(1).isConstant()
          && Immediates.isShort(sum.input(1).value())) {
        graph.at(address.origin());
        Node rest = graph.pure(NodeOp.ADD, sum.input(0), address.input(1 - i));
        return graph.pure(NodeOp.ADD, rest, sum.input(1));
      }
    }
    return address;
  }

  /// Keeps what a store, a call or a branch needs.
  private static Set<Node> sweep(List<Block> order) {
    Set<Node> live = new HashSet<>();
    Deque<Node> work = new ArrayDeque<>();
    for (Block block : order) {
      for (Node effect : block.effects()) {
        if (!isRemovable(effect)) {
          work.add(effect);
        }
      }
      work.addAll(block.terminator().inputs());
    }
    while (!work.isEmpty()) {
      Node node = work.pop();
      if (live.add(node)) {
        work.addAll(node.inputs());
      }
    }
    for (Block block : order) {
      block.phis().removeIf(phi -> !live.contains(phi));
      Iterator<Node> effects = new ArrayList<>(block.effects()).iterator();
      while (effects.hasNext()) {
        Node effect = effects.next();
        if (!live.contains(effect)) {
          block.effects().remove(effect);
        }
      }
    }
    return live;
  }

  private static boolean isRemovable(Node effect) {
    return effect.op().isLoad()
        || effect.op() == NodeOp.CALL
            && effect.callee().owner().equals("opml/kernels/softfloat/SoftFloat");
  }
}
