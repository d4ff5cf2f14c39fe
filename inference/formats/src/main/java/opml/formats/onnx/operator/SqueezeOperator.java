package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
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

/// Squeeze and Unsqueeze: the same bytes without, or with, axes of size one. Since opset 13 the axes are an input.
enum SqueezeOperator implements Operator {
  SQUEEZE("Squeeze", "the same elements without axes of size one"),
  UNSQUEEZE("Unsqueeze", "the same elements with more axes of size one");

  private static final int NEW_AXIS = -1;
  private static final int NEGATIVE_AXES = 11;
  private static final int AXES_ARE_AN_INPUT = 13;

  private final String label;
  private final String summary;

  SqueezeOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary).withAll(Way.NAME);
  }

  @Override
  public void importNode(NodeImport node) {
    boolean asInput = node.opset() >= AXES_ARE_AN_INPUT;
    node.arity(1, asInput ? 2 : 1);
    Optional<long[]> axes =
        asInput ? node.optional(1).map(value -> node.integers(1)) : node.attributes().longs("axes");
    node.attributes().end();
    Value given = node.counted(0);
    Value x = given.whole();
    List<Integer> dims = new ArrayList<>(x.shape().dims());
    // Where the axes of x go: those that are squeezed have no place.
    List<Integer> places = new ArrayList<>(IntStream.range(0, dims.size()).boxed().toList());
    switch (this) {
      case SQUEEZE -> {
        if (axes.isEmpty()) {
          places.removeIf(axis -> x.shape().dim(axis) == 1);
          dims.removeIf(dim -> dim == 1);
        } else {
          for (int axis : axes(node, axes.get(), dims.size()).descendingSet()) {
            node.require(
                dims.get(axis) == 1, "an axis is not of size one", axis + " of " + x.shape());
            dims.remove(/* index */ axis);
            places.remove(/* index */ axis);
          }
        }
      }
      case UNSQUEEZE -> {
        long[] added = axes.orElseThrow(() -> new RefusedNode("the axes are missing", ""));
        node.require(
            dims.size() + added.length <= Shape.MAX_RANK,
            "the result has more than " + Shape.MAX_RANK + " axes");
        for (int axis : axes(node, added, dims.size() + added.length)) {
          dims.add(axis, 1);
          places.add(axis, NEW_AXIS);
        }
      }
    }
    node.carry(
        given
            .count()
            .map(
                count -> {
                  int axis = places.indexOf(count.axis());
                  node.require(axis >= 0, "an axis is squeezed whose size the data decide");
                  return new Value.Count(axis, count.number());
                }));
    node.define(x.reshaped(new Shape(dims)));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    int first = make.size();
    int last = make.size();
    int[] axes =
        make.oneIn(2) || node.opset() < NEGATIVE_AXES ? new int[] {0, 2} : new int[] {-2, 0};
    node.given(
        this == SQUEEZE
            ? make.tensor(make.type(), 1, first, 1, last)
            : make.tensor(make.type(), first, last));
    boolean asInput = node.opset() >= AXES_ARE_AN_INPUT;
    if (this == SQUEEZE && make.oneIn(4)) {
      return node.end();
    }
    return asInput
        ? node.constant(Tensor.ofLongs(Shape.of(2), axes[0], axes[1])).end()
        : node.integers("axes", axes).end();
  }

  /// {@return the axes from the front, in order}
  private static NavigableSet<Integer> axes(NodeImport node, long[] axes, int rank) {
    NavigableSet<Integer> ordered = new TreeSet<>();
    for (long axis : axes) {
      int inRange = Math.clamp(axis, Integer.MIN_VALUE, Integer.MAX_VALUE);
      node.require(ordered.add(node.axis(inRange, rank)), "an axis is named twice", "" + axis);
    }
    return ordered;
  }
}
