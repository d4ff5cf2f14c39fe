package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// DequantizeLinear from int8 or uint8 to float32, and from int32 where all is known at import, as biases are.
final class DequantizeOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "DequantizeLinear", "(x - zero point)·scale, with one scale or one for each channel")
          .since(10)
          .with(Way.KERNEL, ElementType.U8, ElementType.I8)
          .with(Way.CONSTANT, ElementType.I32);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    Value x = node.input(0);
    Value scale = node.input(1, ElementType.F32);
    Channels channels = Channels.of(node, x.shape(), scale);
    Optional<Value> zeroPoint = node.optional(2);
    zeroPoint.ifPresent(
        value -> {
          node.require(
              value.type() == x.type(),
              "the zero point is not of the input's type",
              value.describe() + " and " + x.describe());
          channels.requireSameShape(node, value);
        });
    int declared = node.attributes().integer("output_dtype", 0, 0, 100);
    node.require(
        declared == 0 || declared == OnnxType.FLOAT.code(),
        "output_dtype " + OnnxType.nameOf(declared) + " is not supported");
    node.attributes().end();
    if (x.type() == ElementType.I32 && x.isConstant()) {
      fold(node, channels, x.constant().orElseThrow());
      return;
    }
    node.requireType(
        x.type().isQuantised(), x.type(), "int8, uint8 and constants of int32 are supported");
    node.call("dequantize")
        .read(x)
        .read(scale)
        .readOrZeros(zeroPoint, scale.shape().count())
        .write(ElementType.F32, x.shape())
        .ints(
            "channels.outer channels.channels channels.inner",
            channels.outer(),
            channels.channels(),
            channels.inner())
        .flag("channels.perChannel", channels.perChannel())
        .flag("channels.unsigned", x.type() == ElementType.U8)
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType type = make.one(ElementType.U8, ElementType.I8, ElementType.I32);
    Channels.random(make, node, dims -> make.tensor(type, dims), type, true);
    return node.end();
  }

  /// As the kernel does it: the difference exact, rounded to a float, times the scale.
  private static void fold(NodeImport node, Channels channels, Tensor x) {
    Tensor scale = node.constant(1);
    Optional<Tensor> zeroPoint = node.optional(2).map(value -> node.constant(2));
    Tensor y = node.foldable(ElementType.F32, x.shape());
    for (int i = 0; i < x.shape().count(); i++) {
      int channel = channels.perChannel() ? i / channels.inner() % channels.channels() : 0;
      long zero = zeroPoint.map(tensor -> tensor.integer(channel)).orElse(0L);
      Elements.put(y, i, (float) (x.integer(i) - zero) * scale.f32(channel));
    }
    node.defineConstant(y);
  }
}
