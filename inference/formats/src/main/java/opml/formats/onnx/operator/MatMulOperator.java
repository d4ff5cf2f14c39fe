package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// MatMul as numpy has it: the last two axes are matrices, the others batches, which broadcast; a vector is a matrix
/// of one row or column.
final class MatMulOperator implements Operator {
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
}
