package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Matrices;
import opml.kernels.layout.Matrix;
import opml.kernels.memory.Mem;

/// Gemm and MatMul: one DOT per output.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Products {
  private Products() {}

  /// `y[i, j] = alpha · DOT(a[i, :], b[:, j]) + beta · c[i, j]`, each product and the sum rounded; a is (m, k), b (k,
  /// n), c and y (m, n).
  public static void gemmF32(
      int m, int n, int k, Matrix a, Matrix b, Matrix c, MemorySegment y, float alpha, float beta) {
    int yAt = 0;
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float dot = Fold.dot(a.rowAt(i), b.columnAt(j), k);
        Mem.putF32(y, yAt, alpha * dot + beta * c.get(i, j));
        yAt += 4;
      }
    }
  }

  /// `y[t, i, j] = DOT(a[t, i, :], b[t, :, j])`; y is (batch, m, n).
  public static void matmulF32(
      int batch, int m, int n, int k, Matrices a, Matrices b, MemorySegment y) {
    int yAt = 0;
    for (int t = 0; t < batch; t++) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          Mem.putF32(y, yAt, Fold.dot(a.rowAt(t, i), b.columnAt(t, j), k));
          yAt += 4;
        }
      }
    }
  }
}
