package opml.formats.onnx.node;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import opml.engine.tensor.Shape;

/// A way through the elements of a tensor, by axes that need not be the tensor's: what slices, transposes and repeats
/// a tensor is one.
///
/// @param from the element where it begins
/// @param dims how many places each axis has, the outermost first
/// @param strides elements by which a place of an axis is behind the one before; 0 stays, less goes back
public record Walk(int from, List<Integer> dims, List<Integer> strides) {
  public Walk {
    dims = List.copyOf(dims);
    strides = List.copyOf(strides);
    if (dims.size() != strides.size()) {
      throw new IllegalArgumentException(dims + " places, but strides " + strides);
    }
  }

  /// {@return the way through all elements in their order}
  public static Walk of(Shape shape) {
    List<Integer> strides = new ArrayList<>();
    int stride = 1;
    for (int dim : shape.dims().reversed()) {
      strides.add(stride);
      stride *= dim;
    }
    return new Walk(0, shape.dims(), strides.reversed());
  }

  /// {@return the same axes in another order}
  public Walk transposed(List<Integer> axes) {
    return new Walk(
        from, axes.stream().map(dims::get).toList(), axes.stream().map(strides::get).toList());
  }

  /// {@return so many places of an axis, from one on, each `step` behind the one before; less than 0 goes back}
  public Walk sliced(int axis, int first, int count, int step) {
    return new Walk(
        from + first * strides.get(axis),
        with(dims, axis, count),
        with(strides, axis, step * strides.get(axis)));
  }

  /// {@return the way in which a tensor of this shape is repeated to a larger one, by numpy's broadcasting}
  public Walk broadcast(Shape to) {
    int more = to.rank() - dims.size();
    List<Integer> repeated = new ArrayList<>(Collections.nCopies(more, 0));
    for (int i = 0; i < dims.size(); i++) {
      repeated.add(dims.get(i) == 1 && to.dim(more + i) != 1 ? 0 : strides.get(i));
    }
    return new Walk(from, to.dims(), repeated);
  }

  /// {@return the same way with an axis more, along which it stands still}
  public Walk repeated(int axis, int times) {
    List<Integer> more = new ArrayList<>(dims);
    List<Integer> still = new ArrayList<>(strides);
    more.add(axis, times);
    still.add(axis, 0);
    return new Walk(from, more, still);
  }

  /// {@return the same way with an axis in two: places of the first are `inner` places of the axis apart}
  public Walk split(int axis, int inner) {
    List<Integer> more = new ArrayList<>(with(dims, axis, inner));
    List<Integer> apart = new ArrayList<>(strides);
    more.add(axis, dims.get(axis) / inner);
    apart.add(axis, strides.get(axis) * inner);
    return new Walk(from, more, apart);
  }

  private static List<Integer> with(List<Integer> list, int index, int value) {
    List<Integer> changed = new ArrayList<>(list);
    changed.set(index, value);
    return changed;
  }
}
