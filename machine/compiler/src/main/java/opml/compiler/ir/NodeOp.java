package opml.compiler.ir;

/// What a [Node] computes. Values are 64-bit registers; an int is always kept sign-extended, a float is its bits as an
/// int. The arithmetic operations mean exactly what the RV64IM instruction of the same name does (RISC-V unprivileged
/// ISA, chapters RV64I and M), so every one of them is total: no operand traps.
public enum NodeOp {
  /// `value` itself.
  CONSTANT(Shape.PURE),
  /// The doubleword at address `value` of the fixed segment, which no kernel writes.
  FIXED(Shape.PURE),
  /// Argument number `value` of the method.
  ARGUMENT(Shape.PINNED),
  /// One input per predecessor of its block.
  PHI(Shape.PINNED),
  /// A call of `callee`.
  CALL(Shape.PINNED),
  ADD(Shape.PURE),
  SUB(Shape.PURE),
  AND(Shape.PURE),
  OR(Shape.PURE),
  XOR(Shape.PURE),
  SLL(Shape.PURE),
  SRL(Shape.PURE),
  SRA(Shape.PURE),
  SLT(Shape.PURE),
  SLTU(Shape.PURE),
  MUL(Shape.PURE),
  MULH(Shape.PURE),
  MULHU(Shape.PURE),
  DIV(Shape.PURE),
  DIVU(Shape.PURE),
  REM(Shape.PURE),
  REMU(Shape.PURE),
  ADDW(Shape.PURE),
  SUBW(Shape.PURE),
  SLLW(Shape.PURE),
  SRLW(Shape.PURE),
  SRAW(Shape.PURE),
  MULW(Shape.PURE),
  DIVW(Shape.PURE),
  DIVUW(Shape.PURE),
  REMW(Shape.PURE),
  REMUW(Shape.PURE),
  /// -1, 0 or 1 by the signed order; expanded unless a branch takes it in.
  COMPARE(Shape.PURE),
  /// The same by the unsigned order.
  COMPARE_UNSIGNED(Shape.PURE),
  /// The float's bits, or 0x7fc00000 for every NaN; expanded, or dropped where no other NaN can arrive.
  CANONICAL(Shape.PURE),
  /// Loads add `value` to their address.
  LB(Shape.LOAD),
  LBU(Shape.LOAD),
  LH(Shape.LOAD),
  LHU(Shape.LOAD),
  LW(Shape.LOAD),
  LWU(Shape.LOAD),
  LD(Shape.LOAD),
  /// Stores add `value` to their address, the first input; the second is stored.
  SB(Shape.STORE),
  SH(Shape.STORE),
  SW(Shape.STORE),
  SD(Shape.STORE);

  private enum Shape {
    PURE,
    PINNED,
    LOAD,
    STORE
  }

  private final Shape shape;

  NodeOp(Shape shape) {
    this.shape = shape;
  }

  /// {@return whether the result depends on the inputs alone, so that the node may be moved, shared or dropped}
  public boolean isPure() {
    return shape == Shape.PURE;
  }

  public boolean isLoad() {
    return shape == Shape.LOAD;
  }

  public boolean isStore() {
    return shape == Shape.STORE;
  }

  /// {@return whether the operation looks at the low 32 bits of both inputs only and sign-extends its result}
  public boolean isLow32() {
    return switch (this) {
      case ADDW, SUBW, MULW, SLLW, SRLW, SRAW, DIVW, DIVUW, REMW, REMUW -> true;
      default -> false;
    };
  }

  public boolean isCommutative() {
    return switch (this) {
      case ADD, AND, OR, XOR, MUL, MULH, MULHU, ADDW, MULW -> true;
      default -> false;
    };
  }
}
