package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.NodeImport;

/// The matrix of a discrete Fourier transform: rows are the numbers of a signal, real ones or (real, imaginary),
/// columns the frequencies' real and imaginary parts. In doubles, each angle from the product of both indices modulo
/// the length, rounded to floats.
final class FourierTable {
  private FourierTable() {}

  /// @param used elements of the signal that take part
  /// @param parts 1 of real signals, 2 of complex ones
  /// @param length of the transform
  /// @param frequencies that are wanted
  static Tensor of(
      NodeImport node, int used, int parts, int length, int frequencies, boolean inverse) {
    int columns = 2 * frequencies;
    Tensor table = node.foldable(ElementType.F32, Shape.of(used * parts, columns));
    for (int n = 0; n < used; n++) {
      for (int k = 0; k < frequencies; k++) {
        double angle = 2 * Math.PI * ((long) n * k % length) / length;
        double real = StrictMath.cos(angle);
        double imaginary = inverse ? StrictMath.sin(angle) : -StrictMath.sin(angle);
        double scale = inverse ? 1.0 / length : 1;
        int at = n * parts * columns + 2 * k;
        Elements.put(table, at, (float) (real * scale));
        Elements.put(table, at + 1, (float) (imaginary * scale));
        if (parts == 2) {
          Elements.put(table, at + columns, (float) (-imaginary * scale));
          Elements.put(table, at + columns + 1, (float) (real * scale));
        }
      }
    }
    return table;
  }
}
