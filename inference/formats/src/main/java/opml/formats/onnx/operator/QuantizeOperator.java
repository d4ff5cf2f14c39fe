package opml.formats.onnx.operator;

import java.util.List;
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

/// QuantizeLinear, ONNX's and ONNX Runtime's: numbers as integers of 8 or 16 bits, which the zero point's type tells,
/// or else `output_dtype`. Bytes have a kernel of their own.
enum QuantizeOperator implements Operator {
  ONNX(""),
  MICROSOFT(Composition.MICROSOFT);

  private static final List<ElementType> RESULTS =
      List.of(ElementType.U8, ElementType.I8, ElementType.U16, ElementType.I16);

  private static final ElementType[] TYPES = {
    ElementType.F32, ElementType.F16, ElementType.BF16, ElementType.I32
  };

  private final String domain;

  QuantizeOperator(String domain) {
    this.domain = domain;
  }

  @Override
  public Declaration declaration() {
    Declaration declared =
        Declaration.of(
                "QuantizeLinear",
                "x / scale + zero point, rounded to 8 or 16 bits, with one scale, or one for each channel or block")
            .with(Way.KERNEL, TYPES);
    return this == ONNX ? declared.since(10) : declared.in(domain);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    Value given = node.input(0);
    node.requireType(
        declaration().types(Way.KERNEL).contains(given.type()),
        given.type(),
        "floats and int32 are supported");
    Value x = node.cast(given, ElementType.F32);
    Value scale = Floats.of(node, 1).input(1);
    Channels channels = Channels.of(node, x.shape(), scale);
    node.require(node.attributes().flag("saturate", true), "saturate is for 8-bit floats");
    node.require(
        node.attributes().integer("precision", 0, 0, 100) <= OnnxType.FLOAT.code(),
        "a precision other than float is not supported");
    Optional<Value> zeroPoint = node.optional(2);
    zeroPoint.ifPresent(
        value -> {
          node.requireType(
              RESULTS.contains(value.type()),
              value.type(),
              "integers of 8 and 16 bits are supported");
          channels.requireSameShape(node, value);
        });
    int declared = node.attributes().integer("output_dtype", 0, 0, 100);
    ElementType type =
        zeroPoint
            .map(Value::type)
            .or(() -> OnnxType.of(declared).flatMap(OnnxType::element))
            .filter(RESULTS::contains)
            .orElse(ElementType.U8);
    node.require(
        declared == 0 || declared == OnnxType.of(type).code(),
        "output_dtype is neither the zero point's type nor one of 8 or 16 bits",
        OnnxType.nameOf(declared));
    node.attributes().end();
    Channels rows = channels.rows();
    if (!type.isQuantised() || rows.block().isPresent()) {
      int bits = 8 * type.bytes();
      int low = type.isUnsigned() ? 0 : -(1 << (bits - 1));
      Value numbers =
          channels
              .blocks(node, "quantize.blocks", x, scale, zeroPoint)
              .ints("low high", low, low + (1 << bits) - 1)
              .emitPart();
      node.define(node.cast(numbers, type));
      return;
    }
    node.call("quantize")
        .read(x)
        .read(scale)
        .readOrZeros(zeroPoint, scale.shape().count())
        .write(type, x.shape())
        .ints(
            "channels.outer channels.channels channels.inner",
            rows.outer(),
            rows.channels(),
            rows.inner())
        .flag("channels.perChannel", rows.perChannel())
        .flag("channels.unsigned", type == ElementType.U8)
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    ElementType x = make.one(TYPES);
    ElementType type = make.one(RESULTS.toArray(ElementType[]::new));
    boolean small = x == ElementType.I32;
    Channels.random(
        make,
        node,
        dims -> small ? make.whole(x, -1000, 1000, dims) : make.tensor(x, dims),
        type,
        type == ElementType.U8);
    return node.end();
  }
}
