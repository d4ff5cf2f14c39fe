package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.ElementMoves;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// QLinearMatMul of 8-bit matrices; leading axes of a are rows, b is one matrix.
final class QLinearMatMulOperator implements Operator {
  private static final int MOST_MATRICES = 1 << 10;

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
    int rank = b.rank();
    boolean batches = rank > 2 && rank == a.rank();
    node.require(
        a.rank() >= 2
            && (rank == 2
                || batches && a.dims().subList(0, rank - 2).equals(b.dims().subList(0, rank - 2)))
            && a.dim(a.rank() - 1) == b.dim(rank - 2),
        "supported is a product with one matrix b, or with as many as a has",
        a + " and " + b);
    int count = batches ? b.countOf(0, rank - 2) : 1;
    node.require(count <= MOST_MATRICES, "there are more matrices than " + MOST_MATRICES);
    int m = a.countOf(0, a.rank() - 1) / count;
    int n = b.dim(rank - 1);
    int k = b.dim(rank - 2);
    QuantisedProduct product = QuantisedProduct.of(node, n);
    product.requireNoOverflow(node, k, Optional.empty());
    node.require((long) count * m * n <= Integer.MAX_VALUE, "the result is too large");
    Shape result = a.with(a.rank() - 1, n);
    if (count == 1) {
      node.define(
          one(node, "product", product, product.a(), product.b(), m, n, k).reshaped(result));
      return;
    }
    Walk left = Walk.of(Shape.of(count, m, k));
    Walk right = Walk.of(Shape.of(count, k, n));
    Walk to = Walk.of(Shape.of(count, m, n));
    List<ElementMoves.Part> parts = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      Value first =
          node.moves().of("a" + t, product.a(), left.sliced(0, t, 1, 1), Shape.of(1, m, k));
      Value second =
          node.moves().of("b" + t, product.b(), right.sliced(0, t, 1, 1), Shape.of(1, k, n));
      Value y = one(node, "product" + t, product, first, second, m, n, k);
      parts.add(new ElementMoves.Part(y, Walk.of(y.shape()), to.sliced(0, t, 1, 1)));
    }
    node.define(node.moves().assembled("products", product.resultType(), result, parts));
  }

  private static Value one(
      NodeImport node,
      String what,
      QuantisedProduct product,
      Value a,
      Value b,
      int m,
      int n,
      int k) {
    return node.call("qlinear.matmul")
        .named(what)
        .read(a)
        .read(b)
        .derived("multiplier", product.requantisation().multiplier())
        .derived("shift", product.requantisation().shift())
        .readOrZeros(Optional.empty(), 4L * n)
        .writePart(product.resultType(), Shape.of(1, m, n))
        .ints("m n k", m, n, k)
        .ints("q", product.scalars())
        .emitPart();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int k = make.size();
    int n = make.size();
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType a = QuantisedProduct.type(make);
    ElementType b = QuantisedProduct.type(make);
    boolean several = make.oneIn(3);
    boolean batches = several && make.oneIn(2);
    node.given(several ? make.tensor(a, 2, make.size(), k) : make.tensor(a, make.size(), k));
    QuantisedProduct.random(
        make, node, a, batches ? make.tensor(b, 2, k, n) : make.tensor(b, k, n), n);
    return node.end();
  }
}
