package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.Shape;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;

/// QLinearMatMul of 8-bit matrices; leading axes of a are rows, b is one matrix.
final class QLinearMatMulOperator implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(8, 8);
    node.attributes().end();
    Shape a = node.quantised(0).shape();
    Shape b = node.quantised(3).shape();
    node.require(
        a.rank() >= 2 && b.rank() == 2 && a.dim(a.rank() - 1) == b.dim(0),
        "supported is a product with one matrix b",
        a + " and " + b);
    int m = a.countOf(0, a.rank() - 1);
    int n = b.dim(1);
    int k = b.dim(0);
    QuantisedProduct product = QuantisedProduct.of(node, n);
    product.requireNoOverflow(node, k, Optional.empty());
    node.require((long) m * n <= Integer.MAX_VALUE, "the result is too large");
    node.call("qlinear.matmul")
        .read(product.a())
        .read(product.b())
        .derived("multiplier", product.requantisation().multiplier())
        .derived("shift", product.requantisation().shift())
        .readOrZeros(Optional.empty(), 4L * n)
        .write(product.resultType(), a.with(a.rank() - 1, n))
        .ints("m n k", m, n, k)
        .ints("q", product.scalars())
        .emit();
  }
}
