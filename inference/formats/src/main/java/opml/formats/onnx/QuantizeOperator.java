package opml.formats.onnx;

import java.util.Optional;
import opml.engine.tensor.ElementType;

/// QuantizeLinear from f32 to i8 or u8; without a zero point, to u8 with 0.
final class QuantizeOperator implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    Value x = node.input(0, ElementType.F32);
    Value scale = node.input(1, ElementType.F32);
    Channels channels = Channels.of(node, x.shape(), scale);
    node.require(node.attributes().flag("saturate", true), "saturate is for 8-bit floats");
    Optional<Value> zeroPoint = node.optional(2).map(value -> node.quantised(2));
    zeroPoint.ifPresent(value -> channels.requireSameShape(node, value));
    ElementType type = zeroPoint.map(Value::type).orElse(ElementType.U8);
    int declared = node.attributes().integer("output_dtype", 0, 0, 100);
    node.require(
        declared == 0 || declared == type.onnxCode(), "output_dtype differs from the zero point's");
    node.attributes().end();
    node.call("quantize")
        .read(x)
        .read(scale)
        .readOrZeros(zeroPoint, scale.shape().count())
        .write(type, x.shape())
        .ints(channels.outer(), channels.channels(), channels.inner())
        .flag(channels.perChannel())
        .flag(type == ElementType.U8)
        .emit();
  }
}
