package opml.mnist.network;

/// The shape of one 3 x 3 convolution over a square image. A fully connected layer over a 3 x 3 image is the same thing
/// with an output of one pixel, so a whole network is a list of these.
///
/// Activations are (row, column, channel) and weights are (kernel row, kernel column, in channel, out channel): the out
/// channel comes last, so that the inner loops run over it.
///
/// @param inSize rows and columns of the input
/// @param biased whether the weights are followed by one bias per out channel, and the output by a ReLU
public record Layer(
    int inSize, int inChannels, int outChannels, int stride, int padding, boolean biased) {
  public static final int KERNEL = 3;

  public Layer {
    if (inSize < 1 || inChannels < 1 || outChannels < 1 || stride < 1 || padding < 0) {
      throw new IllegalArgumentException("a layer needs positive sizes");
    }
    if (inSize + 2 * padding < KERNEL) {
      throw new IllegalArgumentException("an input of " + inSize + " is smaller than the kernel");
    }
  }

  /// {@return rows and columns of the output}
  public int outSize() {
    return (inSize + 2 * padding - KERNEL) / stride + 1;
  }

  public int inputs() {
    return inSize * inSize * inChannels;
  }

  public int outputs() {
    return outSize() * outSize() * outChannels;
  }

  public int weights() {
    return KERNEL * KERNEL * inChannels * outChannels;
  }

  /// {@return how many numbers are trained: weights, then biases if there are any}
  public int parameters() {
    return weights() + (biased ? outChannels : 0);
  }

  /// {@return multiplications per image, padding counted as if it were multiplied}
  public int multiplications() {
    return outSize() * outSize() * weights();
  }

  /// {@return where the weights of a kernel position begin, (in channel, out channel)}
  public int weightsAt(int kernelRow, int kernelColumn) {
    return (kernelRow * KERNEL + kernelColumn) * inChannels * outChannels;
  }
}
