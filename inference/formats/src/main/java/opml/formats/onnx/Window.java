package opml.formats.onnx;

import java.util.Optional;

/// The windows that Conv and the pools slide over the last two axes of (batch, channels, height, width).
///
/// The kernels take any window that overlaps its image and index with ints; sizes are bounded so that a
/// position never leaves the range of an int.
///
/// @param kernel height and width; likewise the others
/// @param padBegin rows above and columns left of the image
@SuppressWarnings("ArrayRecordComponent") // made here, read once
record Window(int[] in, int[] out, int[] kernel, int[] stride, int[] padBegin, int[] dilation) {
  /// Bounds kernel sizes, strides, paddings and dilations.
  private static final int MAX = 1 << 12;

  /// Reads the attributes that the three operators share.
  ///
  /// @param kernel if it is known from the weights
  /// @param ceil whether a last, partial window counts
  static Window of(NodeImport node, Value x, Optional<int[]> kernel, boolean ceil) {
    node.require(
        x.shape().rank() == 4,
        "input 0 is " + x.describe() + ", supported is (batch, channels, height, width)");
    Attributes attributes = node.attributes();
    Optional<int[]> declared = attributes.integers("kernel_shape", 2, 1, MAX);
    int[] size =
        declared.or(() -> kernel).orElseThrow(() -> node.refuse("kernel_shape is missing"));
    kernel.ifPresent(
        known ->
            node.require(
                known[0] == size[0]
                    && known[1] == size[1]
                    && Math.min(known[0], known[1]) >= 1
                    && Math.max(known[0], known[1]) <= MAX,
                "kernel_shape differs from the weights, or is not 1 to " + MAX));
    int[] stride = attributes.integers("strides", 2, 1, MAX).orElse(new int[] {1, 1});
    int[] dilation = attributes.integers("dilations", 2, 1, MAX).orElse(new int[] {1, 1});
    Optional<int[]> pads = attributes.integers("pads", 4, 0, MAX);
    String auto = attributes.text("auto_pad", "NOTSET");
    node.require(
        pads.isEmpty() || auto.equals("NOTSET"),
        "pads and auto_pad " + auto + " exclude each other");
    int[] in = {x.shape().dim(2), x.shape().dim(3)};
    int[] out = new int[2];
    int[] begin = new int[2];
    for (int i = 0; i < 2; i++) {
      int reach = (size[i] - 1) * dilation[i] + 1;
      int end;
      switch (auto) {
        case "NOTSET" -> {
          begin[i] = pads.isPresent() ? pads.get()[i] : 0;
          end = pads.isPresent() ? pads.get()[i + 2] : 0;
        }
        case "VALID" -> {
          begin[i] = 0;
          end = 0;
        }
        case "SAME_UPPER", "SAME_LOWER" -> {
          int wanted = (in[i] + stride[i] - 1) / stride[i];
          int total = Math.max(0, (wanted - 1) * stride[i] + reach - in[i]);
          begin[i] = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
          end = total - begin[i];
        }
        default -> throw node.refuse("auto_pad " + auto + " does not exist");
      }
      int room = in[i] + begin[i] + end - reach;
      node.require(room >= 0, "the kernel reaches over " + reach + ", the padded image has less");
      out[i] = room / stride[i] + 1;
      if (ceil && room % stride[i] != 0 && out[i] * stride[i] < in[i] + begin[i]) {
        out[i]++;
      }
    }
    return new Window(in, out, size, stride, begin, dilation);
  }

  /// Checks that every window holds at least one element of the image, without which a pool has no value.
  void requireElements(NodeImport node) {
    for (int i = 0; i < 2; i++) {
      for (int o = 0; o < out[i]; o++) {
        int start = o * stride[i] - padBegin[i];
        int skipped = start >= 0 ? 0 : (-start + dilation[i] - 1) / dilation[i];
        boolean holds = skipped < kernel[i] && start + skipped * dilation[i] < in[i];
        node.require(holds, "a window lies in the padding alone");
      }
    }
  }

  /// {@return the scalars from kernel height to dilation width, as the kernels order them}
  int[] scalars() {
    return new int[] {
      kernel[0], kernel[1], stride[0], stride[1], padBegin[0], padBegin[1], dilation[0], dilation[1]
    };
  }
}
