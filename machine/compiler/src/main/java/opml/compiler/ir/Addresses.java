package opml.compiler.ir;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Turns `base + (index + distance)` in a loop, where only the index changes, into `(base + distance) + index`: the
/// schedule moves the first sum out of the loop. Addition in 64 bits may be taken in any order.
public final class Addresses {
  private final MethodGraph graph;
  private final Flow flow;
  private final Map<Node, Integer> users = new HashMap<>();
  private final Map<Node, Integer> depths = new HashMap<>();

  private Addresses(MethodGraph graph) {
    this.graph = graph;
    this.flow = new Flow(graph);
  }

  public static void run(MethodGraph graph) {
    Addresses addresses = new Addresses(graph);
    addresses.countUsers();
    for (Block block : addresses.flow.order()) {
      for (Node effect : block.effects()) {
        if (effect.op().isLoad() || effect.op().isStore()) {
          addresses.reorder(effect, addresses.flow.loopDepth(block));
        }
      }
    }
  }

  private void countUsers() {
    Set<Node> seen = new HashSet<>();
    for (Block block : flow.order()) {
      block.phis().forEach(phi -> visit(phi, seen));
      block.effects().forEach(effect -> visit(effect, seen));
      block.terminator().inputs().forEach(input -> count(input, seen));
    }
  }

  private void count(Node node, Set<Node> seen) {
    users.merge(node, 1, Integer::sum);
    visit(node, seen);
  }

  private void visit(Node node, Set<Node> seen) {
    if (seen.add(node)) {
      node.inputs().forEach(input -> count(input, seen));
    }
  }

  private void reorder(Node access, int depth) {
    Node address = access.input(0);
    if (address.op() != NodeOp.ADD) {
      return;
    }
    for (int i = 0; i < 2; i++) {
      Node fixed = address.input(i);
      Node sum = address.input(1 - i);
      if (depth(fixed) >= depth || sum.op() != NodeOp.ADD || users.getOrDefault(sum, 0) != 1) {
        continue;
      }
      for (int j = 0; j < 2; j++) {
        Node distance = sum.input(j);
        Node index = sum.input(1 - j);
        if (depth(distance) < depth && depth(index) >= depth) {
          graph.at(address.origin());
          access.setInput(
              0, graph.pure(NodeOp.ADD, graph.pure(NodeOp.ADD, fixed, distance), index));
          return;
        }
      }
    }
  }

  /// {@return how many loops a value changes in: those around the places where its inputs are made}
  private int depth(Node node) {
    if (!node.op().isPure()) {
      return flow.loopDepth(node.home());
    }
    Integer known = depths.get(node);
    if (known != null) {
      return known;
    }
    int most = 0;
    for (Node input : node.inputs()) {
      most = Math.max(most, depth(input));
    }
    depths.put(node, most);
    return most;
  }
}
