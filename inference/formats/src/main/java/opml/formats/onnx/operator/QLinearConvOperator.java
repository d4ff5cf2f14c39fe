package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;

/// QLinearConv of 8-bit tensors over one or two spatial axes. Padding is the zero point of x, and so adds nothing.
final class QLinearConvOperator implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(8, 9);
    ConvolutionShape conv = ConvolutionShape.of(node, node.quantised(0), node.quantised(3));
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
}
