package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.layout.Strided;
import opml.kernels.memory.Mem;

/// The negative log likelihood of what is right.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Losses {
  private Losses() {}

  /// Of each place the loss, `-(x[right class] · weight)`, and the weight, that of its right class; both +0 where that
  /// is the ignored one or no class at all.
  ///
  /// x is (outer, n classes, inner), right (outer, inner) int64, weight (n), losses and used (outer, inner).
  ///
  /// @param ignores whether a class is ignored at all
  public static void nllF32(
      MemorySegment x,
      MemorySegment right,
      MemorySegment weight,
      MemorySegment losses,
      MemorySegment used,
      Axis axis,
      int ignores,
      int ignored) {
    int n = axis.n();
    int inner = axis.inner();
    int at = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        long label = Mem.i64(right, 8 * at);
        boolean counts = label >= 0 && label < n && (ignores == 0 || label != ignored);
        float loss = 0f;
        float factor = 0f;
        if (counts) {
          factor = Mem.f32(weight, 4 * (int) label);
          loss = -(Mem.f32(x, 4 * ((o * n + (int) label) * inner + i)) * factor);
        }
        Mem.putF32(losses, 4 * at, loss);
        Mem.putF32(used, 4 * at, factor);
        at++;
      }
    }
  }

  /// The SUM of the losses, divided by the SUM of the weights if `mean`. Both are (n), y is one number.
  public static void nllTotalF32(
      MemorySegment losses, MemorySegment used, MemorySegment y, int n, int mean) {
    float sum = Fold.sum(new Strided(losses, 0, 4), n);
    Mem.putF32(y, 0, mean == 0 ? sum : sum / Fold.sum(new Strided(used, 0, 4), n));
  }
}
