package opml.formats.onnx;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;

/// MatMul as numpy has it: the last two axes are matrices, the others batches; a vector is a matrix of one
/// row or column. Batches must be equal, or one operand must have a single matrix.
final class MatMulOperator implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    node.attributes().end();
    Value a = node.input(0, ElementType.F32);
    Value b = node.input(1, ElementType.F32);
    Matrices matrices = Matrices.of(node, a.shape(), b.shape());
    int m = matrices.m();
    int n = matrices.n();
    int k = matrices.k();
    node.call("matmul.f32")
        .read(a)
        .read(b)
        .write(ElementType.F32, matrices.result())
        .ints(matrices.batch(), m, n, k)
        .ints(matrices.aRepeats() ? 0 : m * k, k, 1)
        .ints(matrices.bRepeats() ? 0 : k * n, n, 1)
        .emit();
  }

  /// The sizes of a MatMul.
  record Matrices(
      int batch, int m, int n, int k, boolean aRepeats, boolean bRepeats, Shape result) {
    static Matrices of(NodeImport node, Shape a, Shape b) {
      node.require(a.rank() >= 1 && b.rank() >= 1, "a scalar has no matrix product");
      List<Integer> aDims = new ArrayList<>(a.dims());
      List<Integer> bDims = new ArrayList<>(b.dims());
      if (a.rank() == 1) {
        aDims.addFirst(1);
      }
      if (b.rank() == 1) {
        bDims.addLast(1);
      }
      int m = aDims.get(aDims.size() - 2);
      int k = aDims.getLast();
      int n = bDims.getLast();
      node.require(
          bDims.get(bDims.size() - 2) == k, "inner sizes of " + a + " and " + b + " differ");
      List<Integer> aBatch = withoutLeadingOnes(aDims.subList(0, aDims.size() - 2));
      List<Integer> bBatch = withoutLeadingOnes(bDims.subList(0, bDims.size() - 2));
      int aCount = new Shape(aBatch).count();
      int bCount = new Shape(bBatch).count();
      node.require(
          aCount == 1 || bCount == 1 || aBatch.equals(bBatch),
          "batches of " + a + " and " + b + " are neither equal nor one");
      int rank = Math.max(aDims.size(), bDims.size()) - 2;
      List<Integer> result = new ArrayList<>();
      List<Integer> batch = aCount == 1 ? bBatch : aBatch;
      for (int i = batch.size(); i < rank; i++) {
        result.add(1);
      }
      result.addAll(batch);
      if (a.rank() > 1) {
        result.add(m);
      }
      if (b.rank() > 1) {
        result.add(n);
      }
      return new Matrices(
          Math.max(aCount, bCount), m, n, k, aCount == 1, bCount == 1, Shapes.of(node, result));
    }

    private static List<Integer> withoutLeadingOnes(List<Integer> dims) {
      int from = 0;
      while (from < dims.size() && dims.get(from) == 1) {
        from++;
      }
      return dims.subList(from, dims.size());
    }
  }
}
