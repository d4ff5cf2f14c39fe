package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Conv over one or two spatial axes.
final class ConvOperator implements Operator {
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
}
