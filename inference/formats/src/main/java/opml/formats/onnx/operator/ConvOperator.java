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

/// Conv over one or two spatial axes.
final class ConvOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "Conv",
              "the convolution over one or two axes: groups, strides, paddings, dilations, bias")
          .with(Way.KERNEL, ElementType.F32);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    Value x = node.input(0, ElementType.F32);
    Value w = node.input(1, ElementType.F32);
    ConvolutionShape conv = ConvolutionShape.of(node, x, w);
    Optional<Value> bias = node.optional(2).map(value -> node.input(2, ElementType.F32));
    bias.ifPresent(value -> conv.requirePerChannel(node, value.shape(), "bias"));
    node.attributes().end();
    NodeImport.Call call =
        node.call("conv2d.f32")
            .read(x)
            .read(w)
            .readOrZeros(bias, 4L * conv.outChannels())
            .write(ElementType.F32, conv.result());
    conv.scalars(call).emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    Window.Sizes sizes = Window.Sizes.random(make, node, true);
    int groups = make.between(1, 3);
    int perGroup = make.between(1, 3);
    int out = groups * make.between(1, 3);
    node.given(make.floats(sizes.image(make.between(1, 2), groups * perGroup)));
    node.either(make.floats(sizes.weights(out, perGroup)));
    if (make.oneIn(2)) {
      node.either(make.floats(out));
    }
    return node.integer("group", groups).end();
  }
}
