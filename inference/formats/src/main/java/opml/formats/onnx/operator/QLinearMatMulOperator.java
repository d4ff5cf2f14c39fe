package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;

/// QLinearMatMul of 8-bit matrices; leading axes of a are rows, b is one matrix.
final class QLinearMatMulOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("QLinearMatMul", "the product of 8-bit matrices, scaled back to 8 bits")
          .since(10)
          .with(Way.KERNEL, ElementType.U8, ElementType.I8);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

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

  @Override
  public OperatorCase random(CaseMaker make) {
    int k = make.size();
    int n = make.size();
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType a = QuantisedProduct.type(make);
    ElementType b = QuantisedProduct.type(make);
    node.given(make.oneIn(3) ? make.tensor(a, 2, make.size(), k) : make.tensor(a, make.size(), k));
    QuantisedProduct.random(make, node, a, make.tensor(b, k, n), n);
    return node.end();
  }
}
