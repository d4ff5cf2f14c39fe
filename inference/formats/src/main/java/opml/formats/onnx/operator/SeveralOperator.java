package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.FLOATS;
import static opml.formats.onnx.operator.NumberTypes.NUMBERS;

import java.util.Arrays;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Max, Mean, Min and Sum of any number of tensors, from the first one on, with broadcasting.
@SuppressWarnings("ImmutableEnumChecker") // what is declared never changes
enum SeveralOperator implements Operator {
  MAX("Max", "the greatest of all inputs", PairCall.GREATER, NUMBERS),
  MEAN("Mean", "the sum of all inputs, divided by their number", PairCall.SUM, FLOATS),
  MIN("Min", "the least of all inputs", PairCall.LESSER, NUMBERS),
  SUM("Sum", "the sum of all inputs", PairCall.SUM, FLOATS);

  /// Before, all inputs have one shape.
  private static final int NUMPY_BROADCASTING = 8;

  private final Declaration declaration;
  private final int operation;

  SeveralOperator(String label, String summary, int operation, ElementType[] types) {
    this.declaration = Declaration.of(label, summary).with(Way.KERNEL, types);
    this.operation = operation;
  }

  @Override
  public Declaration declaration() {
    return declaration;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, Integer.MAX_VALUE);
    node.attributes().end();
    Value y = node.input(0);
    node.requireType(
        declaration.types(Way.KERNEL).contains(y.type()),
        y.type(),
        (operation == PairCall.SUM ? "floats" : "numbers") + " are supported");
    // Floats that are computed in a wider type are rounded to their own at the end.
    ElementType type = y.type();
    ElementType as = type.isFloat() ? NumberTypes.computedAs(type) : type;
    y = node.cast(y, as);
    for (int i = 1; i < node.inputs(); i++) {
      Value next = node.input(i);
      node.require(next.type() == type, "types differ", next.describe());
      node.require(
          node.opset() >= NUMPY_BROADCASTING || next.shape().equals(node.input(0).shape()),
          "shapes differ",
          next.describe());
      boolean last = i == node.inputs() - 1 && this != MEAN && as == type;
      y = PairCall.arithmetic(node, last ? "" : "upTo" + i, operation, y, node.cast(next, as));
    }
    if (this == MEAN && node.inputs() > 1) {
      Tensor number = Tensor.ofFloats(Shape.SCALAR, node.inputs());
      Value count = node.cast(node.constant("number", number), as);
      y = PairCall.arithmetic(node, as == type ? "" : "mean", PairCall.QUOTIENT, y, count);
    }
    node.define(node.cast(y, type));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(declaration.types(Way.KERNEL).toArray(ElementType[]::new));
    CaseMaker.Draft node = make.node(declaration.since());
    int[] dims = make.dims(make.between(0, 3));
    node.given(make.tensor(type, dims));
    for (int i = make.between(1, 3); i > 0; i--) {
      int[] own = dims.clone();
      if (node.opset() >= NUMPY_BROADCASTING) {
        Arrays.setAll(own, axis -> make.oneIn(3) ? 1 : dims[axis]);
      }
      node.either(make.tensor(type, own));
    }
    return node.end();
  }
}
