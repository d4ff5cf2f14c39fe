package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// BitCast: the same bytes as elements of another type of the same size. A truth value, which is one of two bytes, is
/// none of them.
final class BitCastOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("BitCast", "the same bits as numbers of another type")
          .since(26)
          .with(Declaration.Way.KERNEL, NumberTypes.NUMBERS);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0);
    int to = node.attributes().integer("to", 0, 0, 100);
    node.attributes().end();
    Optional<ElementType> type = OnnxType.of(to).flatMap(OnnxType::element);
    node.requireType(x.type() != ElementType.BOOL, x.type(), "numbers are supported");
    node.require(
        type.filter(other -> other != ElementType.BOOL && other.bytes() == x.type().bytes())
            .isPresent(),
        "the type is none of numbers of that size",
        OnnxType.nameOf(to));
    int bytes = (int) x.place().bytes();
    node.define(
        node.call("move.b1")
            .named("bits")
            .read(x)
            .writePart(type.orElseThrow(), x.shape())
            .ints("loops", 1, 1, 1, 1, 1, bytes)
            .ints("x", 0, 0, 0, 0, 0, 0, 1)
            .ints("y", 0, 0, 0, 0, 0, 0, 1)
            .emitPart());
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(NumberTypes.NUMBERS);
    ElementType to = make.one(NumberTypes.NUMBERS);
    while (to.bytes() != type.bytes()) {
      to = make.one(NumberTypes.NUMBERS);
    }
    return make.node(DECLARATION.since())
        .given(make.tensor(type, make.dims(make.between(0, 4))))
        .integer("to", OnnxType.of(to).code())
        .end();
  }
}
