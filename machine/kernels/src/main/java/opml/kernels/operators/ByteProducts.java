package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.IntegerOperands;
import opml.kernels.layout.SlidingBox;
import opml.kernels.layout.Volume;
import opml.kernels.memory.Mem;

/// Products of 8-bit integers whose zero points are told at run time, and whose results are int32 sums.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class ByteProducts {
  private ByteProducts() {}

  /// `y[t, i, j] = Σ (a[t, i, l] - aZero[i]) · (b[t, l, j] - bZero[j])`, int32 modulo 2^32.
  ///
  /// a is (…, m, k), b (…, k, n), y (batch, m, n).
  ///
  /// @param aBatch elements from one matrix of a to the next, 0 where all are the same; likewise b
  public static void matmulInteger(
      MemorySegment a,
      MemorySegment b,
      MemorySegment aZero,
      MemorySegment bZero,
      MemorySegment y,
      int batch,
      int m,
      int n,
      int k,
      int aBatch,
      int bBatch,
      IntegerOperands operands) {
    int aMask = operands.aMask();
    int bMask = operands.bMask();
    int yAt = 0;
    for (int t = 0; t < batch; t++) {
      for (int i = 0; i < m; i++) {
        int aOff = Mem.i8(aZero, i * operands.aZeroStep()) & aMask;
        for (int j = 0; j < n; j++) {
          int bOff = Mem.i8(bZero, j * operands.bZeroStep()) & bMask;
          int aAt = t * aBatch + i * k;
          int bAt = t * bBatch + j;
          int sum = 0;
          for (int l = 0; l < k; l++) {
            sum += ((Mem.i8(a, aAt) & aMask) - aOff) * ((Mem.i8(b, bAt) & bMask) - bOff);
            aAt++;
            bAt += n;
          }
          Mem.putI32(y, yAt, sum);
          yAt += 4;
        }
      }
    }
  }

  /// `y = float32(sum) · scale[j] + bias[j]`, the sum as `matmul.integer` has it, each step rounded.
  ///
  /// The operands are those of `matmul.integer`, and scale, of one element or n, and bias, of n.
  ///
  /// @param scaleStep elements of scale from one column to the next: 1, or 0 if there is one for all
  public static void matmulIntegerScaled(
      MemorySegment a,
      MemorySegment b,
      MemorySegment aZero,
      MemorySegment bZero,
      MemorySegment scale,
      MemorySegment bias,
      MemorySegment y,
      int batch,
      int m,
      int n,
      int k,
      int aBatch,
      int bBatch,
      IntegerOperands operands,
      int scaleStep) {
    int aMask = operands.aMask();
    int bMask = operands.bMask();
    int yAt = 0;
    for (int t = 0; t < batch; t++) {
      for (int i = 0; i < m; i++) {
        int aOff = Mem.i8(aZero, i * operands.aZeroStep()) & aMask;
        for (int j = 0; j < n; j++) {
          int bOff = Mem.i8(bZero, j * operands.bZeroStep()) & bMask;
          int aAt = t * aBatch + i * k;
          int bAt = t * bBatch + j;
          int sum = 0;
          for (int l = 0; l < k; l++) {
            sum += ((Mem.i8(a, aAt) & aMask) - aOff) * ((Mem.i8(b, bAt) & bMask) - bOff);
            aAt++;
            bAt += n;
          }
          Mem.putF32(
              y, yAt, (float) sum * Mem.f32(scale, 4 * j * scaleStep) + Mem.f32(bias, 4 * j));
          yAt += 4;
        }
      }
    }
  }

  /// `y = Σ (x - xZero) · (w - wZero[outChannel])` over the window's elements inside of the image, int32 modulo 2^32.
  ///
  /// x is (batch, inChannels, in), w (outChannels, inChannels / groups, window), y (batch, outChannels, out). Needs
  /// groups ≥ 1 that divides both channel counts.
  ///
  /// @param operands with x as a, w as b; `aZeroStep` does not count
  public static void convInteger(
      MemorySegment x,
      MemorySegment w,
      MemorySegment xZero,
      MemorySegment wZero,
      MemorySegment y,
      int batch,
      int inChannels,
      Volume in,
      int outChannels,
      Volume out,
      SlidingBox window,
      int groups,
      IntegerOperands operands) {
    int channels = inChannels / groups; // of one group
    int groupOutputs = outChannels / groups;
    int xMask = operands.aMask();
    int wMask = operands.bMask();
    int xOff = Mem.i8(xZero, 0) & xMask;
    int yAt = 0;
    for (int image = 0; image < batch; image++) {
      for (int output = 0; output < outChannels; output++) {
        int wOff = Mem.i8(wZero, output * operands.bZeroStep()) & wMask;
        int xImage = (image * inChannels + output / groupOutputs * channels) * in.size();
        for (int oz = 0; oz < out.depth(); oz++) {
          for (int oy = 0; oy < out.height(); oy++) {
            for (int ox = 0; ox < out.width(); ox++) {
              int wAt = output * channels * window.size();
              int sum = 0;
              for (int channel = 0; channel < channels; channel++) {
                int iz = window.front(oz);
                for (int kz = 0; kz < window.depth(); kz++) {
                  int rows = in.rows(iz);
                  int iy = window.top(oy);
                  for (int ky = 0; ky < window.height(); ky++) {
                    int columns = iy >= 0 && iy < rows ? in.width() : 0;
                    int row = xImage + channel * in.size() + (iz * in.height() + iy) * in.width();
                    int ix = window.left(ox);
                    for (int kx = 0; kx < window.width(); kx++) {
                      if (ix >= 0 && ix < columns) {
                        sum +=
                            ((Mem.i8(x, row + ix) & xMask) - xOff)
                                * ((Mem.i8(w, wAt) & wMask) - wOff);
                      }
                      wAt++;
                      ix += window.dilationWidth();
                    }
                    iy += window.dilationHeight();
                  }
                  iz += window.dilationDepth();
                }
              }
              Mem.putI32(y, yAt, sum);
              yAt += 4;
            }
          }
        }
      }
    }
  }
}
