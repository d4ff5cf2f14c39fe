package opml.compiler.ir;

/// Bounds of a node's value, both inclusive: enough to know that a sign extension or a mask does nothing.
record Range(long low, long high) {
  private static final Range INT = new Range(Integer.MIN_VALUE, Integer.MAX_VALUE);
  private static final Range ALL = new Range(Long.MIN_VALUE, Long.MAX_VALUE);

  boolean within(long least, long most) {
    return low >= least && high <= most;
  }

  boolean isInt() {
    return within(Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  static Range of(Node node) {
    return of(node.resolved(), 5);
  }

  private static Range of(Node node, int depth) {
    Range bound = node.isNarrow() ? INT : ALL;
    if (depth == 0) {
      return bound;
    }
    return switch (node.op()) {
      case CONSTANT -> new Range(node.value(), node.value());
      case LB -> new Range(-128, 127);
      case LBU -> new Range(0, 255);
      case LH -> new Range(-32768, 32767);
      case LHU -> new Range(0, 65535);
      case LWU -> new Range(0, 0xffffffffL);
      case SLT, SLTU -> new Range(0, 1);
      case COMPARE, COMPARE_UNSIGNED -> new Range(-1, 1);
      case AND -> and(of(node.input(0), depth - 1), of(node.input(1), depth - 1), bound);
      case OR, XOR -> or(of(node.input(0), depth - 1), of(node.input(1), depth - 1), bound);
      case SRL -> shifted(node, 63, 0, Long.MAX_VALUE, bound);
      case SRLW -> shifted(node, 31, 0, 0xffffffffL, bound);
      case SRA, SRAW -> arithmetic(node, depth, bound);
      case ADD, ADDW -> sum(node, depth, bound);
      case SUB, SUBW -> difference(node, depth, bound);
      case MUL, MULW -> product(node, depth, bound);
      default -> bound;
    };
  }

  private static Range and(Range left, Range right, Range bound) {
    if (left.low >= 0 || right.low >= 0) {
      long most =
          left.low < 0 ? right.high : right.low < 0 ? left.high : Math.min(left.high, right.high);
      return new Range(0, most);
    }
    return bound;
  }

  private static Range or(Range left, Range right, Range bound) {
    if (left.low >= 0 && right.low >= 0) {
      long bits = Long.highestOneBit(Math.max(1, left.high | right.high));
      return new Range(0, bits - 1 + bits);
    }
    return bound;
  }

  private static Range shifted(Node node, int mask, long low, long all, Range bound) {
    if (!node.input(1).isConstant()) {
      return bound;
    }
    int amount = (int) node.input(1).value() & mask;
    if (amount == 0) {
      return bound;
    }
    return new Range(low, mask == 63 ? -1L >>> amount : all >>> amount);
  }

  private static Range arithmetic(Node node, int depth, Range bound) {
    if (!node.input(1).isConstant()) {
      return bound;
    }
    Range input =
        node.op() == NodeOp.SRAW
            ? low32(of(node.input(0), depth - 1))
            : of(node.input(0), depth - 1);
    int amount = (int) node.input(1).value() & (node.op() == NodeOp.SRAW ? 31 : 63);
    return new Range(input.low >> amount, input.high >> amount);
  }

  private static Range low32(Range range) {
    return range.isInt() ? range : INT;
  }

  private static Range sum(Node node, int depth, Range bound) {
    Range left = of(node.input(0), depth - 1);
    Range right = of(node.input(1), depth - 1);
    if (!left.isSmall() || !right.isSmall()) {
      return bound;
    }
    return fitting(new Range(left.low + right.low, left.high + right.high), node, bound);
  }

  private static Range difference(Node node, int depth, Range bound) {
    Range left = of(node.input(0), depth - 1);
    Range right = of(node.input(1), depth - 1);
    if (!left.isSmall() || !right.isSmall()) {
      return bound;
    }
    return fitting(new Range(left.low - right.high, left.high - right.low), node, bound);
  }

  private static Range product(Node node, int depth, Range bound) {
    Range left = of(node.input(0), depth - 1);
    Range right = of(node.input(1), depth - 1);
    if (!left.isInt() || !right.isInt()) {
      return bound;
    }
    long a = left.low * right.low;
    long b = left.low * right.high;
    long c = left.high * right.low;
    long d = left.high * right.high;
    long low = Math.min(Math.min(a, b), Math.min(c, d));
    long high = Math.max(Math.max(a, b), Math.max(c, d));
    return fitting(new Range(low, high), node, bound);
  }

  /// A 32-bit operation wraps unless its exact result is an int.
  private static Range fitting(Range exact, Node node, Range bound) {
    return !node.op().isLow32() || exact.isInt() ? exact : bound;
  }

  private boolean isSmall() {
    return within(-(1L << 61), 1L << 61);
  }
}
