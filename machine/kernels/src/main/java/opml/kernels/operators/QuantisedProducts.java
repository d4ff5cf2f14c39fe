package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Plane;
import opml.kernels.layout.Quantised;
import opml.kernels.layout.Scales;
import opml.kernels.layout.SlidingWindow;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// MatMul and convolution of 8-bit integers, accumulated in int32 (which wraps) and requantised. Integer sums are
/// exact, so their order is free: four outputs at a time share the loads of what they have in common, and the last
/// ones, where fewer than four are left, are made one by one by the same code.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class QuantisedProducts {
  private QuantisedProducts() {}

  /// `y[i, j] = requantise(bias[j] + Σ (a[i, l] - aZero) · (b[l, j] - bZero))`; a is (m, k), b (k, n), y (m, n).
  ///
  /// A channel is a column of b. See [Quantisation#requantize] for the ranges of multiplier and shift.
  public static void qlinearMatmul(
      MemorySegment a,
      MemorySegment b,
      Scales scales,
      MemorySegment y,
      int m,
      int n,
      int k,
      Quantised q) {
    for (int i = 0; i < m; i++) {
      long aRow = (long) i * k;
      long yRow = (long) i * n;
      int j = 0;
      for (; j <= n - 4; j += 4) {
        columns(a, aRow, b, scales, y, yRow + j, j, true, n, k, q);
      }
      for (; j < n; j++) {
        Trips.atMost(n % 4);
        columns(a, aRow, b, scales, y, yRow + j, j, false, n, k, q);
      }
    }
  }

  /// One column of one row, or four of them.
  private static void columns(
      MemorySegment a,
      long aRow,
      MemorySegment b,
      Scales scales,
      MemorySegment y,
      long yAt,
      int j,
      boolean four,
      int n,
      int k,
      Quantised q) {
    int aMask = Quantisation.mask(q.aUnsigned());
    int bMask = Quantisation.mask(q.bUnsigned());
    int sum0 = 0;
    int sum1 = 0;
    int sum2 = 0;
    int sum3 = 0;
    int common = 0; // Σ (a - aZero), of which bZero times as much goes off at the end
    long bAt = j;
    long aEnd = aRow + k;
    for (long aAt = aRow; aAt < aEnd; aAt++) {
      int left = (Mem.i8(a, aAt) & aMask) - q.aZero();
      common += left;
      sum0 += left * (Mem.i8(b, bAt) & bMask);
      if (four) {
        sum1 += left * (Mem.i8(b, bAt + 1) & bMask);
        sum2 += left * (Mem.i8(b, bAt + 2) & bMask);
        sum3 += left * (Mem.i8(b, bAt + 3) & bMask);
      }
      bAt += n;
    }
    common *= q.bZero();
    put(y, yAt, sum0 - common, scales, j, q);
    if (four) {
      put(y, yAt + 1, sum1 - common, scales, j + 1, q);
      put(y, yAt + 2, sum2 - common, scales, j + 2, q);
      put(y, yAt + 3, sum3 - common, scales, j + 3, q);
    }
  }

  /// `y = requantise(bias[outChannel] + Σ (x - xZero) · (w - wZero))` over a window; padding adds nothing.
  ///
  /// Shapes and the range of groups as in [Convolution#conv2dF32]; x and w are a and b of `q`.
  public static void qlinearConv2d(
      MemorySegment x,
      MemorySegment w,
      Scales scales,
      MemorySegment y,
      int batch,
      int inChannels,
      Plane in,
      int outChannels,
      Plane out,
      SlidingWindow window,
      int groups,
      Quantised q) {
    int xMask = Quantisation.mask(q.aUnsigned());
    int wMask = Quantisation.mask(q.bUnsigned());
    int channels = inChannels / groups; // of one group
    int groupOutputs = outChannels / groups;
    long outPlane = (long) out.height() * out.width();
    for (int image = 0; image < batch; image++) {
      long yImage = (long) image * outChannels * outPlane;
      int output = 0;
      for (int group = 0; group < groups; group++) {
        long xGroup =
            ((long) image * inChannels + (long) group * channels)
                * ((long) in.height() * in.width());
        int end = output + groupOutputs;
        for (; output <= end - 4; output += 4) {
          long yAt = yImage + output * outPlane;
          planes(
              x, xGroup, w, scales, y, yAt, output, true, channels, in, out, window, xMask, wMask,
              q);
        }
        for (; output < end; output++) {
          Trips.atMost(groupOutputs % 4);
          long yAt = yImage + output * outPlane;
          planes(
              x, xGroup, w, scales, y, yAt, output, false, channels, in, out, window, xMask, wMask,
              q);
        }
      }
    }
  }

  /// One output channel of one group, or four of them, which share the walk over the window.
  private static void planes(
      MemorySegment x,
      long xGroup,
      MemorySegment w,
      Scales scales,
      MemorySegment y,
      long yAt,
      int output,
      boolean four,
      int channels,
      Plane in,
      Plane out,
      SlidingWindow window,
      int xMask,
      int wMask,
      Quantised q) {
    long plane = (long) in.height() * in.width();
    long kernelPlane = (long) window.height() * window.width();
    long kernel = channels * kernelPlane;
    long outPlane = (long) out.height() * out.width();
    for (int oy = 0; oy < out.height(); oy++) {
      for (int ox = 0; ox < out.width(); ox++) {
        int sum0 = 0;
        int sum1 = 0;
        int sum2 = 0;
        int sum3 = 0;
        int common = 0; // Σ (x - xZero), of which wZero times as much goes off at the end
        long wRow = output * kernel;
        int iy = window.top(oy);
        for (int ky = 0; ky < window.height(); ky++) {
          if (Integer.compareUnsigned(iy, in.height()) < 0) {
            long xRow = xGroup + (long) iy * in.width();
            int ix = window.left(ox);
            for (int kx = 0; kx < window.width(); kx++) {
              if (Integer.compareUnsigned(ix, in.width()) < 0) {
                // ChannelAxis innermost: the longest run without a test for padding.
                long xAt = xRow + ix;
                long wAt = wRow + kx;
                for (int channel = 0; channel < channels; channel++) {
                  int left = (Mem.i8(x, xAt) & xMask) - q.aZero();
                  common += left;
                  sum0 += left * (Mem.i8(w, wAt) & wMask);
                  if (four) {
                    sum1 += left * (Mem.i8(w, wAt + kernel) & wMask);
                    sum2 += left * (Mem.i8(w, wAt + 2 * kernel) & wMask);
                    sum3 += left * (Mem.i8(w, wAt + 3 * kernel) & wMask);
                  }
                  xAt += plane;
                  wAt += kernelPlane;
                }
              }
              ix += window.dilationWidth();
            }
          }
          wRow += window.width();
          iy += window.dilationHeight();
        }
        common *= q.bZero();
        put(y, yAt, sum0 - common, scales, output, q);
        if (four) {
          put(y, yAt + outPlane, sum1 - common, scales, output + 1, q);
          put(y, yAt + 2 * outPlane, sum2 - common, scales, output + 2, q);
          put(y, yAt + 3 * outPlane, sum3 - common, scales, output + 3, q);
        }
        yAt++;
      }
    }
  }

  /// Requantises one accumulator of a channel.
  private static void put(
      MemorySegment y, long at, int sum, Scales scales, int channel, Quantised q) {
    int scale = q.perChannel() != 0 ? 4 * channel : 0;
    int factor = Mem.i32(scales.multiplier(), scale);
    int right = Mem.i32(scales.shift(), scale);
    int biased = sum + Mem.i32(scales.bias(), 4 * channel);
    Mem.putI8(y, at, Quantisation.requantize(biased, factor, right, q.yZero(), q.yUnsigned()));
  }
}
