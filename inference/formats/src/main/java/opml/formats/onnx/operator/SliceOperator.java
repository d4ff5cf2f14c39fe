package opml.formats.onnx.operator;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// Slice. Since opset 10 the bounds are inputs, and there are steps.
final class SliceOperator implements Operator {
  private static final int BOUNDS_ARE_INPUTS = 10;

  private static final Declaration DECLARATION =
      Declaration.of("Slice", "the elements between bounds along axes, with steps")
          .withAll(Way.KERNEL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    boolean asInputs = node.opset() >= BOUNDS_ARE_INPUTS;
    node.arity(asInputs ? 3 : 1, asInputs ? 5 : 1);
    Value given = node.counted(0);
    Value data = given.whole();
    long[] starts = list(node, "starts", 1, asInputs).orElseThrow(() -> missing("starts"));
    long[] ends = list(node, "ends", 2, asInputs).orElseThrow(() -> missing("ends"));
    long[] axes =
        list(node, "axes", 3, asInputs)
            .orElseGet(() -> LongStream.range(0, starts.length).toArray());
    long[] steps =
        (asInputs ? list(node, "steps", 4, true) : Optional.<long[]>empty())
            .orElseGet(() -> LongStream.generate(() -> 1).limit(starts.length).toArray());
    node.attributes().end();
    node.require(
        ends.length == starts.length
            && axes.length == starts.length
            && steps.length == starts.length,
        "starts, ends, axes and steps are not equally many");
    Shape from = data.shape();
    int rank = from.rank();
    Walk walk = Walk.of(from);
    Set<Integer> named = new HashSet<>();
    for (int i = 0; i < axes.length; i++) {
      int axis = node.axis(Math.clamp(axes[i], -rank - 1, rank), rank);
      node.require(steps[i] != 0, "a step is zero");
      int size = from.dim(axis);
      if (size == 0 || !named.add(axis)) {
        node.require(size == 0, "an axis is named twice", "" + axis);
        continue;
      }
      boolean down = steps[i] < 0;
      // going down, one before the first element is an end, and the last element the highest start
      long start = Math.clamp(fromFront(starts[i], size), 0, down ? size - 1L : size);
      long end = Math.clamp(fromFront(ends[i], size), down ? -1 : 0, size);
      long span = down ? start - end : end - start;
      long stride = Math.clamp(Math.absExact(Math.max(steps[i], -Long.MAX_VALUE)), 1, size + 1L);
      int count = (int) Math.max(0, (span + stride - 1) / stride);
      walk = walk.sliced(axis, (int) start, count, (int) (down ? -stride : stride));
    }
    given
        .count()
        .ifPresent(
            count ->
                node.require(
                    !named.contains(count.axis()), "an axis is cut whose size the data decide"));
    node.carry(given.count());
    Shape result = new Shape(walk.dims());
    node.define(
        result.equals(from) && walk.equals(Walk.of(from))
            ? data
            : node.moves().of("slice", data, walk, result));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int[] dims = make.dims(2);
    int start = make.between(0, dims[1] - 1);
    int end = make.between(start + 1, dims[1] + 2);
    node.either(make.tensor(make.type(), dims));
    if (node.opset() < BOUNDS_ARE_INPUTS) {
      return node.integers("starts", start).integers("ends", end).integers("axes", 1).end();
    }
    if (make.oneIn(2)) {
      return node.constant(Tensor.ofLongs(Shape.of(1), end))
          .constant(Tensor.ofLongs(Shape.of(1), -dims[1] - 1L))
          .constant(Tensor.ofLongs(Shape.of(1), -1))
          .constant(Tensor.ofLongs(Shape.of(1), -make.between(1, 2)))
          .end();
    }
    return node.constant(Tensor.ofLongs(Shape.of(1), start))
        .constant(Tensor.ofLongs(Shape.of(1), end))
        .constant(Tensor.ofLongs(Shape.of(1), 1))
        .end();
  }

  private static long fromFront(long index, int size) {
    return index < 0 ? index + size : index;
  }

  private static Optional<long[]> list(NodeImport node, String name, int index, boolean asInput) {
    return asInput
        ? node.optional(index).map(value -> node.integers(index))
        : node.attributes().longs(name);
  }

  private static RefusedNode missing(String what) {
    return new RefusedNode(what + " are missing", "");
  }
}
