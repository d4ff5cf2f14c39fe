package opml.mnist.network;

import opml.mnist.data.LabelledImages;
import opml.mnist.digit.Digit;

/// Turns stored pixels into the network's input.
public final class Images {
  private Images() {}

  /// Writes image `index`, moved by whole pixels, to `input`; what moves in is background.
  public static void load(LabelledImages images, int index, int down, int right, float[] input) {
    byte[] pixels = images.pixels();
    int start = index * Digit.PIXELS;
    for (int row = 0; row < Digit.SIDE; row++) {
      for (int column = 0; column < Digit.SIDE; column++) {
        int y = row - down;
        int x = column - right;
        boolean inside = y >= 0 && y < Digit.SIDE && x >= 0 && x < Digit.SIDE;
        int pixel = inside ? pixels[start + y * Digit.SIDE + x] & 0xff : 0;
        input[row * Digit.SIDE + column] = pixel * Network.PIXEL_SCALE;
      }
    }
  }

  /// {@return the index of the greatest value, the first of equals}
  public static int greatest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  /// {@return the share of images that the network names right, 0..1}
  public static double accuracy(Network network, LabelledImages images) {
    var activations = Network.activations();
    int right = 0;
    for (int i = 0; i < images.count(); i++) {
      load(images, i, 0, 0, activations.getFirst());
      network.forward(activations);
      if (greatest(activations.getLast()) == images.label(i)) {
        right++;
      }
    }
    return (double) right / images.count();
  }
}
