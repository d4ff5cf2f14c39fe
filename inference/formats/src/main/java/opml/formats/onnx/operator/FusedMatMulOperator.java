package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// ONNX Runtime's FusedMatMul: MatMul with a factor, of operands either of which may be transposed; where the batches
/// are transposed, too, its first axis stands behind all but the last one.
final class FusedMatMulOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("FusedMatMul", "alpha · a·b, either transposed before")
          .in(Composition.MICROSOFT)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Floats floats = Floats.of(node, 0);
    Composition all = new Composition(node);
    float alpha = node.attributes().real("alpha", 1);
    boolean transA = node.attributes().flag("transA", false);
    boolean transB = node.attributes().flag("transB", false);
    boolean batchA = node.attributes().flag("transBatchA", false);
    boolean batchB = node.attributes().flag("transBatchB", false);
    node.attributes().end();
    Value a = floats.input(0);
    Value b = floats.input(1);
    Shape left = a.shape();
    Shape right = b.shape();
    node.require(left.rank() >= 1 && right.rank() >= 1, "a scalar has no matrix product");
    boolean row = left.rank() == 1;
    boolean column = right.rank() == 1;
    Value first = row ? a.reshaped(Shape.of(1, left.dim(0))) : batched(all, a, batchA);
    Value second = column ? b.reshaped(Shape.of(right.dim(0), 1)) : batched(all, b, batchB);
    // a vector has nothing to transpose
    Value product = all.matrices(first, transA && !row, second, transB && !column);
    List<Integer> dims = new ArrayList<>(product.shape().dims());
    if (column) {
      dims.removeLast();
    }
    if (row) {
      int at = dims.size() - (column ? 1 : 2);
      dims.subList(at, at + 1).clear();
    }
    floats.define(0, all.scaled(product, alpha).reshaped(new Shape(dims)));
  }

  private static Value batched(Composition all, Value x, boolean turns) {
    int rank = x.shape().rank();
    if (!turns || rank < 3) {
      return x;
    }
    List<Integer> order = new ArrayList<>(IntStream.range(1, rank - 1).boxed().toList());
    order.add(0);
    order.add(rank - 1);
    return all.turned(x, order.toArray(Integer[]::new));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    int m = make.size();
    int n = make.size();
    int k = make.size();
    boolean transA = make.oneIn(2);
    boolean transB = make.oneIn(2);
    boolean batches = make.oneIn(2);
    boolean turned = batches && make.oneIn(3);
    int batch = make.between(1, 3);
    int rows = transA ? k : m;
    int columns = transA ? m : k;
    int[] a =
        !batches
            ? new int[] {rows, columns}
            : turned ? new int[] {rows, batch, columns} : new int[] {batch, rows, columns};
    int[] b = transB ? new int[] {n, k} : new int[] {k, n};
    if (batches && make.oneIn(2)) {
      b = new int[] {make.one(1, batch), b[0], b[1]};
    }
    node.given(make.tensor(type, a)).either(make.tensor(type, b));
    if (turned) {
      node.flag("transBatchA", true);
    }
    return node.flag("transA", transA)
        .flag("transB", transB)
        .real("alpha", make.one(1f, -0.5f))
        .end();
  }
}
