package opml.compiler.ir;

/// Constant folding, with the ISA manual's results for every operand.
final class Evaluate {
  private Evaluate() {}

  static long apply(NodeOp op, long a, long b) {
    int x = (int) a;
    int y = (int) b;
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case AND -> a & b;
      case OR -> a | b;
      case XOR -> a ^ b;
      case SLL -> a << b;
      case SRL -> a >>> b;
      case SRA -> a >> b;
      case SLT -> a < b ? 1 : 0;
      case SLTU -> Long.compareUnsigned(a, b) < 0 ? 1 : 0;
      case MUL -> a * b;
      case MULH -> Math.multiplyHigh(a, b);
      case MULHU -> Math.unsignedMultiplyHigh(a, b);
      case DIV -> b == 0 ? -1 : a / b;
      case DIVU -> b == 0 ? -1 : Long.divideUnsigned(a, b);
      case REM -> b == 0 ? a : a % b;
      case REMU -> b == 0 ? a : Long.remainderUnsigned(a, b);
      case ADDW -> x + y;
      case SUBW -> x - y;
      case SLLW -> x << y;
      case SRLW -> x >>> y;
      case SRAW -> x >> y;
      case MULW -> (int) ((long) x * y);
      case DIVW -> y == 0 ? -1 : x / y;
      case DIVUW -> y == 0 ? -1 : Integer.divideUnsigned(x, y);
      case REMW -> y == 0 ? x : x % y;
      case REMUW -> y == 0 ? x : Integer.remainderUnsigned(x, y);
      case COMPARE -> Long.compare(a, b);
      case COMPARE_UNSIGNED -> Long.compareUnsigned(a, b);
      default -> throw new IllegalArgumentException("not arithmetic: " + op);
    };
  }
}
