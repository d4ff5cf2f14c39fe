package opml.compiler.ir;

import opml.compiler.ir.Terminator.Branch;
import opml.compiler.ir.Terminator.Jump;

/// Simplifies how a block ends: known outcomes, three-way comparisons that a branch can make itself, and constants
/// that another condition would not need.
final class Branches {
  private Branches() {}

  static Terminator simplify(MethodGraph graph, Branch branch) {
    Node left = branch.left();
    Node right = branch.right();
    Condition condition = branch.condition();
    if (branch.yes() == branch.no()) {
      return new Jump(branch.yes());
    }
    if (left == right || left.isConstant() && right.isConstant()) {
      boolean holds =
          left == right ? condition.holds(0, 0) : condition.holds(left.value(), right.value());
      return new Jump(holds ? branch.yes() : branch.no());
    }
    boolean isZeroTest = right.isConstant(0);
    boolean isEquality = condition == Condition.EQ || condition == Condition.NE;
    if (isZeroTest && isEquality && (left.op() == NodeOp.SUB || left.op() == NodeOp.XOR)) {
      return with(branch, condition, left.input(0), left.input(1));
    }
    if (isZeroTest && (left.op() == NodeOp.COMPARE || left.op() == NodeOp.COMPARE_UNSIGNED)) {
      return with(branch, of(condition, left.op()), left.input(0), left.input(1));
    }
    if (left.isConstant(0)
        && (right.op() == NodeOp.COMPARE || right.op() == NodeOp.COMPARE_UNSIGNED)
        && (condition == Condition.LT || condition == Condition.GE)) {
      // 0 < compare(a, b) is b < a.
      return with(branch, of(condition, right.op()), right.input(1), right.input(0));
    }
    if (isEquality && left.isConstant()) {
      return with(branch, condition, /* left= */ right, /* right= */ left);
    }
    // x < 1 is 0 >= x, and x > -1 is x >= 0: both need no constant.
    if (right.isConstant(1) && condition == Condition.LT) {
      return with(branch, Condition.GE, graph.constant(0), left);
    }
    if (right.isConstant(1) && condition == Condition.GE) {
      return with(branch, Condition.LT, graph.constant(0), left);
    }
    if (left.isConstant(-1) && condition == Condition.LT) {
      return with(branch, Condition.GE, right, graph.constant(0));
    }
    if (left.isConstant(-1) && condition == Condition.GE) {
      return with(branch, Condition.LT, right, graph.constant(0));
    }
    return branch;
  }

  private static Condition of(Condition condition, NodeOp compare) {
    boolean signed = compare == NodeOp.COMPARE;
    return switch (condition) {
      case LT, LTU -> signed ? Condition.LT : Condition.LTU;
      case GE, GEU -> signed ? Condition.GE : Condition.GEU;
      case EQ -> Condition.EQ;
      case NE -> Condition.NE;
    };
  }

  private static Branch with(Branch branch, Condition condition, Node left, Node right) {
    return new Branch(condition, left, right, branch.yes(), branch.no());
  }
}
