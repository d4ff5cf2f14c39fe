package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import opml.engine.tensor.Shape;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Value;

/// Squeeze and Unsqueeze: the same bytes without, or with, axes of size one. Since opset 13 the axes are an input.
enum SqueezeOperator implements Operator {
  SQUEEZE,
  UNSQUEEZE;

  private static final int AXES_ARE_AN_INPUT = 13;

  @Override
  public void importNode(NodeImport node) {
    boolean asInput = node.opset() >= AXES_ARE_AN_INPUT;
    node.arity(1, asInput ? 2 : 1);
    Optional<long[]> axes =
        asInput ? node.optional(1).map(value -> node.integers(1)) : node.attributes().longs("axes");
    node.attributes().end();
    Value x = node.input(0);
    List<Integer> dims = new ArrayList<>(x.shape().dims());
    switch (this) {
      case SQUEEZE -> {
        if (axes.isEmpty()) {
          dims.removeIf(dim -> dim == 1);
        } else {
          for (int axis : axes(node, axes.get(), dims.size()).descendingSet()) {
            node.require(
                dims.get(axis) == 1, "an axis is not of size one", axis + " of " + x.shape());
            dims.remove(/* index */ axis);
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
        }
      }
    }
    node.define(x.reshaped(new Shape(dims)));
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
