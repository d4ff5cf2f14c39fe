package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.LoopNest;
import opml.kernels.layout.LoopOperand;
import opml.kernels.memory.Mem;

/// Operators of one element at a time.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Elementwise {
  private Elementwise() {}

  /// `y = a + b`, where the loops run over y, and repeat an operand where its stride is 0.
  public static void addF32(LoopNest loops, LoopOperand a, LoopOperand b, MemorySegment y) {
    int yAt = 0;
    for (int i = 0; i < loops.d0(); i++) {
      for (int j = 0; j < loops.d1(); j++) {
        for (int k = 0; k < loops.d2(); k++) {
          int aAt = a.at(i, j, k);
          int bAt = b.at(i, j, k);
          for (int l = 0; l < loops.d3(); l++) {
            Mem.putF32(y, yAt, Mem.f32(a.data(), aAt) + Mem.f32(b.data(), bAt));
            yAt += 4;
            aAt += a.step();
            bAt += b.step();
          }
        }
      }
    }
  }

  /// `y = a · b`, broadcast as in [#addF32].
  public static void mulF32(LoopNest loops, LoopOperand a, LoopOperand b, MemorySegment y) {
    int yAt = 0;
    for (int i = 0; i < loops.d0(); i++) {
      for (int j = 0; j < loops.d1(); j++) {
        for (int k = 0; k < loops.d2(); k++) {
          int aAt = a.at(i, j, k);
          int bAt = b.at(i, j, k);
          for (int l = 0; l < loops.d3(); l++) {
            Mem.putF32(y, yAt, Mem.f32(a.data(), aAt) * Mem.f32(b.data(), bAt));
            yAt += 4;
            aAt += a.step();
            bAt += b.step();
          }
        }
      }
    }
  }

  /// `y = max(x, +0)`: -0 gives +0, NaN gives NaN.
  public static void reluF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Math.max(Mem.f32(x, at), 0f));
    }
  }
}
