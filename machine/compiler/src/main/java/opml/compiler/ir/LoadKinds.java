package opml.compiler.ir;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `i8(x) & 255` reads an unsigned byte: a load whose every use masks it becomes the zero-extending load, and the next
/// round drops the masks.
final class LoadKinds {
  private LoadKinds() {}

  static void narrow(MethodGraph graph, List<Block> order, Set<Node> live) {
    Map<Node, Boolean> masked = new HashMap<>();
    for (Node node : live) {
      for (Node input : node.inputs()) {
        if (unsigned(input.op()) != null) {
          boolean masks =
              node.op() == NodeOp.AND
                  && node.input(1).isConstant()
                  && fits(node.input(1).value(), input.op());
          masked.merge(input, masks, Boolean::logicalAnd);
        }
      }
    }
    // All branches before the first load changes: a value may be branched on in a later block than
    // its load's.
    for (Block block : order) {
      block.terminator().inputs().forEach(input -> masked.put(input, false));
    }
    for (Block block : order) {
      List<Node> effects = block.effects();
      for (int i = 0; i < effects.size(); i++) {
        Node load = effects.get(i);
        NodeOp op = unsigned(load.op());
        if (op != null && masked.getOrDefault(load, false)) {
          Node other = graph.readdressed(load, op, load.input(0), load.value());
          load.replaceBy(other);
          effects.set(i, other);
        }
      }
    }
  }

  private static boolean fits(long mask, NodeOp load) {
    return switch (load) {
      case LB -> mask >= 0 && mask <= 0xff;
      case LH -> mask >= 0 && mask <= 0xffff;
      default -> mask >= 0 && mask <= 0xffffffffL;
    };
  }

  private static @Nullable NodeOp unsigned(NodeOp load) {
    return switch (load) {
      case LB -> NodeOp.LBU;
      case LH -> NodeOp.LHU;
      case LW -> NodeOp.LWU;
      default -> null;
    };
  }
}
