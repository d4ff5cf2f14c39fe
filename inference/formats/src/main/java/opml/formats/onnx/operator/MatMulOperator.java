package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
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

/// MatMul as numpy has it: the last two axes are matrices, the others batches, which broadcast; a vector is a matrix
/// of one row or column.
final class MatMulOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "MatMul",
              "the matrix product as numpy has it, with batches that broadcast, and vectors")
          .with(Way.KERNEL, ElementType.F32);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    node.attributes().end();
    Value a = node.input(0, ElementType.F32);
    Value b = node.input(1, ElementType.F32);
    node.require(a.shape().rank() >= 1 && b.shape().rank() >= 1, "a scalar has no matrix product");
    List<Integer> aDims = new ArrayList<>(a.shape().dims());
    List<Integer> bDims = new ArrayList<>(b.shape().dims());
    if (a.shape().rank() == 1) {
      aDims.addFirst(1);
    }
    if (b.shape().rank() == 1) {
      bDims.addLast(1);
    }
    int m = aDims.get(aDims.size() - 2);
    int k = aDims.getLast();
    int n = bDims.getLast();
    node.require(
        bDims.get(bDims.size() - 2) == k, "inner sizes differ", a.shape() + " and " + b.shape());
    Shape aBatch = new Shape(aDims.subList(0, aDims.size() - 2));
    Shape bBatch = new Shape(bDims.subList(0, bDims.size() - 2));
    Shape batch = Broadcast.shape(node, aBatch, bBatch);
    List<Integer> dims = new ArrayList<>(batch.dims());
    if (a.shape().rank() > 1) {
      dims.add(m);
    }
    if (b.shape().rank() > 1) {
      dims.add(n);
    }
    Shape result = Shapes.of(node, dims);
    if (k == 0) {
      node.defineConstant(node.foldable(ElementType.F32, result)); // sums without terms
      return;
    }
    if (SplitProduct.isNeeded(node, a, b)) {
      // the rows of a batch of matrices are those of one, if they are all multiplied by the same
      node.require(
          bBatch.count() == 1 && (aBatch.count() == 1 || !node.splits(a)),
          ("a weight of more than %d bytes must be one matrix, and so must B where A is such a weight;"
                  + " give each matrix of a batch a MatMul of its own")
              .formatted(node.mostOfPiece()),
          a.shape() + " and " + b.shape());
      Lines left = new Lines(a, aBatch.count() * m, k, true);
      node.define(SplitProduct.of(node, left, new Lines(b, n, k, false)).reshaped(result));
      return;
    }
    Broadcast broadcast = Broadcast.of(node, a, aBatch, m * k, b, bBatch, k * n, 1);
    List<Broadcast.Loop> loops = broadcast.loops();
    boolean aRepeats = loops.isEmpty() || loops.getFirst().aRepeats();
    boolean bRepeats = loops.isEmpty() || loops.getFirst().bRepeats();
    node.call("matmul.f32")
        .read(broadcast.a())
        .read(broadcast.b())
        .write(ElementType.F32, result)
        .ints("batch m n k", batch.count(), m, n, k)
        .ints("a.batch a.row a.column", aRepeats ? 0 : m * k, k, 1)
        .ints("b.batch b.row b.column", bRepeats ? 0 : k * n, n, 1)
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int k = make.oneIn(8) ? make.between(255, 520) : make.size();
    int batch = make.between(1, 3);
    int outer = make.between(1, 2);
    Tensor a =
        make.one(
            make.floats(k),
            make.floats(make.size(), k),
            make.floats(batch, make.size(), k),
            make.floats(outer, batch, make.size(), k));
    Tensor b =
        make.one(
            make.floats(k),
            make.floats(k, make.size()),
            make.floats(batch, k, make.size()),
            make.floats(outer, 1, k, make.size()));
    return make.node(DECLARATION.since()).given(a).either(b).end();
  }
}
