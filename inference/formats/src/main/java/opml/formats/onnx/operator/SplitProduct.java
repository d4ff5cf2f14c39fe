package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// A product of two matrices, one of which is a constant that is larger than a slot.
///
/// It is split by outputs and never along a sum, so that each output is the DOT that it would be: a `matmul.f32` for
/// each piece, whose results are copied behind one another. Where the large matrix is the right one, that is the
/// transposed product, which is transposed again unless it is a single row or column.
///
/// A piece has as many lines as fit, and the last one what is left. Its bytes stay in the file: rows one behind the
/// other, or columns out of every row.
final class SplitProduct {
  /// Pieces have a multiple of so many lines if they have as many: whole vectors, and copies of whole words.
  private static final int ROUND = 16;

  private SplitProduct() {}

  /// A matrix of a product, by its lines: what one output takes of it.
  ///
  /// @param k elements of a line
  /// @param areRows whether the elements of a line lie one behind the other, and not the lines' first elements
  record Lines(Value value, int count, int k, boolean areRows) {
    private int line() {
      return areRows ? k : 1;
    }

    private int step() {
      return areRows ? 1 : count;
    }

    private Lines piece(NodeImport node, int from, int pieceCount) {
      Shape matrix = areRows ? Shape.of(count, k) : Shape.of(k, count);
      Value piece = node.piece(value.reshaped(matrix), areRows ? 0 : 1, from, pieceCount);
      return new Lines(piece, pieceCount, k, areRows);
    }
  }

  static boolean isNeeded(NodeImport node, Value a, Value b) {
    return node.splits(a) || node.splits(b);
  }

  /// {@return the product, a matrix of a line of `b` times each line of `a`}
  static Value of(NodeImport node, Lines a, Lines b) {
    Shape result = Shapes.of(node, a.count(), b.count());
    if (node.splits(a.value())) {
      return stacked(node, a, b);
    }
    Value transposed = stacked(node, b, a);
    if (a.count() == 1) {
      return transposed.reshaped(result);
    }
    // A product with one is the number itself, and no DOT is a NaN but the one that is stored.
    return node.call("mul.f32")
        .named("transposed")
        .read(transposed)
        .derived("one", Tensor.ofFloats(Shape.SCALAR, 1))
        .writePart(ElementType.F32, result)
        .ints("loops", 1, 1, a.count(), b.count())
        .ints("a", 0, 0, 1, a.count())
        .ints("b", 0, 0, 0, 0)
        .emitPart();
  }

  /// {@return a matrix that has a row for each line of `large`, with the products of all lines of `other`}
  private static Value stacked(NodeImport node, Lines large, Lines other) {
    long fit = node.mostOfPiece() / ElementType.F32.bytes() / large.k();
    node.require(
        fit > 0,
        "what one output takes of a matrix is more than the %d bytes of a slot, and is not split"
            .formatted(node.mostOfPiece()),
        large.value().describe());
    int most = (int) Math.min(large.count(), fit < ROUND ? fit : fit / ROUND * ROUND);
    Value whole =
        node.part("product", ElementType.F32, Shapes.of(node, large.count(), other.count()));
    int row = ElementType.F32.bytes() * other.count();
    for (int from = 0; from < large.count(); from += most) {
      Lines piece = large.piece(node, from, Math.min(most, large.count() - from));
      // a product of a single row is the one that kernels are fast at
      Value product =
          other.count() == 1
              ? product(node, from, other, piece)
              : product(node, from, piece, other);
      NodeImport.Call copy = node.call("copy").named("copy from " + from).read(product);
      (from == 0 ? copy.write(whole) : copy.update(whole))
          .ints("from to count", 0, from * row, piece.count() * row)
          .emitPart();
    }
    return whole;
  }

  private static Value product(NodeImport node, int from, Lines a, Lines b) {
    return node.call("matmul.f32")
        .named("lines from " + from)
        .read(a.value())
        .read(b.value())
        .writePart(ElementType.F32, Shapes.of(node, a.count(), b.count()))
        .ints("batch m n k", 1, a.count(), b.count(), a.k())
        .ints("a.batch a.row a.column", 0, a.line(), a.step())
        .ints("b.batch b.row b.column", 0, b.step(), b.line())
        .emitPart();
  }
}
