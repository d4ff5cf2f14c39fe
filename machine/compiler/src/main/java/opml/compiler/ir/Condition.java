package opml.compiler.ir;

/// The six comparisons a RISC-V branch can make of two registers.
public enum Condition {
  EQ,
  NE,
  LT,
  GE,
  LTU,
  GEU;

  /// {@return the condition that holds exactly when this one does not}
  public Condition negated() {
    return switch (this) {
      case EQ -> NE;
      case NE -> EQ;
      case LT -> GE;
      case GE -> LT;
      case LTU -> GEU;
      case GEU -> LTU;
    };
  }

  /// {@return whether it holds of two registers}
  public boolean holds(long a, long b) {
    return switch (this) {
      case EQ -> a == b;
      case NE -> a != b;
      case LT -> a < b;
      case GE -> a >= b;
      case LTU -> Long.compareUnsigned(a, b) < 0;
      case GEU -> Long.compareUnsigned(a, b) >= 0;
    };
  }
}
