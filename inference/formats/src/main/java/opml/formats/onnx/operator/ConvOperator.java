package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Conv over one to three spatial axes.
final class ConvOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "Conv",
              "the convolution over one to three axes: groups, strides, paddings, dilations, bias")
          .with(Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    Floats floats = Floats.of(node, 0);
    Value y = convolution(node, floats);
    node.attributes().end();
    floats.define(0, y);
  }

  /// {@return the convolution of inputs 0 to 2, in float32, by the node's attributes, which may be more}
  static Value convolution(NodeImport node, Floats floats) {
    Value x = floats.input(0);
    Value w = floats.input(1);
    ConvolutionShape conv = ConvolutionShape.of(node, x, w);
    Optional<Value> bias = floats.optional(2);
    bias.ifPresent(value -> conv.requirePerChannel(node, value.shape(), "bias"));
    NodeImport.Call call =
        node.call(conv.window().isVolume() ? "conv3d.f32" : "conv2d.f32")
            .named("y")
            .read(x)
            .read(w)
            .readOrZeros(bias, 4L * conv.outChannels())
            .writePart(ElementType.F32, conv.result());
    return conv.scalars(call).emitPart();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    Window.Sizes sizes = Window.Sizes.random(make, node, true);
    int groups = make.between(1, 3);
    int perGroup = make.between(1, 3);
    int out = groups * make.between(1, 3);
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    node.given(make.tensor(type, sizes.image(make.between(1, 2), groups * perGroup)));
    node.either(make.tensor(type, sizes.weights(out, perGroup)));
    if (make.oneIn(2)) {
      node.either(make.tensor(type, out));
    }
    return node.integer("group", groups).end();
  }
}
