package opml.lab.conformance.onnx;

import java.util.Optional;
import opml.engine.tensor.Tensor;

/// Whether two tensors are the same up to roundings: of one type and shape, floats as close as `|a - b| ≤ atol +
/// rtol·|b|`, or both NaN, or the same infinity; all else equal.
record Closeness(double rtol, double atol) {
  /// {@return how the values differ, if they do}
  ///
  /// @param expected b
  Optional<String> difference(Tensor got, Tensor expected) {
    Optional<String> unlike = unlike(got, expected);
    if (unlike.isPresent()) {
      return unlike;
    }
    for (int i = 0; i < got.shape().count(); i++) {
      if (!isClose(got, expected, i)) {
        return Optional.of(
            "element %d of %d is %s, expected is %s"
                .formatted(i, got.shape().count(), shown(got, i), shown(expected, i)));
      }
    }
    return Optional.empty();
  }

  /// {@return how type or shape differ, if they do}
  static Optional<String> unlike(Tensor got, Tensor expected) {
    return got.type() == expected.type() && got.shape().equals(expected.shape())
        ? Optional.empty()
        : Optional.of(
            "%s %s, expected is %s %s"
                .formatted(
                    got.type().label(), got.shape(), expected.type().label(), expected.shape()));
  }

  private boolean isClose(Tensor got, Tensor expected, int index) {
    if (!got.type().isFloat()) {
      return got.integer(index) == expected.integer(index);
    }
    double a = got.real(index);
    double b = expected.real(index);
    if (Double.isNaN(a) || Double.isNaN(b) || Double.isInfinite(a) || Double.isInfinite(b)) {
      return Double.compare(a, b) == 0;
    }
    return Math.abs(a - b) <= atol + rtol * Math.abs(b);
  }

  private static String shown(Tensor tensor, int index) {
    return tensor.type().isFloat()
        ? Double.toString(tensor.real(index))
        : Long.toString(tensor.integer(index));
  }
}
