package opml.compiler.ir;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Local rewriting of one pure operation. Each rule keeps the exact 64-bit result; constants of commutative operations
/// are already on the right.
final class Simplify {
  private Simplify() {}

  /// {@return an equal node that is simpler, or null}
  static @Nullable Node apply(MethodGraph graph, NodeOp op, List<Node> inputs) {
    if (op == NodeOp.CANONICAL) {
      return Canonical.isCanonical(inputs.get(0)) ? inputs.get(0) : null;
    }
    Node left = inputs.get(0);
    Node right = inputs.get(1);
    if (left.isConstant() && right.isConstant()) {
      return graph.constant(Evaluate.apply(op, left.value(), right.value()));
    }
    @Nullable Node simple = op.isLow32() ? low32(graph, op, left, right) : null;
    if (simple != null) {
      return simple;
    }
    if (right.isConstant()) {
      return withConstant(graph, op, left, right.value());
    }
    if (left == right) {
      return withItself(graph, op, left);
    }
    if (left.isConstant(0)
        && (op == NodeOp.SLL || op == NodeOp.SRL || op == NodeOp.SRA || op == NodeOp.SLLW)) {
      return left;
    }
    return null;
  }

  /// {@return the low 32 bits, sign-extended}
  private static long low(long value) {
    return value << 32 >> 32;
  }

  private static @Nullable Node withItself(MethodGraph graph, NodeOp op, Node node) {
    return switch (op) {
      case SUB, SUBW, XOR, SLT, SLTU, COMPARE, COMPARE_UNSIGNED -> graph.constant(0);
      case AND, OR -> node;
      default -> null;
    };
  }

  private static @Nullable Node withConstant(MethodGraph graph, NodeOp op, Node left, long c) {
    return switch (op) {
      case ADD -> {
        if (c == 0) {
          yield left;
        }
        yield left.op() == NodeOp.ADD && left.input(1).isConstant()
            ? graph.pure(NodeOp.ADD, left.input(0), graph.constant(left.input(1).value() + c))
            : null;
      }
      case ADDW -> {
        if (c == 0) {
          yield signExtended(graph, left);
        }
        yield left.op() == NodeOp.ADDW && left.input(1).isConstant()
            ? graph.pure(NodeOp.ADDW, left.input(0), graph.constant(low(left.input(1).value() + c)))
            : null;
      }
      case SUB -> graph.pure(NodeOp.ADD, left, graph.constant(-c));
      case SUBW -> graph.pure(NodeOp.ADDW, left, graph.constant(low(-c)));
      case AND -> masked(graph, left, c);
      case OR -> c == 0 ? left : c == -1 ? graph.constant(-1) : null;
      case XOR -> {
        if (c == 0) {
          yield left;
        }
        yield left.op() == NodeOp.XOR && left.input(1).isConstant()
            ? graph.pure(NodeOp.XOR, left.input(0), graph.constant(left.input(1).value() ^ c))
            : null;
      }
      case SLL, SRL, SRA -> shifted(graph, op, left, c & 63, c);
      case SLLW, SRLW, SRAW -> shifted(graph, op, left, c & 31, c);
      case MUL -> multiplied(graph, NodeOp.MUL, NodeOp.SLL, left, c);
      case MULW -> multiplied(graph, NodeOp.MULW, NodeOp.SLLW, left, c);
      case DIV -> c == 1 ? left : null;
      case DIVW -> c == 1 ? signExtended(graph, left) : null;
      case SLT -> c == Long.MIN_VALUE ? graph.constant(0) : null;
      case SLTU -> c == 0 ? graph.constant(0) : null;
      default -> null;
    };
  }

  private static @Nullable Node masked(MethodGraph graph, Node left, long mask) {
    if (mask == 0) {
      return graph.constant(0);
    }
    if (mask == -1) {
      return left;
    }
    if (mask > 0 && (mask & (mask + 1)) == 0 && Range.of(left).within(0, mask)) {
      return left;
    }
    if (left.op() == NodeOp.AND && left.input(1).isConstant()) {
      return graph.pure(NodeOp.AND, left.input(0), graph.constant(left.input(1).value() & mask));
    }
    return null;
  }

  private static @Nullable Node shifted(
      MethodGraph graph, NodeOp op, Node left, long amount, long given) {
    if (amount == 0) {
      return op == NodeOp.SLL || op == NodeOp.SRL || op == NodeOp.SRA
          ? left
          : signExtended(graph, left);
    }
    if (amount != given) {
      return graph.pure(op, left, graph.constant(amount));
    }
    boolean nested = left.op() == op && left.input(1).isConstant();
    int width = op == NodeOp.SLL || op == NodeOp.SRL || op == NodeOp.SRA ? 64 : 32;
    if (nested) {
      long sum = left.input(1).value() + amount;
      if (sum < width) {
        return graph.pure(op, left.input(0), graph.constant(sum));
      }
    }
    // Sign extension of a byte or short that is one already.
    NodeOp up = width == 64 ? NodeOp.SLL : NodeOp.SLLW;
    NodeOp down = width == 64 ? NodeOp.SRA : NodeOp.SRAW;
    if (op == down && left.op() == up && left.input(1).isConstant(amount)) {
      long most = (1L << (width - 1 - amount)) - 1;
      if (Range.of(left.input(0)).within(-most - 1, most)) {
        return left.input(0);
      }
    }
    return null;
  }

  private static @Nullable Node multiplied(
      MethodGraph graph, NodeOp op, NodeOp shift, Node left, long c) {
    if (c == 0) {
      return graph.constant(0);
    }
    if (c == 1) {
      return op == NodeOp.MUL ? left : signExtended(graph, left);
    }
    if (c == -1) {
      return graph.pure(op == NodeOp.MUL ? NodeOp.SUB : NodeOp.SUBW, graph.constant(0), left);
    }
    return Long.bitCount(c) == 1 && c > 0
        ? graph.pure(shift, left, graph.constant(Long.numberOfTrailingZeros(c)))
        : null;
  }

  /// l2i: nothing for what is an int already, else the 32-bit form of the operation itself.
  private static @Nullable Node signExtended(MethodGraph graph, Node left) {
    if (Range.of(left).isInt()) {
      return left;
    }
    @Nullable NodeOp low = lowForm(left);
    return low == null ? null : graph.pure(low, left.input(0), left.input(1));
  }

  private static @Nullable NodeOp lowForm(Node node) {
    return switch (node.op()) {
      case ADD -> NodeOp.ADDW;
      case SUB -> NodeOp.SUBW;
      case MUL -> NodeOp.MULW;
      case SLL -> node.input(1).isConstant() && node.input(1).value() < 32 ? NodeOp.SLLW : null;
      default -> null;
    };
  }

  /// The inputs' upper halves do not count, so an extension of theirs is skipped; and where the exact result is an int,
  /// the 64-bit operation, which other rules know better, gives it.
  private static @Nullable Node low32(MethodGraph graph, NodeOp op, Node left, Node right) {
    boolean wraps =
        op == NodeOp.ADDW || op == NodeOp.SUBW || op == NodeOp.MULW || op == NodeOp.SLLW;
    if (!wraps) {
      return null;
    }
    Node a = extended(left);
    Node b = op == NodeOp.SLLW ? right : extended(right);
    boolean isExtension = op == NodeOp.ADDW && right.isConstant(0);
    if (!isExtension && (a != left || b != right)) {
      return graph.pure(op, a, b);
    }
    return null;
  }

  private static Node extended(Node node) {
    return node.op() == NodeOp.ADDW && node.input(1).isConstant(0) ? node.input(0) : node;
  }
}
