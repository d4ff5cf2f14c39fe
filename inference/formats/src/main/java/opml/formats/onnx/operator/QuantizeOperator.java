package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// QuantizeLinear from float32 to int8 or uint8, which the zero point's type tells, or else `output_dtype`.
final class QuantizeOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "QuantizeLinear",
              "x / scale + zero point, rounded to int8 or uint8, with one scale or one for each channel")
          .since(10)
          .with(Way.KERNEL, ElementType.F32);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    Value x = node.input(0, ElementType.F32);
    Value scale = node.input(1, ElementType.F32);
    Channels channels = Channels.of(node, x.shape(), scale);
    node.require(node.attributes().flag("saturate", true), "saturate is for 8-bit floats");
    node.require(
        node.attributes().integer("precision", 0, 0, 100) <= OnnxType.FLOAT.code(),
        "a precision other than float is not supported");
    Optional<Value> zeroPoint = node.optional(2).map(value -> node.quantised(2));
    zeroPoint.ifPresent(value -> channels.requireSameShape(node, value));
    int declared = node.attributes().integer("output_dtype", 0, 0, 100);
    ElementType type =
        zeroPoint
            .map(Value::type)
            .or(() -> OnnxType.of(declared).flatMap(OnnxType::element))
            .filter(ElementType::isQuantised)
            .orElse(ElementType.U8);
    node.require(
        declared == 0 || declared == OnnxType.of(type).code(),
        "output_dtype is neither the zero point's type nor int8 or uint8",
        OnnxType.nameOf(declared));
    node.attributes().end();
    node.call("quantize")
        .read(x)
        .read(scale)
        .readOrZeros(zeroPoint, scale.shape().count())
        .write(type, x.shape())
        .ints(
            "channels.outer channels.channels channels.inner",
            channels.outer(),
            channels.channels(),
            channels.inner())
        .flag("channels.perChannel", channels.perChannel())
        .flag("channels.unsigned", type == ElementType.U8)
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType type = make.one(ElementType.U8, ElementType.I8);
    Channels.random(make, node, make::floats, type, type == ElementType.U8);
    return node.end();
  }
}
