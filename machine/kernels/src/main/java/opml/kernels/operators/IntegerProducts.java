package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Matrices;
import opml.kernels.memory.Mem;

/// Products of matrices of integers.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class IntegerProducts {
  private IntegerProducts() {}

  /// `y[t, i, j] = Σ a[t, i, l] · b[t, l, j]`, modulo 2^64; y is (batch, m, n).
  public static void matmulI64(
      int batch, int m, int n, int k, Matrices a, Matrices b, MemorySegment y) {
    int yAt = 0;
    for (int t = 0; t < batch; t++) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          int aAt = 8 * (t * a.batch() + i * a.row());
          int bAt = 8 * (t * b.batch() + j * b.column());
          long sum = 0;
          for (int l = 0; l < k; l++) {
            sum += Mem.i64(a.data(), aAt) * Mem.i64(b.data(), bAt);
            aAt += 8 * a.column();
            bAt += 8 * b.row();
          }
          Mem.putI64(y, yAt, sum);
          yAt += 8;
        }
      }
    }
  }
}
