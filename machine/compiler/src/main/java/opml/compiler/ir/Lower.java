package opml.compiler.ir;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Expands what no instruction computes, and splits critical edges, so that copies for phis have a block of their own.
public final class Lower {
  private final MethodGraph graph;
  private final Map<Node, Node> lowered = new HashMap<>();

  private Lower(MethodGraph graph) {
    this.graph = graph;
  }

  public static void run(MethodGraph graph) {
    Lower lower = new Lower(graph);
    for (Block block : new Flow(graph).order()) {
      lower.block(block);
    }
    splitCriticalEdges(graph);
  }

  private void block(Block block) {
    block.phis().forEach(this::inputs);
    block.effects().forEach(this::inputs);
    switch (block.terminator()) {
      case Terminator.Jump _ -> {}
      case Terminator.Return(Node value) -> {
        if (value != null) {
          block.endInstead(new Terminator.Return(lowered(value)));
        }
      }
      case Terminator.Branch b ->
          block.endInstead(
              new Terminator.Branch(
                  b.condition(), lowered(b.left()), lowered(b.right()), b.yes(), b.no()));
    }
  }

  private void inputs(Node node) {
    for (int i = 0; i < node.arity(); i++) {
      node.setInput(i, lowered(node.input(i)));
    }
  }

  private Node lowered(Node original) {
    Node node = original.resolved();
    if (!node.op().isPure()) {
      return node;
    }
    Node known = lowered.get(node);
    if (known != null) {
      return known;
    }
    for (int i = 0; i < node.arity(); i++) {
      node.setInput(i, lowered(node.input(i)));
    }
    graph.at(node.origin());
    Node result =
        switch (node.op()) {
          case COMPARE -> threeWay(NodeOp.SLT, node.input(0), node.input(1));
          case COMPARE_UNSIGNED -> threeWay(NodeOp.SLTU, node.input(0), node.input(1));
          case CANONICAL -> canonical(node.input(0));
          case AND -> mask(node);
          default -> node;
        };
    lowered.put(node, result);
    return result;
  }

  private Node threeWay(NodeOp less, Node left, Node right) {
    return graph.pure(NodeOp.SUB, graph.pure(less, right, left), graph.pure(less, left, right));
  }

  /// Without a branch: a mask of ones exactly when the bits behind the sign exceed infinity's.
  private Node canonical(Node bits) {
    Node magnitude = graph.pure(NodeOp.SLL, bits, graph.constant(33));
    Node isNan = graph.pure(NodeOp.SLTU, graph.constant(0x7f800000L << 33), magnitude);
    Node ones = graph.pure(NodeOp.SUB, graph.constant(0), isNan);
    Node difference = graph.pure(NodeOp.XOR, bits, graph.constant(0x7fc00000));
    return graph.pure(NodeOp.XOR, bits, graph.pure(NodeOp.AND, difference, ones));
  }

  /// A field that starts at bit 0 is cut out by two shifts, one instruction less than building a long mask.
  private Node mask(Node and) {
    if (!and.input(1).isConstant()) {
      return and;
    }
    long mask = and.input(1).value();
    if (mask <= 0 || (mask & (mask + 1)) != 0 || Immediates.isShort(mask)) {
      return and;
    }
    Node amount = graph.constant(Long.numberOfLeadingZeros(mask));
    return graph.pure(NodeOp.SRL, graph.pure(NodeOp.SLL, and.input(0), amount), amount);
  }

  private static void splitCriticalEdges(MethodGraph graph) {
    for (Block block : new Flow(graph).order()) {
      List<Block> next = block.terminator().successors();
      if (next.size() < 2) {
        continue;
      }
      for (Block after : next) {
        if (after.predecessors().size() > 1) {
          Block middle = graph.newBlock();
          after.predecessors().set(after.predecessors().indexOf(block), middle);
          middle.splitInto(block, after);
        }
      }
    }
  }
}
