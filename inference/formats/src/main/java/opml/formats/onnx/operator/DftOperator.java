package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// DFT along an axis of real or complex signals, as a product with the transform's matrix.
final class DftOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("DFT", "the discrete Fourier transform along an axis, or its inverse")
          .since(17)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  private static final int AXIS_IS_AN_INPUT = 20;
  private static final int MOST = 1 << 20;

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    boolean asInput = node.opset() >= AXIS_IS_AN_INPUT;
    node.arity(1, asInput ? 3 : 2);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    int rank = x.shape().rank();
    node.require(
        rank >= 2 && (x.shape().dim(rank - 1) == 1 || x.shape().dim(rank - 1) == 2),
        "the last axis has not one or two parts",
        x.describe());
    int declared =
        asInput
            ? node.optional(2).map(_ -> single(node, 2, -rank, rank)).orElse(-2)
            : node.attributes().integer("axis", 1, -rank, rank);
    int axis = node.axis(declared, rank);
    node.require(axis < rank - 1, "the axis is that of the parts");
    boolean inverse = node.attributes().flag("inverse", false);
    boolean onesided = node.attributes().flag("onesided", false);
    node.attributes().end();
    node.require(!inverse || !onesided, "an inverse of one side is not supported");
    int size = x.shape().dim(axis);
    int parts = x.shape().dim(rank - 1);
    int length = node.optional(1).isPresent() ? single(node, 1, 1, MOST) : size;
    int used = Math.min(size, length);
    int frequencies = onesided ? length / 2 + 1 : length;
    List<Integer> order =
        new ArrayList<>(IntStream.range(0, rank - 1).boxed().filter(i -> i != axis).toList());
    order.add(axis);
    order.add(rank - 1);
    Value last = node.transposed("signals", x, order);
    int rows = x.shape().count() / size / parts;
    List<Integer> dims = new ArrayList<>(last.shape().dims().subList(0, rank - 2));
    dims.add(frequencies);
    dims.add(2);
    Value y =
        node.call("matmul.f32")
            .named("transformed")
            .read(last)
            .derived("table", FourierTable.of(node, used, parts, length, frequencies, inverse))
            .writePart(ElementType.F32, Shapes.of(node, dims))
            .ints("batch m n k", 1, rows, 2 * frequencies, used * parts)
            .ints("a.batch a.row a.column", 0, size * parts, 1)
            .ints("b.batch b.row b.column", 0, 2 * frequencies, 1)
            .emitPart();
    List<Integer> back = IntStream.range(0, rank).map(order::indexOf).boxed().toList();
    floats.define(0, node.transposed("back", y, back));
  }

  private static int single(NodeImport node, int index, int min, int max) {
    long[] given = node.integers(index);
    node.require(
        given.length == 1 && given[0] >= min && given[0] <= max,
        "input " + index + " is out of range");
    return (int) given[0];
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    node.given(
        Floats.random(make, make.between(1, 2), make.size(), make.size(), make.between(1, 2)));
    boolean inverse = make.oneIn(2);
    node.flag("inverse", inverse).flag("onesided", !inverse && make.oneIn(2));
    if (make.oneIn(2)) {
      node.constant(make.whole(ElementType.I64, 1, 6));
    } else {
      node.absent();
    }
    int axis = make.between(1, 2);
    return node.opset() >= AXIS_IS_AN_INPUT
        ? node.constant(make.whole(ElementType.I64, axis, axis)).end()
        : node.integer("axis", axis).end();
  }
}
