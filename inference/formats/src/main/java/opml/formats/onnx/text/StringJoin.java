package opml.formats.onnx.text;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.Shape;
import opml.formats.strings.StringTensor;

/// StringConcat: strings of one tensor behind those of another, with NumPy's broadcasting.
final class StringJoin {
  private StringJoin() {}

  static StringTensor of(StringTensor a, StringTensor b) {
    Shape shape = broadcast(a.shape(), b.shape());
    int[] fromA = places(a.shape(), shape);
    int[] fromB = places(b.shape(), shape);
    List<String> joined = new ArrayList<>();
    long chars = 0;
    for (int i = 0; i < shape.count(); i++) {
      String first = a.values().get(fromA[i]);
      String second = b.values().get(fromB[i]);
      chars += (long) first.length() + second.length();
      StringTensor.requireChars(chars);
      joined.add(first + second);
    }
    return new StringTensor(shape, joined);
  }

  private static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    List<Integer> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int one = dim(a, i - rank + a.rank());
      int other = dim(b, i - rank + b.rank());
      if (one != other && one != 1 && other != 1) {
        throw new IllegalArgumentException("shapes %s and %s do not fit".formatted(a, b));
      }
      dims.add(one == 1 ? other : one);
    }
    return TextInputs.shape(dims);
  }

  private static int dim(Shape shape, int axis) {
    return axis < 0 ? 1 : shape.dim(axis);
  }

  /// {@return of each element of a broadcast shape, which one of the smaller it is}
  private static int[] places(Shape small, Shape large) {
    int[] places = new int[large.count()];
    for (int i = 0; i < places.length; i++) {
      int rest = i;
      int place = 0;
      int stride = 1;
      for (int axis = large.rank() - 1; axis >= 0; axis--) {
        int size = dim(small, axis - large.rank() + small.rank());
        place += size == 1 ? 0 : rest % large.dim(axis) * stride;
        stride *= size;
        rest /= large.dim(axis);
      }
      places[i] = place;
    }
    return places;
  }
}
