package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;

/// QLinearConv of 8-bit tensors over one or two spatial axes. Padding is the zero point of x, and so adds nothing.
final class QLinearConvOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "QLinearConv",
              "the convolution of 8-bit images over one or two axes, scaled back to 8 bits")
          .since(10)
          .with(Way.KERNEL, ElementType.U8, ElementType.I8);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(8, 9);
    ConvolutionShape conv = ConvolutionShape.of(node, node.quantised(0), node.quantised(3));
    node.require(!conv.window().isVolume(), "three spatial axes are not supported");
    node.attributes().end();
    QuantisedProduct product = QuantisedProduct.of(node, conv.outChannels());
    Optional<Tensor> bias = QuantisedProduct.bias(node, 8, conv.outChannels());
    product.requireNoOverflow(node, conv.products(), bias);
    NodeImport.Call call =
        node.call("qlinear.conv2d")
            .read(product.a())
            .read(product.b())
            .derived("multiplier", product.requantisation().multiplier())
            .derived("shift", product.requantisation().shift())
            .readOrZeros(bias.map(tensor -> node.input(8)), 4L * conv.outChannels())
            .write(product.resultType(), conv.result())
            .ints("q", product.scalars());
    conv.scalars(call).emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType a = QuantisedProduct.type(make);
    ElementType b = QuantisedProduct.type(make);
    Window.Sizes sizes = Window.Sizes.random(make, node, true, make.between(1, 2));
    int groups = make.between(1, 2);
    int out = groups * make.between(1, 3);
    node.given(make.tensor(a, sizes.image(make.between(1, 2), 2 * groups)));
    QuantisedProduct.random(make, node, a, make.tensor(b, sizes.weights(out, 2)), out);
    if (make.oneIn(2)) {
      node.constant(make.whole(ElementType.I32, -1000, 1000, out));
    }
    return node.integer("group", groups).end();
  }
}
