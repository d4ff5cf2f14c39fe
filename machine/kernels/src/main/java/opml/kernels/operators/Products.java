package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// Gemm and MatMul: one DOT per output.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Products {
  private Products() {}

  /// `y[i, j] = alpha · DOT(a[i, :], b[:, j]) + beta · c[i, j]`, each product and the sum rounded; y is (m, n).
  ///
  /// Strides say how a is (m, k), b (k, n) and c (m, n): swapped for a transposed operand, 0 where c is broadcast.
  public static void gemmF32(
      MemorySegment a,
      MemorySegment b,
      MemorySegment c,
      MemorySegment y,
      int m,
      int n,
      int k,
      int aRow,
      int aCol,
      int bRow,
      int bCol,
      int cRow,
      int cCol,
      float alpha,
      float beta) {
    int yAt = 0;
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float dot = Fold.dot(a, 4 * i * aRow, 4 * aCol, b, 4 * j * bCol, 4 * bRow, k);
        float addend = Mem.f32(c, 4 * (i * cRow + j * cCol));
        Mem.putF32(y, yAt, alpha * dot + beta * addend);
        yAt += 4;
      }
    }
  }

  /// `y[t, i, j] = DOT(a[t, i, :], b[t, :, j])`; y is (batch, m, n).
  ///
  /// A batch stride of 0 uses the operand's one matrix for every t.
  public static void matmulF32(
      MemorySegment a,
      MemorySegment b,
      MemorySegment y,
      int batch,
      int m,
      int n,
      int k,
      int aBatch,
      int aRow,
      int aCol,
      int bBatch,
      int bRow,
      int bCol) {
    int yAt = 0;
    for (int t = 0; t < batch; t++) {
      for (int i = 0; i < m; i++) {
        int aAt = 4 * (t * aBatch + i * aRow);
        for (int j = 0; j < n; j++) {
          int bAt = 4 * (t * bBatch + j * bCol);
          Mem.putF32(y, yAt, Fold.dot(a, aAt, 4 * aCol, b, bAt, 4 * bRow, k));
          yAt += 4;
        }
      }
    }
  }
}
