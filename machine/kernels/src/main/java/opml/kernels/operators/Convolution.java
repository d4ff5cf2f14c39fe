package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Plane;
import opml.kernels.layout.SlidingWindow;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Two-dimensional convolution.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Convolution {
  private Convolution() {}

  /// Per output a DOT over (channel of the group, ky, kx), padding taking part as +0, then `+ b[outChannel]`.
  ///
  /// x is (batch, inChannels, in), w (outChannels, inChannels / groups, height and width of the window), b
  /// (outChannels), y (batch, outChannels, out). Needs groups ≥ 1 that divides both channel counts. Any output size is
  /// in range: whatever lies outside of the image is padding.
  public static void conv2dF32(
      MemorySegment x,
      MemorySegment w,
      MemorySegment b,
      MemorySegment y,
      int batch,
      int inChannels,
      Plane in,
      int outChannels,
      Plane out,
      SlidingWindow window,
      int groups) {
    int channels = inChannels / groups; // of one group
    int groupOutputs = outChannels / groups;
    int kernel = 4 * channels * window.size();
    int yAt = 0;
    for (int image = 0; image < batch; image++) {
      for (int output = 0; output < outChannels; output++) {
        int xImage = 4 * (image * inChannels + output / groupOutputs * channels) * in.size();
        float bias = Mem.f32(b, 4 * output);
        for (int oy = 0; oy < out.height(); oy++) {
          for (int ox = 0; ox < out.width(); ox++) {
            int top = window.top(oy);
            int left = window.left(ox);
            float dot = dot(x, xImage, w, output * kernel, channels, in, window, top, left);
            Mem.putF32(y, yAt, dot + bias);
            yAt += 4;
          }
        }
      }
    }
  }

  /// {@return the DOT of one output, whose window's first row and column are `top` and `left`}
  private static float dot(
      MemorySegment x,
      int xImage,
      MemorySegment w,
      int wAt,
      int channels,
      Plane in,
      SlidingWindow window,
      int top,
      int left) {
    float y = 0f;
    float chunk = 0f;
    int leftInChunk = Fold.CHUNK;
    int xPlane = xImage;
    for (int channel = 0; channel < channels; channel++) {
      int iy = top;
      for (int ky = 0; ky < window.height(); ky++) {
        // A row outside of the image has no column inside.
        int columns = in.columns(iy);
        int row = xPlane + 4 * iy * in.width();
        int ix = left;
        for (int kx = 0; kx < window.width(); kx++) {
          float value = ix >= 0 && ix < columns ? Mem.f32(x, row + 4 * ix) : 0f;
          chunk = F32.fma(value, Mem.f32(w, wAt), chunk);
          wAt += 4;
          ix += window.dilationWidth();
          leftInChunk--;
          if (leftInChunk == 0) {
            Trips.rare((long) channels * window.height() * window.width() / Fold.CHUNK);
            y += chunk;
            chunk = 0f;
            leftInChunk = Fold.CHUNK;
          }
        }
        iy += window.dilationHeight();
      }
      xPlane += 4 * in.size();
    }
    return y
        + chunk; // where no chunk is open, adds +0 to a y that is never -0, and so changes nothing
  }
}
