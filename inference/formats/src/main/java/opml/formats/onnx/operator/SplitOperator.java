package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// Split along an axis, into parts of given sizes, or as equal ones as there are outputs. Since opset 13 the sizes are
/// an input, and since 18 the last of equal parts may be smaller.
final class SplitOperator implements Operator {
  private static final int SIZES_ARE_AN_INPUT = 13;
  private static final int NUMBER_IS_GIVEN = 18;

  private static final Declaration DECLARATION =
      Declaration.of("Split", "parts of a tensor along an axis").withAll(Way.KERNEL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    boolean asInput = node.opset() >= SIZES_ARE_AN_INPUT;
    node.arity(1, asInput ? 2 : 1, Integer.MAX_VALUE);
    Value x = node.input(0);
    Shape shape = x.shape();
    int rank = shape.rank();
    int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
    Optional<long[]> sizes =
        asInput
            ? node.optional(1).map(value -> node.integers(1))
            : node.attributes().longs("split");
    int number =
        node.opset() >= NUMBER_IS_GIVEN
            ? node.attributes().integer("num_outputs", node.outputs(), 1, Integer.MAX_VALUE)
            : node.outputs();
    node.attributes().end();
    long[] parts = sizes.orElseGet(() -> equal(node, shape.dim(axis), number));
    node.require(
        parts.length == node.outputs()
            && Arrays.stream(parts).allMatch(part -> part >= 0 && part <= shape.dim(axis))
            && Arrays.stream(parts).sum() == shape.dim(axis),
        "the parts are not the whole, or not as many as the outputs",
        Arrays.toString(parts) + " of " + shape);
    int at = 0;
    for (int i = 0; i < parts.length; i++) {
      int count = (int) parts[i];
      if (node.wants(i)) {
        List<Integer> dims = new ArrayList<>(shape.dims());
        dims.set(axis, count);
        Walk walk = Walk.of(shape).sliced(axis, at, count, 1);
        node.define(i, node.moves().of("part" + i, x, walk, Shapes.of(node, dims)));
      }
      at += count;
    }
  }

  private static long[] equal(NodeImport node, int size, int number) {
    node.require(
        node.opset() >= NUMBER_IS_GIVEN || size % number == 0,
        "the axis has no equal parts",
        size + " in " + number);
    int each = (size + number - 1) / number;
    long[] parts = new long[number];
    for (int i = 0; i < number; i++) {
      parts[i] = Math.clamp(size - (long) i * each, 0, each);
    }
    return parts;
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int[] dims = make.dims(make.between(1, 3));
    int axis = make.between(0, dims.length - 1);
    return node.either(make.tensor(make.type(), dims)).integer("axis", axis).end();
  }
}
