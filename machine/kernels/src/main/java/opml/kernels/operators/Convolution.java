package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Two-dimensional convolution.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Convolution {
  private Convolution() {}

  /// Per output a DOT over (channel of the group, ky, kx), padding taking part as +0, then `+ b[outChannel]`.
  ///
  /// x is (batch, inChannels, inHeight, inWidth), w (outChannels, inChannels / groups, kernelHeight, kernelWidth), b
  /// (outChannels), y (batch, outChannels, outHeight, outWidth). Needs groups ≥ 1 that divides both channel counts. Any
  /// output size is in range: whatever lies outside of the image is padding.
  public static void conv2dF32(
      MemorySegment x,
      MemorySegment w,
      MemorySegment b,
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
      int groups) {
    int channels = inChannels / groups; // of one group
    int groupOutputs = outChannels / groups;
    int plane = 4 * inHeight * inWidth;
    int kernel = 4 * channels * kernelHeight * kernelWidth;
    int yAt = 0;
    for (int image = 0; image < batch; image++) {
      for (int out = 0; out < outChannels; out++) {
        int xImage = (image * inChannels + out / groupOutputs * channels) * plane;
        float bias = Mem.f32(b, 4 * out);
        for (int oy = 0; oy < outHeight; oy++) {
          for (int ox = 0; ox < outWidth; ox++) {
            float dot =
                window(
                    x,
                    xImage,
                    w,
                    out * kernel,
                    channels,
                    inHeight,
                    inWidth,
                    kernelHeight,
                    kernelWidth,
                    oy * strideHeight - padTop,
                    ox * strideWidth - padLeft,
                    dilationHeight,
                    dilationWidth);
            Mem.putF32(y, yAt, dot + bias);
            yAt += 4;
          }
        }
      }
    }
  }

  /// {@return the DOT of one output, whose window's first row and column are `top` and `left`}
  private static float window(
      MemorySegment x,
      int xImage,
      MemorySegment w,
      int wAt,
      int channels,
      int inHeight,
      int inWidth,
      int kernelHeight,
      int kernelWidth,
      int top,
      int left,
      int dilationHeight,
      int dilationWidth) {
    float y = 0f;
    float chunk = 0f;
    int leftInChunk = Fold.CHUNK;
    int xPlane = xImage;
    for (int channel = 0; channel < channels; channel++) {
      int iy = top;
      for (int ky = 0; ky < kernelHeight; ky++) {
        // A row outside of the image has no column inside.
        int columns = iy >= 0 && iy < inHeight ? inWidth : 0;
        int row = xPlane + 4 * iy * inWidth;
        int ix = left;
        for (int kx = 0; kx < kernelWidth; kx++) {
          float value = ix >= 0 && ix < columns ? Mem.f32(x, row + 4 * ix) : 0f;
          chunk = F32.fma(value, Mem.f32(w, wAt), chunk);
          wAt += 4;
          ix += dilationWidth;
          leftInChunk--;
          if (leftInChunk == 0) {
            Trips.rare((long) channels * kernelHeight * kernelWidth / Fold.CHUNK);
            y += chunk;
            chunk = 0f;
            leftInChunk = Fold.CHUNK;
          }
        }
        iy += dilationHeight;
      }
      xPlane += 4 * inHeight * inWidth;
    }
    return y
        + chunk; // where no chunk is open, adds +0 to a y that is never -0, and so changes nothing
  }
}
