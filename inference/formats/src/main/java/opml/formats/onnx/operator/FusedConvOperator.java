package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.operator.OneCall.Real;

/// ONNX Runtime's FusedConv: Conv, what is added to it, and an activation of that.
final class FusedConvOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("FusedConv", "Conv, with a sum and an activation behind it")
          .in(Composition.MICROSOFT)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 4);
    Floats floats = Floats.of(node, 0);
    Composition all = new Composition(node);
    Value y = ConvOperator.convolution(node, floats);
    String activation = node.attributes().text("activation", "");
    float[] parameters = node.attributes().reals("activation_params");
    node.attributes().end();
    Optional<Value> addend = floats.optional(3);
    if (addend.isPresent()) {
      node.require(
          addend.get().shape().equals(y.shape()),
          "what is added is not like the result",
          addend.get().describe());
      y = all.sum(y, addend.get());
    }
    floats.define(0, activated(all, y, activation, parameters));
  }

  private static Value activated(Composition all, Value x, String name, float[] parameters) {
    return switch (name) {
      case "" -> x;
      case "Relu" -> all.each("relu.f32", x);
      case "Tanh" -> all.each("tanh.f32", x);
      case "Sigmoid" -> all.each("sigmoid.f32", x);
      case "LeakyRelu" ->
          all.each("leakyrelu.f32", x, new Real("alpha", one(all, parameters, 1)[0]));
      case "HardSigmoid" -> {
        float[] two = one(all, parameters, 2);
        yield all.each("hardsigmoid.f32", x, new Real("alpha", two[0]), new Real("beta", two[1]));
      }
      case "Clip" -> {
        float[] two = one(all, parameters, 2);
        yield all.least(all.greatest(x, all.number(two[0])), all.number(two[1]));
      }
      default -> throw new RefusedNode("unknown activation", name);
    };
  }

  private static float[] one(Composition all, float[] parameters, int count) {
    all.node()
        .require(
            parameters.length == count,
            "activation_params are not as many as the activation has",
            parameters.length + ", not " + count);
    return parameters;
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    Window.Sizes sizes = Window.Sizes.random(make, node, true, make.between(1, 2));
    int out = make.between(1, 3);
    node.given(make.tensor(type, sizes.image(make.between(1, 2), 2)))
        .either(make.tensor(type, sizes.weights(out, 2)));
    if (make.oneIn(2)) {
      node.either(make.tensor(type, out));
    }
    String activation = make.one("Relu", "Tanh", "Sigmoid", "LeakyRelu", "HardSigmoid", "Clip");
    node.text("activation", activation);
    return switch (activation) {
      case "LeakyRelu" -> node.reals("activation_params", 0.25f).end();
      case "HardSigmoid" -> node.reals("activation_params", 0.25f, 0.5f).end();
      case "Clip" -> node.reals("activation_params", -0.5f, 1.5f).end();
      default -> node.end();
    };
  }
}
