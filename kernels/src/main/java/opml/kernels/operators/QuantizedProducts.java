package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// MatMul and convolution of 8-bit integers, accumulated in int32 (which wraps) and requantised. Integer sums are
/// exact, so their order is free.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class QuantizedProducts {
  private QuantizedProducts() {}

  /// `y[i, j] = requantise(bias[j] + Σ (a[i, l] - aZero) · (b[l, j] - bZero))`; a is (m, k), b (k, n), y (m, n).
  ///
  /// bias has n elements; multiplier and shift n if `perColumn`, else one; see [Quantization#requantize] for their
  /// ranges. Flags ending in `Unsigned` tell how a tensor's bytes and its zero point are read.
  public static void qlinearMatmul(
      MemorySegment a,
      MemorySegment b,
      MemorySegment multiplier,
      MemorySegment shift,
      MemorySegment bias,
      MemorySegment y,
      int m,
      int n,
      int k,
      int aZero,
      int bZero,
      int yZero,
      int perColumn,
      int aUnsigned,
      int bUnsigned,
      int yUnsigned) {
    int aMask = Quantization.mask(aUnsigned);
    int bMask = Quantization.mask(bUnsigned);
    for (int i = 0; i < m; i++) {
      long aRow = (long) i * k;
      long aEnd = aRow + k;
      long yRow = (long) i * n;
      // Σ (a - aZero)(b - bZero) = Σ (a - aZero) b - bZero Σ (a - aZero), also where int32 wraps.
      int common = 0;
      if (bZero != 0) {
        for (long aAt = aRow; aAt < aEnd; aAt++) {
          common -= (Mem.i8(a, aAt) & aMask) - aZero;
        }
        common *= bZero;
      }
      int j = 0;
      // Four columns at a time share the loads of a and the loop.
      for (; j < n - 3; j += 4) {
        int sum0 = Mem.i32(bias, 4 * j) + common;
        int sum1 = Mem.i32(bias, 4 * j + 4) + common;
        int sum2 = Mem.i32(bias, 4 * j + 8) + common;
        int sum3 = Mem.i32(bias, 4 * j + 12) + common;
        long bAt = j;
        for (long aAt = aRow; aAt < aEnd; aAt++) {
          int left = (Mem.i8(a, aAt) & aMask) - aZero;
          sum0 += left * (Mem.i8(b, bAt) & bMask);
          sum1 += left * (Mem.i8(b, bAt + 1) & bMask);
          sum2 += left * (Mem.i8(b, bAt + 2) & bMask);
          sum3 += left * (Mem.i8(b, bAt + 3) & bMask);
          bAt += n;
        }
        put(y, yRow, sum0, multiplier, shift, j, yZero, perColumn, yUnsigned);
        put(y, yRow, sum1, multiplier, shift, j + 1, yZero, perColumn, yUnsigned);
        put(y, yRow, sum2, multiplier, shift, j + 2, yZero, perColumn, yUnsigned);
        put(y, yRow, sum3, multiplier, shift, j + 3, yZero, perColumn, yUnsigned);
      }
      for (; j < n; j++) {
        int sum = Mem.i32(bias, 4 * j) + common;
        long bAt = j;
        for (long aAt = aRow; aAt < aEnd; aAt++) {
          sum += ((Mem.i8(a, aAt) & aMask) - aZero) * (Mem.i8(b, bAt) & bMask);
          bAt += n;
        }
        put(y, yRow, sum, multiplier, shift, j, yZero, perColumn, yUnsigned);
      }
    }
  }

  /// Requantises one accumulator into a row of the matrix product.
  private static void put(
      MemorySegment y,
      long yRow,
      int sum,
      MemorySegment multiplier,
      MemorySegment shift,
      int column,
      int yZero,
      int perColumn,
      int yUnsigned) {
    int scale = perColumn != 0 ? 4 * column : 0;
    int factor = Mem.i32(multiplier, scale);
    int right = Mem.i32(shift, scale);
    Mem.putI8(y, yRow + column, Quantization.requantize(sum, factor, right, yZero, yUnsigned));
  }

  /// `y = requantise(bias[outChannel] + Σ (x - xZero) · (w - wZero))` over a window; padding adds nothing.
  ///
  /// Shapes and the range of groups as in [Convolution#conv2dF32]; bias has outChannels elements, multiplier and shift
  /// as many if `perChannel`, else one.
  public static void qlinearConv2d(
      MemorySegment x,
      MemorySegment w,
      MemorySegment multiplier,
      MemorySegment shift,
      MemorySegment bias,
      MemorySegment y,
      int batch,
      int inChannels,
      int inHeight,
      int inWidth,
      int outChannels,
      int outHeight,
      int outWidth,
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int padTop,
      int padLeft,
      int dilationHeight,
      int dilationWidth,
      int groups,
      int xZero,
      int wZero,
      int yZero,
      int perChannel,
      int xUnsigned,
      int wUnsigned,
      int yUnsigned) {
    int channels = inChannels / groups; // of one group
    int groupOutputs = outChannels / groups;
    int plane = inHeight * inWidth;
    int kernelPlane = kernelHeight * kernelWidth;
    int xMask = Quantization.mask(xUnsigned);
    int wMask = Quantization.mask(wUnsigned);
    int yAt = 0;
    for (int image = 0; image < batch; image++) {
      for (int out = 0; out < outChannels; out++) {
        int xImage = (image * inChannels + out / groupOutputs * channels) * plane;
        int scale = perChannel != 0 ? 4 * out : 0;
        int factor = Mem.i32(multiplier, scale);
        int right = Mem.i32(shift, scale);
        for (int oy = 0; oy < outHeight; oy++) {
          for (int ox = 0; ox < outWidth; ox++) {
            int sum = Mem.i32(bias, 4 * out);
            int wTap = out * channels * kernelPlane;
            int iy = oy * strideHeight - padTop;
            for (int ky = 0; ky < kernelHeight; ky++) {
              int columns = iy >= 0 && iy < inHeight ? inWidth : 0;
              int xRow = xImage + iy * inWidth;
              int ix = ox * strideWidth - padLeft;
              for (int kx = 0; kx < kernelWidth; kx++) {
                if (ix >= 0 && ix < columns) {
                  // Channels innermost: the longest run without a test for padding.
                  int xAt = xRow + ix;
                  int wAt = wTap;
                  for (int channel = 0; channel < channels; channel++) {
                    sum += ((Mem.i8(x, xAt) & xMask) - xZero) * ((Mem.i8(w, wAt) & wMask) - wZero);
                    xAt += plane;
                    wAt += kernelPlane;
                  }
                }
                wTap++;
                ix += dilationWidth;
              }
              iy += dilationHeight;
            }
            Mem.putI8(y, yAt, Quantization.requantize(sum, factor, right, yZero, yUnsigned));
            yAt++;
          }
        }
      }
    }
  }
}
