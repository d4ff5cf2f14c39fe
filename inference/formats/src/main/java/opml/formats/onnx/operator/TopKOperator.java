package opml.formats.onnx.operator;

import java.util.Arrays;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// TopK: the greatest or the least elements along an axis, in order, and where they were. How many is known at import.
final class TopKOperator implements Operator {
  private static final int NUMBER_IS_AN_INPUT = 10;
  private static final int CAN_BE_THE_LEAST = 11;

  private static final Declaration DECLARATION =
      Declaration.of("TopK", "the greatest or the least elements along an axis, and their indices")
          .with(Way.KERNEL, NumberTypes.NUMBERS);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    boolean asInput = node.opset() >= NUMBER_IS_AN_INPUT;
    node.arity(asInput ? 2 : 1, asInput ? 2 : 1, 2);
    Value x = node.input(0);
    node.requireType(x.type() != ElementType.BOOL, x.type(), "numbers are supported");
    Shape shape = x.shape();
    int rank = shape.rank();
    int axis = node.axis(node.attributes().integer("axis", -1, -rank, rank), rank);
    long[] number =
        asInput
            ? node.integers(1)
            : new long[] {node.attributes().integer("k", -1, 0, Integer.MAX_VALUE)};
    boolean largest = node.attributes().flag("largest", true);
    node.attributes().flag("sorted", true); // unsorted may be sorted
    node.attributes().end();
    int size = shape.dim(axis);
    node.require(
        number.length == 1 && number[0] >= 0 && number[0] <= size,
        "k is not a number of elements along the axis",
        Arrays.toString(number) + " of " + shape);
    int k = (int) number[0];
    ElementType as = NumberTypes.computedAs(x.type());
    Shape result = shape.with(axis, k);
    List<Value> parts =
        node.call("topk." + as.label())
            .named("top")
            .read(node.cast(x, as))
            .writePart(as, result)
            .write(1, ElementType.I64, result)
            .writePart(ElementType.I32, Shapes.of(node, 2, Math.max(1, size)))
            .ints("axis", Axes.around(shape, axis))
            .ints("k", k)
            .flag("largest", largest)
            .emitAll();
    node.define(0, node.cast(parts.get(0), x.type()));
    node.define(1, parts.get(1));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int rank = make.between(1, 3);
    int[] dims = make.dims(rank);
    int axis = make.between(0, rank - 1);
    int k = make.between(1, dims[axis]);
    node.given(make.tensor(make.one(NumberTypes.NUMBERS), dims)).integer("axis", axis);
    if (node.opset() >= CAN_BE_THE_LEAST) {
      node.flag("largest", make.oneIn(2));
    }
    return node.opset() >= NUMBER_IS_AN_INPUT
        ? node.constant(Tensor.ofLongs(Shape.of(1), k)).end()
        : node.integer("k", k).end();
  }
}
