package opml.engine.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The dimensions of a tensor, outermost first; none for a scalar. Their product fits an int, and so
/// does that of any of them: beside a dimension of 0 the others are bounded as if it were 1.
public record Shape(List<Integer> dims) {
  public static final Shape SCALAR = new Shape(List.of());

  /// More than any ONNX operator that we know has a use for.
  public static final int MAX_RANK = 16;

  public Shape {
    dims = List.copyOf(dims);
    if (dims.size() > MAX_RANK) {
      throw new IllegalArgumentException("rank " + dims.size() + " is above " + MAX_RANK);
    }
    long count = 1;
    for (int dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException("negative dimension in " + dims);
      }
      count *= Math.max(dim, 1);
      if (count > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("more than 2^31 - 1 elements: " + dims);
      }
    }
  }

  public static Shape of(int... dims) {
    return new Shape(Arrays.stream(dims).boxed().toList());
  }

  public int rank() {
    return dims.size();
  }

  /// {@return the size of dimension `axis`, 0 to rank - 1}
  public int dim(int axis) {
    return dims.get(axis);
  }

  /// {@return the number of elements}
  public int count() {
    return countOf(0, rank());
  }

  /// {@return the product of the dimensions from `from` up to and without `to`}
  public int countOf(int from, int to) {
    int count = 1;
    for (int dim : dims.subList(from, to)) {
      count *= dim;
    }
    return count;
  }

  /// {@return this shape with another size of one dimension}
  public Shape with(int axis, int size) {
    List<Integer> changed = new ArrayList<>(dims);
    changed.set(axis, size);
    return new Shape(changed);
  }

  /// {@return `1x28x28`, or `scalar`}
  @Override
  public String toString() {
    return dims.isEmpty()
        ? "scalar"
        : dims.stream().map(String::valueOf).collect(Collectors.joining("x"));
  }
}
