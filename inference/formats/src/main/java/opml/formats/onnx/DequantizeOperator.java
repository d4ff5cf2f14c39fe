package opml.formats.onnx;

import java.util.Optional;
import opml.engine.tensor.ElementType;

/// DequantizeLinear from i8 or u8 to f32.
final class DequantizeOperator implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    Value x = node.quantised(0);
    Value scale = node.input(1, ElementType.F32);
    Channels channels = Channels.of(node, x.shape(), scale);
    Optional<Value> zeroPoint = node.optional(2);
    zeroPoint.ifPresent(
        value -> {
          node.require(value.type() == x.type(), "zero point is " + value.describe());
          channels.requireSameShape(node, value);
        });
    node.attributes().end();
    node.call("dequantize")
        .read(x)
        .read(scale)
        .readOrZeros(zeroPoint, scale.shape().count())
        .write(ElementType.F32, x.shape())
        .ints(channels.outer(), channels.channels(), channels.inner())
        .flag(channels.perChannel())
        .flag(x.type() == ElementType.U8)
        .emit();
  }
}
