package opml.mnist.network;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Forward and backward pass of one [Layer] for one image, by the obvious loops. Terms that are exactly zero
/// (background pixels, units that the ReLU has switched off: most of them) are left out, which changes no sum.
///
/// Every sum is taken in the order of the loops, so the bits depend on nothing but the arguments.
public final class ConvolutionLayer {
  private ConvolutionLayer() {}

  /// Computes `output` from `input`, ReLU included where the layer is biased.
  public static void forward(Layer layer, float[] parameters, float[] input, float[] output) {
    int size = layer.outSize();
    int channels = layer.outChannels();
    float[] sums = new float[channels];
    for (int row = 0, at = 0; row < size; row++) {
      for (int column = 0; column < size; column++, at += channels) {
        if (layer.biased()) {
          System.arraycopy(parameters, layer.weights(), sums, 0, channels);
        } else {
          Arrays.fill(sums, 0);
        }
        for (int ky = 0; ky < Layer.KERNEL; ky++) {
          for (int kx = 0; kx < Layer.KERNEL; kx++) {
            int pixel = pixel(layer, row, column, ky, kx);
            if (pixel >= 0) {
              addProducts(
                  input, pixel, parameters, layer.weightsAt(ky, kx), layer.inChannels(), sums);
            }
          }
        }
        for (int o = 0; o < channels; o++) {
          output[at + o] = layer.biased() ? Math.max(sums[o], 0f) : sums[o];
        }
      }
    }
  }

  private static void addProducts(
      float[] input, int pixel, float[] weights, int weightsAt, int inChannels, float[] sums) {
    int w = weightsAt;
    for (int i = 0; i < inChannels; i++, w += sums.length) {
      float x = input[pixel + i];
      if (x != 0) {
        for (int o = 0; o < sums.length; o++) {
          sums[o] += x * weights[w + o];
        }
      }
    }
  }

  /// Adds the gradient of the parameters to `gradient`, and writes that of the input to `inputGradient`.
  ///
  /// @param outputGradient the loss's derivative by each output before the ReLU
  /// @param inputGradient null for the first layer; else written where `input` is positive and zero elsewhere, which is
  ///     the derivative before the previous layer's ReLU
  public static void backward(
      Layer layer,
      float[] parameters,
      float[] input,
      float[] outputGradient,
      float[] gradient,
      float @Nullable [] inputGradient) {
    int size = layer.outSize();
    int channels = layer.outChannels();
    if (inputGradient != null) {
      Arrays.fill(inputGradient, 0);
    }
    float[] slopes = new float[channels];
    for (int row = 0, at = 0; row < size; row++) {
      for (int column = 0; column < size; column++, at += channels) {
        System.arraycopy(outputGradient, at, slopes, 0, channels);
        if (layer.biased()) {
          for (int o = 0; o < channels; o++) {
            gradient[layer.weights() + o] += slopes[o];
          }
        }
        for (int ky = 0; ky < Layer.KERNEL; ky++) {
          for (int kx = 0; kx < Layer.KERNEL; kx++) {
            int pixel = pixel(layer, row, column, ky, kx);
            if (pixel >= 0) {
              int w = layer.weightsAt(ky, kx);
              addOuter(input, pixel, layer.inChannels(), slopes, gradient, w);
              if (inputGradient != null) {
                addBack(input, pixel, layer.inChannels(), slopes, parameters, w, inputGradient);
              }
            }
          }
        }
      }
    }
  }

  private static void addOuter(
      float[] input, int pixel, int inChannels, float[] slopes, float[] gradient, int weightsAt) {
    int w = weightsAt;
    for (int i = 0; i < inChannels; i++, w += slopes.length) {
      float x = input[pixel + i];
      if (x != 0) {
        for (int o = 0; o < slopes.length; o++) {
          gradient[w + o] += x * slopes[o];
        }
      }
    }
  }

  private static void addBack(
      float[] input,
      int pixel,
      int inChannels,
      float[] slopes,
      float[] weights,
      int weightsAt,
      float[] inputGradient) {
    int w = weightsAt;
    for (int i = 0; i < inChannels; i++, w += slopes.length) {
      if (input[pixel + i] > 0) {
        float sum = 0;
        for (int o = 0; o < slopes.length; o++) {
          sum += slopes[o] * weights[w + o];
        }
        inputGradient[pixel + i] += sum;
      }
    }
  }

  /// {@return where the input pixel under a kernel position begins, or -1 if that is padding}
  private static int pixel(Layer layer, int row, int column, int ky, int kx) {
    int y = row * layer.stride() + ky - layer.padding();
    int x = column * layer.stride() + kx - layer.padding();
    int size = layer.inSize();
    return y < 0 || y >= size || x < 0 || x >= size ? -1 : (y * size + x) * layer.inChannels();
  }
}
