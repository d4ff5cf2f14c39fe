package opml.compiler.ir;

import java.util.HashSet;
import java.util.Set;

/// Knows which floats can only hold the one canonical NaN: soft-float makes no other, so a test at the store is needed
/// only for bits that were loaded, built from an int, or negated.
final class Canonical {
  private static final Set<String> EXACT =
      Set.of(
          "add",
          "sub",
          "mul",
          "div",
          "sqrt",
          "fma",
          "min",
          "max",
          "floor",
          "ceil",
          "rne",
          "fromInt",
          "fromLong",
          "fromHalf");

  private Canonical() {}

  static boolean isCanonical(Node node) {
    return isCanonical(node.resolved(), new HashSet<>());
  }

  private static boolean isCanonical(Node node, Set<Node> assumed) {
    if (!assumed.add(node)) {
      return true;
    }
    return switch (node.op()) {
      case CONSTANT -> (node.value() & 0x7fffffff) <= 0x7f800000 || node.value() == 0x7fc00000;
      case CANONICAL -> true;
      case CALL ->
          node.callee().owner().equals("opml/kernels/softfloat/SoftFloat")
              && EXACT.contains(node.callee().name());
      case PHI ->
          node.arity() == node.home().predecessors().size()
              && node.arity() > 0
              && node.inputs().stream().allMatch(input -> isCanonical(input, assumed));
      default -> false;
    };
  }
}
