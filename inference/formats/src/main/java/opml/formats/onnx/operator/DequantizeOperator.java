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

/// DequantizeLinear, ONNX's and ONNX Runtime's: integers of up to 32 bits as floats of the scale's type. Bytes have a
/// kernel of their own, and constants of four bits are bytes.
enum DequantizeOperator implements Operator {
  ONNX(""),
  MICROSOFT(Composition.MICROSOFT);

  private static final ElementType[] TYPES = {
    ElementType.U8, ElementType.I8, ElementType.I16, ElementType.U16, ElementType.I32
  };

  private final String domain;

  DequantizeOperator(String domain) {
    this.domain = domain;
  }

  @Override
  public Declaration declaration() {
    Declaration declared =
        Declaration.of(
                "DequantizeLinear",
                "(x - zero point)·scale, with one scale, or one for each channel or block")
            .with(Way.KERNEL, TYPES);
    return this == ONNX ? declared.since(10) : declared.in(domain);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    Value x = node.input(0);
    Floats floats = Floats.of(node, 1);
    Channels channels = Channels.of(node, x.shape(), floats.input(1));
    Value scale = floats.input(1);
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
    ElementType type =
        declared == 0
            ? floats.type()
            : OnnxType.of(declared)
                .flatMap(OnnxType::element)
                .filter(ElementType::isFloat)
                .orElse(ElementType.U8);
    node.require(type.isFloat(), "output_dtype " + OnnxType.nameOf(declared) + " is not supported");
    node.attributes().end();
    node.requireType(
        declaration().types(Way.KERNEL).contains(x.type()),
        x.type(),
        "integers of 8, 16 and 32 bits, those with a sign, are supported");
    Channels rows = channels.rows();
    Value y =
        x.type().isQuantised() && rows.block().isEmpty()
            ? ofBytes(node, rows, x, scale, zeroPoint)
            : channels
                .blocks(node, "dequantize.blocks", node.cast(x, ElementType.I64), scale, zeroPoint)
                .emitPart();
    node.define(node.cast(y, type));
  }

  private static Value ofBytes(
      NodeImport node, Channels channels, Value x, Value scale, Optional<Value> zeroPoint) {
    return node.call("dequantize")
        .named("floats")
        .read(x)
        .read(scale)
        .readOrZeros(zeroPoint, scale.shape().count())
        .writePart(ElementType.F32, x.shape())
        .ints(
            "channels.outer channels.channels channels.inner",
            channels.outer(),
            channels.channels(),
            channels.inner())
        .flag("channels.perChannel", channels.perChannel())
        .flag("channels.unsigned", x.type() == ElementType.U8)
        .emitPart();
  }

  @Override
  public boolean takesNibbles() {
    return true;
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    ElementType type = make.one(TYPES);
    Channels.random(make, node, dims -> make.tensor(type, dims), type, true);
    return node.end();
  }
}
