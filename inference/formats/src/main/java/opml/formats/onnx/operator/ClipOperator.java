package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.NUMBERS;

import java.util.Optional;
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

/// Clip: `min(max(x, least), most)`. Since opset 11 the bounds are inputs; without any the result is another name.
final class ClipOperator implements Operator {
  private static final int BOUNDS_ARE_INPUTS = 11;

  private static final Declaration DECLARATION =
      Declaration.of("Clip", "min(max(x, least), most), where either may be absent")
          .with(Way.KERNEL, NUMBERS);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    boolean asInputs = node.opset() >= BOUNDS_ARE_INPUTS;
    node.arity(1, asInputs ? 3 : 1);
    Value x = node.input(0);
    node.requireType(
        DECLARATION.types(Way.KERNEL).contains(x.type()), x.type(), "numbers are supported");
    Value y = x;
    Optional<Value> least = bound(node, "min", 1, x.type());
    Optional<Value> most = bound(node, "max", 2, x.type());
    node.attributes().end();
    if (least.isPresent()) {
      y =
          PairCall.arithmetic(
              node, most.isPresent() ? "least" : "", PairCall.GREATER, y, least.get());
    }
    if (most.isPresent()) {
      y = PairCall.arithmetic(node, "", PairCall.LESSER, y, most.get());
    }
    node.define(y);
  }

  private static Optional<Value> bound(NodeImport node, String name, int input, ElementType type) {
    if (node.opset() >= BOUNDS_ARE_INPUTS) {
      Optional<Value> bound = node.optional(input);
      bound.ifPresent(
          value ->
              node.require(
                  value.type() == type && value.shape().count() == 1,
                  name + " is not one number of x's type",
                  value.describe()));
      return bound.map(value -> value.reshaped(Shape.SCALAR));
    }
    if (!node.attributes().has(name)) {
      return Optional.empty();
    }
    Tensor number = Tensor.ofFloats(Shape.SCALAR, node.attributes().real(name, 0));
    return Optional.of(node.cast(node.constant(name, number), type));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(NUMBERS);
    CaseMaker.Draft node =
        make.node(DECLARATION.since()).given(make.tensor(type, make.dims(make.between(0, 4))));
    boolean both = make.oneIn(2);
    boolean least = both || make.oneIn(2);
    boolean most = both || !least;
    if (node.opset() < BOUNDS_ARE_INPUTS) {
      if (least) {
        node.real("min", make.between(-9, 0));
      }
      if (most) {
        node.real("max", make.between(0, 9));
      }
      return node.end();
    }
    if (least) {
      node.either(make.tensor(type));
    } else {
      node.absent();
    }
    return most ? node.either(make.tensor(type)).end() : node.end();
  }
}
