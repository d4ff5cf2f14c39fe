package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.operator.SplitProduct.Lines;

/// Gemm: `alpha·A'·B' + beta·C`; A' and B' are A and B or their transposes, C broadcasts to the result.
final class GemmOperator implements Operator {
  private static final int NUMPY_BROADCASTING = 7;
  private static final int OPTIONAL_ADDEND = 11;

  private static final Declaration DECLARATION =
      Declaration.of(
              "Gemm", "alpha·A'·B' + beta·C of matrices, each of A' and B' transposed if asked")
          .with(Way.KERNEL, ElementType.F32);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    float alpha = node.attributes().real("alpha", 1);
    float beta = node.attributes().real("beta", 1);
    boolean transA = node.attributes().flag("transA", false);
    boolean transB = node.attributes().flag("transB", false);
    boolean broadcast =
        node.opset() >= NUMPY_BROADCASTING || node.attributes().flag("broadcast", false);
    node.attributes().end();
    Value a = matrix(node, 0);
    Value b = matrix(node, 1);
    int m = a.shape().dim(transA ? 1 : 0);
    int k = a.shape().dim(transA ? 0 : 1);
    int n = b.shape().dim(transB ? 0 : 1);
    node.require(
        b.shape().dim(transB ? 1 : 0) == k, "inner sizes differ", a.shape() + " and " + b.shape());
    Optional<Value> c = node.optional(2).map(value -> node.input(2, ElementType.F32));
    node.require(
        broadcast || c.isPresent() && c.get().shape().equals(Shape.of(m, n)),
        "C is not as large as the result, without the attribute broadcast");
    int rows = c.map(value -> trailing(node, value.shape(), 1, m)).orElse(1);
    int columns = c.map(value -> trailing(node, value.shape(), 0, n)).orElse(1);
    if (SplitProduct.isNeeded(node, a, b)) {
      Value product =
          SplitProduct.of(node, new Lines(a, m, k, !transA), new Lines(b, n, k, transB));
      Value scaled = scaled(node, "alpha", product, alpha);
      Optional<Value> addend = c.map(value -> scaled(node, "beta", value, beta));
      boolean isSum = c.isPresent() || alpha != 1; // -0, which no DOT is, becomes +0
      node.define(isSum ? sum(node, scaled, addend, rows, columns) : scaled);
      return;
    }
    node.call("gemm.f32")
        .readOrZeros(k == 0 ? Optional.empty() : Optional.of(a), ElementType.F32.bytes())
        .readOrZeros(k == 0 ? Optional.empty() : Optional.of(b), ElementType.F32.bytes())
        .readOrZeros(c, ElementType.F32.bytes())
        .write(ElementType.F32, Shapes.of(node, m, n))
        .ints("m n k", m, n, k)
        .ints("a.row a.column", transA ? 1 : k, transA ? m : 1)
        .ints("b.row b.column", transB ? 1 : n, transB ? k : 1)
        .ints("c.row c.column", rows == 1 ? 0 : columns, columns == 1 ? 0 : 1)
        .real("alpha", alpha)
        .real("beta", c.isPresent() ? beta : 1)
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int m = make.size();
    int n = make.size();
    int k = make.oneIn(8) ? make.between(255, 520) : make.size();
    boolean transA = make.oneIn(2);
    boolean transB = make.oneIn(2);
    node.given(transA ? make.floats(k, m) : make.floats(m, k));
    node.either(transB ? make.floats(n, k) : make.floats(k, n));
    boolean mustBeThere = node.opset() < OPTIONAL_ADDEND;
    if (mustBeThere || make.oneIn(2)) {
      boolean whole = node.opset() < NUMPY_BROADCASTING;
      node.either(whole ? make.floats(m, n) : make.floats(make.one(m, 1), make.one(n, 1)));
    }
    return node.flag("transA", transA)
        .flag("transB", transB)
        .real("alpha", make.one(1f, -0.3f))
        .real("beta", make.one(1f, 2.7f))
        .end();
  }

  private static Value scaled(NodeImport node, String what, Value value, float factor) {
    if (factor == 1) {
      return value;
    }
    return node.call("mul.f32")
        .named(what)
        .read(value)
        .derived("factor", Tensor.ofFloats(Shape.SCALAR, factor))
        .writePart(ElementType.F32, value.shape())
        .ints("loops", 1, 1, 1, value.shape().count())
        .ints("a", 0, 0, 0, 1)
        .ints("b", 0, 0, 0, 0)
        .emitPart();
  }

  /// {@return the result of a split product, as one `gemm.f32` would have added c, or zero}
  private static Value sum(
      NodeImport node, Value product, Optional<Value> c, int rows, int columns) {
    Shape shape = product.shape();
    return node.call("add.f32")
        .named("sum")
        .read(product)
        .readOrZeros(c, ElementType.F32.bytes())
        .writePart(ElementType.F32, shape)
        .ints("loops", 1, 1, shape.dim(0), shape.dim(1))
        .ints("a", 0, 0, shape.dim(1), 1)
        .ints("b", 0, 0, rows == 1 ? 0 : columns, columns == 1 ? 0 : 1)
        .emitPart();
  }

  private static Value matrix(NodeImport node, int index) {
    Value value = node.input(index, ElementType.F32);
    node.require(value.shape().rank() == 2, "A and B must be matrices", value.describe());
    return value;
  }

  /// {@return C's size along the last but `fromEnd` axis, which must be 1 or `full`}
  private static int trailing(NodeImport node, Shape c, int fromEnd, int full) {
    node.require(c.rank() <= 2, "C must be a matrix or less", "" + c);
    int size = fromEnd < c.rank() ? c.dim(c.rank() - 1 - fromEnd) : 1;
    node.require(size == 1 || size == full, "C does not fit the result", "" + c);
    return size;
  }
}
