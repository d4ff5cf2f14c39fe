package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// MatMul and convolution of 8-bit integers, accumulated in int32 (which wraps) and requantised. Integer sums are
/// exact, so their order is free.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class QuantisedProducts {
  private QuantisedProducts() {}

  /// `y[i, j] = requantise(bias[j] + Σ (a[i, l] - aZero) · (b[l, j] - bZero))`; a is (m, k), b (k, n), y (m, n).
  ///
  /// bias has n elements; multiplier and shift n if `perColumn`, else one; see [Quantisation#requantize] for their
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
    int aMask = Quantisation.mask(aUnsigned);
    int bMask = Quantisation.mask(bUnsigned);
    for (int i = 0; i < m; i++) {
      long aRow = (long) i * k;
      long yRow = (long) i * n;
      int j = 0;
      for (; j <= n - 4; j += 4) {
        fourColumns(
            a,
            aRow,
            b,
            multiplier,
            shift,
            bias,
            y,
            yRow + j,
            j,
            n,
            k,
            aZero,
            bZero,
            yZero,
            perColumn,
            aMask,
            bMask,
            yUnsigned);
      }
      for (; j < n; j++) {
        Trips.atMost(n % 4);
        column(
            a,
            aRow,
            b,
            multiplier,
            shift,
            bias,
            y,
            yRow + j,
            j,
            n,
            k,
            aZero,
            bZero,
            yZero,
            perColumn,
            aMask,
            bMask,
            yUnsigned);
      }
    }
  }

  /// Four columns of one row, which share the loads of a.
  private static void fourColumns(
      MemorySegment a,
      long aRow,
      MemorySegment b,
      MemorySegment multiplier,
      MemorySegment shift,
      MemorySegment bias,
      MemorySegment y,
      long yAt,
      int j,
      int n,
      int k,
      int aZero,
      int bZero,
      int yZero,
      int perColumn,
      int aMask,
      int bMask,
      int yUnsigned) {
    int sum0 = Mem.i32(bias, 4 * j);
    int sum1 = Mem.i32(bias, 4 * j + 4);
    int sum2 = Mem.i32(bias, 4 * j + 8);
    int sum3 = Mem.i32(bias, 4 * j + 12);
    int common = 0; // Σ (a - aZero), of which bZero times as much goes off at the end
    long bAt = j;
    long aEnd = aRow + k;
    for (long aAt = aRow; aAt < aEnd; aAt++) {
      int left = (Mem.i8(a, aAt) & aMask) - aZero;
      common += left;
      sum0 += left * (Mem.i8(b, bAt) & bMask);
      sum1 += left * (Mem.i8(b, bAt + 1) & bMask);
      sum2 += left * (Mem.i8(b, bAt + 2) & bMask);
      sum3 += left * (Mem.i8(b, bAt + 3) & bMask);
      bAt += n;
    }
    common *= bZero;
    put(y, yAt, sum0 - common, multiplier, shift, j, yZero, perColumn, yUnsigned);
    put(y, yAt + 1, sum1 - common, multiplier, shift, j + 1, yZero, perColumn, yUnsigned);
    put(y, yAt + 2, sum2 - common, multiplier, shift, j + 2, yZero, perColumn, yUnsigned);
    put(y, yAt + 3, sum3 - common, multiplier, shift, j + 3, yZero, perColumn, yUnsigned);
  }

  /// One column of one row.
  private static void column(
      MemorySegment a,
      long aRow,
      MemorySegment b,
      MemorySegment multiplier,
      MemorySegment shift,
      MemorySegment bias,
      MemorySegment y,
      long yAt,
      int j,
      int n,
      int k,
      int aZero,
      int bZero,
      int yZero,
      int perColumn,
      int aMask,
      int bMask,
      int yUnsigned) {
    int sum0 = Mem.i32(bias, 4 * j);
    int common = 0; // Σ (a - aZero), of which bZero times as much goes off at the end
    long bAt = j;
    long aEnd = aRow + k;
    for (long aAt = aRow; aAt < aEnd; aAt++) {
      int left = (Mem.i8(a, aAt) & aMask) - aZero;
      common += left;
      sum0 += left * (Mem.i8(b, bAt) & bMask);
      bAt += n;
    }
    common *= bZero;
    put(y, yAt, sum0 - common, multiplier, shift, j, yZero, perColumn, yUnsigned);
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
    int xMask = Quantisation.mask(xUnsigned);
    int wMask = Quantisation.mask(wUnsigned);
    long outPlane = (long) outHeight * outWidth;
    for (int image = 0; image < batch; image++) {
      long yImage = (long) image * outChannels * outPlane;
      int out = 0;
      for (int group = 0; group < groups; group++) {
        long xGroup =
            ((long) image * inChannels + (long) group * channels) * ((long) inHeight * inWidth);
        int end = out + groupOutputs;
        for (; out <= end - 4; out += 4) {
          fourPlanes(
              x,
              xGroup,
              w,
              multiplier,
              shift,
              bias,
              y,
              yImage + out * outPlane,
              out,
              channels,
              inHeight,
              inWidth,
              outHeight,
              outWidth,
              kernelHeight,
              kernelWidth,
              strideHeight,
              strideWidth,
              padTop,
              padLeft,
              dilationHeight,
              dilationWidth,
              xZero,
              wZero,
              yZero,
              perChannel,
              xMask,
              wMask,
              yUnsigned);
        }
        for (; out < end; out++) {
          Trips.atMost(groupOutputs % 4);
          plane(
              x,
              xGroup,
              w,
              multiplier,
              shift,
              bias,
              y,
              yImage + out * outPlane,
              out,
              channels,
              inHeight,
              inWidth,
              outHeight,
              outWidth,
              kernelHeight,
              kernelWidth,
              strideHeight,
              strideWidth,
              padTop,
              padLeft,
              dilationHeight,
              dilationWidth,
              xZero,
              wZero,
              yZero,
              perChannel,
              xMask,
              wMask,
              yUnsigned);
        }
      }
    }
  }

  /// Four output channels of one group, which share the loads of x and the walk over the window.
  private static void fourPlanes(
      MemorySegment x,
      long xGroup,
      MemorySegment w,
      MemorySegment multiplier,
      MemorySegment shift,
      MemorySegment bias,
      MemorySegment y,
      long yAt,
      int out,
      int channels,
      int inHeight,
      int inWidth,
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
      int xZero,
      int wZero,
      int yZero,
      int perChannel,
      int xMask,
      int wMask,
      int yUnsigned) {
    long plane = (long) inHeight * inWidth;
    long kernelPlane = (long) kernelHeight * kernelWidth;
    long kernel = channels * kernelPlane;
    long outPlane = (long) outHeight * outWidth;
    for (int oy = 0; oy < outHeight; oy++) {
      for (int ox = 0; ox < outWidth; ox++) {
        int sum0 = Mem.i32(bias, 4 * out);
        int sum1 = Mem.i32(bias, 4 * out + 4);
        int sum2 = Mem.i32(bias, 4 * out + 8);
        int sum3 = Mem.i32(bias, 4 * out + 12);
        int common = 0; // Σ (x - xZero), of which wZero times as much goes off at the end
        long wRow = out * kernel;
        int iy = oy * strideHeight - padTop;
        for (int ky = 0; ky < kernelHeight; ky++) {
          if (Integer.compareUnsigned(iy, inHeight) < 0) {
            long xRow = xGroup + (long) iy * inWidth;
            int ix = ox * strideWidth - padLeft;
            for (int kx = 0; kx < kernelWidth; kx++) {
              if (Integer.compareUnsigned(ix, inWidth) < 0) {
                // Channels innermost: the longest run without a test for padding.
                long xAt = xRow + ix;
                long wAt = wRow + kx;
                for (int channel = 0; channel < channels; channel++) {
                  int left = (Mem.i8(x, xAt) & xMask) - xZero;
                  common += left;
                  sum0 += left * (Mem.i8(w, wAt) & wMask);
                  sum1 += left * (Mem.i8(w, wAt + kernel) & wMask);
                  sum2 += left * (Mem.i8(w, wAt + 2 * kernel) & wMask);
                  sum3 += left * (Mem.i8(w, wAt + 3 * kernel) & wMask);
                  xAt += plane;
                  wAt += kernelPlane;
                }
              }
              ix += dilationWidth;
            }
          }
          wRow += kernelWidth;
          iy += dilationHeight;
        }
        common *= wZero;
        put(y, yAt, sum0 - common, multiplier, shift, out, yZero, perChannel, yUnsigned);
        put(
            y,
            yAt + outPlane,
            sum1 - common,
            multiplier,
            shift,
            out + 1,
            yZero,
            perChannel,
            yUnsigned);
        put(
            y,
            yAt + 2 * outPlane,
            sum2 - common,
            multiplier,
            shift,
            out + 2,
            yZero,
            perChannel,
            yUnsigned);
        put(
            y,
            yAt + 3 * outPlane,
            sum3 - common,
            multiplier,
            shift,
            out + 3,
            yZero,
            perChannel,
            yUnsigned);
        yAt++;
      }
    }
  }

  /// One output channel.
  private static void plane(
      MemorySegment x,
      long xGroup,
      MemorySegment w,
      MemorySegment multiplier,
      MemorySegment shift,
      MemorySegment bias,
      MemorySegment y,
      long yAt,
      int out,
      int channels,
      int inHeight,
      int inWidth,
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
      int xZero,
      int wZero,
      int yZero,
      int perChannel,
      int xMask,
      int wMask,
      int yUnsigned) {
    long plane = (long) inHeight * inWidth;
    long kernelPlane = (long) kernelHeight * kernelWidth;
    long kernel = channels * kernelPlane;
    for (int oy = 0; oy < outHeight; oy++) {
      for (int ox = 0; ox < outWidth; ox++) {
        int sum0 = Mem.i32(bias, 4 * out);
        int common = 0; // Σ (x - xZero), of which wZero times as much goes off at the end
        long wRow = out * kernel;
        int iy = oy * strideHeight - padTop;
        for (int ky = 0; ky < kernelHeight; ky++) {
          if (Integer.compareUnsigned(iy, inHeight) < 0) {
            long xRow = xGroup + (long) iy * inWidth;
            int ix = ox * strideWidth - padLeft;
            for (int kx = 0; kx < kernelWidth; kx++) {
              if (Integer.compareUnsigned(ix, inWidth) < 0) {
                // Channels innermost: the longest run without a test for padding.
                long xAt = xRow + ix;
                long wAt = wRow + kx;
                for (int channel = 0; channel < channels; channel++) {
                  int left = (Mem.i8(x, xAt) & xMask) - xZero;
                  common += left;
                  sum0 += left * (Mem.i8(w, wAt) & wMask);
                  xAt += plane;
                  wAt += kernelPlane;
                }
              }
              ix += dilationWidth;
            }
          }
          wRow += kernelWidth;
          iy += dilationHeight;
        }
        common *= wZero;
        put(y, yAt, sum0 - common, multiplier, shift, out, yZero, perChannel, yUnsigned);
        yAt++;
      }
    }
  }

  /// Requantises one accumulator; `channel` is its column or output channel.
  private static void put(
      MemorySegment y,
      long at,
      int sum,
      MemorySegment multiplier,
      MemorySegment shift,
      int channel,
      int zero,
      int perChannel,
      int unsigned) {
    int scale = perChannel != 0 ? 4 * channel : 0;
    int factor = Mem.i32(multiplier, scale);
    int right = Mem.i32(shift, scale);
    Mem.putI8(y, at, Quantisation.requantize(sum, factor, right, zero, unsigned));
  }
}
