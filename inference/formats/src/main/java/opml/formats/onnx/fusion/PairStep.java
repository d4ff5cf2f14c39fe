package opml.formats.onnx.fusion;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.fusion.CallList.Step;
import opml.formats.onnx.node.Value;

/// A call of `add.f32`, `mul.f32`, `sub.f32` or `div.f32`, and how its operands go along its result, which is seen as
/// rows of n elements.
///
/// @param loops elements of each loop, the innermost last
/// @param a steps of the first operand along each, in elements
/// @param b steps of the second
record PairStep(Step step, int[] loops, int[] a, int[] b) {
  private static final int LOOPS = 4;

  /// How an operand goes along.
  enum Form {
    /// It has an element for each of the result's.
    WHOLE,
    /// It is one row, which is repeated.
    ROW,
    /// It has an element for each row.
    COLUMN,
    /// It is one element.
    SINGLE
  }

  /// An operand with an element for each of the result's, and another one.
  record Operands(Value.Place whole, Value.Place other) {}

  /// {@return the call as one of a kernel of two operands, if it is}
  static Optional<PairStep> of(Step step, String kernel) {
    boolean both = step.is(kernel) && step.read(0).isPresent() && step.read(1).isPresent();
    return both
        ? Optional.of(
            new PairStep(step, wide(step, "loops", 1), wide(step, "a", 0), wide(step, "b", 0)))
        : Optional.empty();
  }

  /// {@return what has written an operand of a step, if it is a call of a kernel of two operands}
  static Optional<PairStep> writing(Step reader, Value.Place place, String kernel) {
    return reader.calls().writer(place, kernel).flatMap(step -> of(step, kernel));
  }

  /// The numbers of two loops, or of four.
  private static int[] wide(Step step, String record, int outside) {
    int[] own = step.ints(record);
    int[] all = new int[LOOPS];
    for (int i = 0; i < LOOPS; i++) {
      int at = i - LOOPS + own.length;
      all[i] = at < 0 ? outside : own[at];
    }
    return all;
  }

  long count() {
    long count = 1;
    for (int size : loops) {
      count *= size;
    }
    return count;
  }

  Value.Place operand(int index) {
    return step.read(index).orElseThrow();
  }

  /// {@return whether an operand goes along in a form, as far as the result is rows of n elements}
  boolean has(int operand, Form form, long n) {
    int[] strides = operand == 0 ? a : b;
    long inner = 1;
    for (int i = LOOPS - 1; i >= 0; i--) {
      if (loops[i] == 1) {
        continue;
      }
      boolean inRow = inner < n;
      long next = inner * loops[i];
      boolean crosses = inRow && next > n;
      long expected =
          switch (form) {
            case WHOLE -> inner;
            case ROW -> inRow ? inner : 0;
            case COLUMN -> inRow ? 0 : inner / n;
            case SINGLE -> 0;
          };
      boolean divided = form == Form.ROW || form == Form.COLUMN;
      if (strides[i] != expected || divided && crosses) {
        return false;
      }
      inner = next;
    }
    return form == Form.SINGLE || form == Form.WHOLE || inner % n == 0;
  }

  /// {@return the operands, if the first is whole and the second has a form}
  Optional<Operands> inOrder(Form form, long n) {
    return has(0, Form.WHOLE, n) && has(1, form, n)
        ? Optional.of(new Operands(operand(0), operand(1)))
        : Optional.empty();
  }

  /// {@return the operands, if one is whole and the other has a form}
  Optional<Operands> inAnyOrder(Form form, long n) {
    return inOrder(form, n)
        .or(
            () ->
                has(1, Form.WHOLE, n) && has(0, form, n)
                    ? Optional.of(new Operands(operand(1), operand(0)))
                    : Optional.empty());
  }

  /// {@return the operands, if one is whole and the other one row of all that its place holds}
  Optional<Operands> withRow() {
    for (int other = 1; other >= 0; other--) {
      long n = operand(other).bytes() / ElementType.F32.bytes();
      if (n > 1 && has(1 - other, Form.WHOLE, n) && has(other, Form.ROW, n)) {
        return Optional.of(new Operands(operand(1 - other), operand(other)));
      }
    }
    return Optional.empty();
  }

  /// {@return the whole operand, if the other one is a constant of one number within a distance of another}
  Optional<Value.Place> withNumber(double number, double distance, boolean anyOrder) {
    Optional<Operands> operands = anyOrder ? inAnyOrder(Form.SINGLE, 1) : inOrder(Form.SINGLE, 1);
    return operands
        .filter(
            both ->
                CallList.number(both.other())
                    .filter(value -> Math.abs(value - number) <= distance)
                    .isPresent())
        .map(Operands::whole);
  }
}
