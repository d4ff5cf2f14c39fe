package opml.twins.call;

/// `gemm.f32` and `matmul.f32`: both are `y[t, i, j] = alpha · DOT(a[t, i, :], b[t, :, j]) + beta · c[i, j]`, where
/// a matmul has no c, and so counts it as +0, which changes no DOT.
public record ProductCall(
    int batch,
    int m,
    int n,
    int k,
    int aBatch,
    int aRow,
    int aCol,
    int bBatch,
    int bRow,
    int bCol,
    boolean hasC,
    int cRow,
    int cCol,
    float alpha,
    float beta)
    implements TwinCall {

  public static ProductCall gemm(long[] s) {
    return new ProductCall(
        1,
        (int) s[0],
        (int) s[1],
        (int) s[2],
        0,
        (int) s[3],
        (int) s[4],
        0,
        (int) s[5],
        (int) s[6],
        true,
        (int) s[7],
        (int) s[8],
        Float.intBitsToFloat((int) s[9]),
        Float.intBitsToFloat((int) s[10]));
  }

  public static ProductCall matmul(long[] s) {
    return new ProductCall(
        (int) s[0],
        (int) s[1],
        (int) s[2],
        (int) s[3],
        (int) s[4],
        (int) s[5],
        (int) s[6],
        (int) s[7],
        (int) s[8],
        (int) s[9],
        false,
        0,
        0,
        1f,
        0f);
  }

  @Override
  public long[] extents() {
    long a = Extent.of(4, batch, aBatch, m, aRow, k, aCol);
    long b = Extent.of(4, batch, bBatch, k, bRow, n, bCol);
    long y = Extent.dense(4, batch, m, n);
    return hasC ? new long[] {a, b, Extent.of(4, m, cRow, n, cCol), y} : new long[] {a, b, y};
  }
}
