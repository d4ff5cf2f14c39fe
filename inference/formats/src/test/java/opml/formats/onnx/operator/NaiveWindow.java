package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.Ints;

/// A random window and the obvious loops over it.
final class NaiveWindow {
  final int height;
  final int width;
  final int kernelHeight;
  final int kernelWidth;
  private final int strideHeight;
  private final int strideWidth;
  private final int dilationHeight;
  private final int dilationWidth;
  private final int[] pads;

  private NaiveWindow(SplittableRandom random, int max, boolean pool) {
    kernelHeight = random.nextInt(1, 4);
    kernelWidth = random.nextInt(1, 4);
    strideHeight = random.nextInt(1, 4);
    strideWidth = random.nextInt(1, 4);
    dilationHeight = pool ? 1 : random.nextInt(1, 3);
    dilationWidth = pool ? 1 : random.nextInt(1, 3);
    int reachHeight = (kernelHeight - 1) * dilationHeight + 1;
    int reachWidth = (kernelWidth - 1) * dilationWidth + 1;
    height = random.nextInt(reachHeight, reachHeight + max);
    width = random.nextInt(reachWidth, reachWidth + max);
    pads =
        new int[] {
          random.nextInt(pool ? kernelHeight : 4),
          random.nextInt(pool ? kernelWidth : 4),
          random.nextInt(pool ? kernelHeight : 4),
          random.nextInt(pool ? kernelWidth : 4)
        };
  }

  static NaiveWindow random(SplittableRandom random, int max) {
    return new NaiveWindow(random, max, false);
  }

  /// {@return a window that never lies in the padding alone}
  static NaiveWindow randomPool(SplittableRandom random, int max) {
    return new NaiveWindow(random, max, true);
  }

  OnnxAttribute[] attributes(OnnxAttribute more) {
    return new OnnxAttribute[] {
      Ints.of("strides", strideHeight, strideWidth),
      Ints.of("dilations", dilationHeight, dilationWidth),
      Ints.of("pads", pads[0], pads[1], pads[2], pads[3]),
      more
    };
  }

  OnnxAttribute[] poolAttributes(OnnxAttribute... more) {
    List<OnnxAttribute> attributes =
        new ArrayList<>(List.of(attributes(Ints.of("kernel_shape", kernelHeight, kernelWidth))));
    attributes.addAll(List.of(more));
    return attributes.toArray(OnnxAttribute[]::new);
  }

  int outHeight() {
    int room = height + pads[0] + pads[2] - ((kernelHeight - 1) * dilationHeight + 1);
    return room / strideHeight + 1;
  }

  int outWidth() {
    int room = width + pads[1] + pads[3] - ((kernelWidth - 1) * dilationWidth + 1);
    return room / strideWidth + 1;
  }

  List<int[]> outputs() {
    List<int[]> outputs = new ArrayList<>();
    for (int y = 0; y < outHeight(); y++) {
      for (int x = 0; x < outWidth(); x++) {
        outputs.add(new int[] {y, x});
      }
    }
    return outputs;
  }

  /// {@return for each tap inside of the image, its index in the plane and in the kernel}
  List<int[]> taps(int[] output) {
    List<int[]> taps = new ArrayList<>();
    for (int ky = 0; ky < kernelHeight; ky++) {
      for (int kx = 0; kx < kernelWidth; kx++) {
        int y = output[0] * strideHeight - pads[0] + ky * dilationHeight;
        int x = output[1] * strideWidth - pads[1] + kx * dilationWidth;
        if (y >= 0 && y < height && x >= 0 && x < width) {
          taps.add(new int[] {y * width + x, ky * kernelWidth + kx});
        }
      }
    }
    return taps;
  }
}
