package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import opml.engine.tensor.Shape;
import opml.formats.onnx.node.NodeImport;

/// Axes that a node names: as an attribute, or in later versions of an operator as an input that is a constant.
final class Axes {
  private Axes() {}

  /// {@return the axes, counted from the front, in rising order; nothing if none are named}
  ///
  /// @param input of the axes, if they are one
  static Optional<List<Integer>> of(NodeImport node, int rank, boolean asInput, int input) {
    Optional<long[]> named =
        asInput
            ? node.optional(input).map(value -> node.integers(input))
            : node.attributes().longs("axes");
    return named.map(
        axes -> {
          TreeSet<Integer> ordered = new TreeSet<>();
          for (long axis : axes) {
            int place = node.axis(Math.clamp(axis, -rank - 1, rank), rank);
            node.require(ordered.add(place), "an axis is named twice", "" + axis);
          }
          return List.copyOf(ordered);
        });
  }

  /// {@return the shape with these axes of size one, or without them}
  static Shape reduced(Shape shape, List<Integer> axes, boolean keep) {
    List<Integer> dims = new ArrayList<>();
    for (int i = 0; i < shape.rank(); i++) {
      if (!axes.contains(i)) {
        dims.add(shape.dim(i));
      } else if (keep) {
        dims.add(1);
      }
    }
    return new Shape(dims);
  }

  /// {@return the numbers of elements before an axis, along it, and behind it}
  static int[] around(Shape shape, int axis) {
    return new int[] {
      shape.countOf(0, axis), shape.dim(axis), shape.countOf(axis + 1, shape.rank())
    };
  }
}
