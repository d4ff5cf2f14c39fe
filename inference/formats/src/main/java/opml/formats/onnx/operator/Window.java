package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import opml.core.codec.Names;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.node.Attributes;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// The windows that convolutions and pools slide over the last three axes of (batch, channels, depth, height, width),
/// the last two of (batch, channels, height, width), or the last one of (batch, channels, width), which is an image of
/// height 1.
///
/// The kernels take any window that overlaps its image and index with ints; sizes are bounded so that a position never
/// leaves the range of an int.
///
/// @param axes one to three
/// @param kernel height and width, and before them the depth where there are three axes; likewise the others
/// @param padBegin rows above and columns left of the image
/// @param padEnd rows below and columns right of it; a last, partial window may reach beyond
@SuppressWarnings("ArrayRecordComponent") // made here, read once
record Window(
    int axes,
    int[] in,
    int[] out,
    int[] kernel,
    int[] stride,
    int[] padBegin,
    int[] padEnd,
    int[] dilation) {
  /// Bounds kernel sizes, strides, paddings and dilations.
  static final int MAX = 1 << 12;

  private static final String IMAGES =
      "supported are images of a batch, channels, and one to three axes";

  /// Reads the attributes of a convolution.
  static Window ofWeights(NodeImport node, Value x, Value w) {
    node.require(
        isImage(x.shape()) && w.shape().rank() == x.shape().rank(),
        IMAGES + ", and weights of as many axes",
        x.describe() + " and " + w.describe());
    int[] kernel = spatial(w.shape());
    sizes(node, "kernel_shape", x.shape().rank() - 2)
        .ifPresent(
            declared ->
                node.require(
                    Arrays.equals(declared, kernel), "kernel_shape differs from the weights"));
    w.requireSlot();
    for (int size : kernel) {
      node.require(size >= 1 && size <= MAX, "kernels are not 1 to " + MAX, w.describe());
    }
    return of(node, x, kernel, Optional.empty());
  }

  /// Reads the attributes of a pool.
  ///
  /// @param ceil whether a last, partial window counts
  static Window ofPool(NodeImport node, Value x, boolean ceil) {
    node.require(isImage(x.shape()), IMAGES, x.describe());
    int[] kernel =
        sizes(node, "kernel_shape", x.shape().rank() - 2)
            .orElseThrow(() -> new RefusedNode("kernel_shape is missing", ""));
    return of(node, x, kernel, Optional.of(ceil));
  }

  /// @param ceil of pools, whether a last, partial window counts
  private static Window of(NodeImport node, Value x, int[] kernel, Optional<Boolean> ceil) {
    x.requireSlot(); // of an image without elements, other sizes have no bound
    Attributes attributes = node.attributes();
    int axes = x.shape().rank() - 2;
    int all = Math.max(axes, 2);
    int[] stride = sizes(node, "strides", axes).orElseGet(() -> ones(all));
    int[] dilation = sizes(node, "dilations", axes).orElseGet(() -> ones(all));
    int[] declared = attributes.integers("pads", 2 * axes, 0, MAX).orElse(new int[2 * axes]);
    int[] pads = axes == 1 ? new int[] {0, declared[0], 0, declared[1]} : declared;
    String auto = attributes.text("auto_pad", "NOTSET");
    boolean explicit = auto.equals("NOTSET") || auto.isEmpty();
    node.require(
        explicit || Arrays.stream(pads).allMatch(pad -> pad == 0),
        "pads and auto_pad " + Names.shown(auto) + " exclude each other");
    int[] in = spatial(x.shape());
    int[] out = new int[all];
    int[] begin = new int[all];
    int[] end = new int[all];
    for (int i = 0; i < all; i++) {
      int reach = (kernel[i] - 1) * dilation[i] + 1;
      switch (auto) {
        case "NOTSET", "", "VALID" -> {
          begin[i] = pads[i];
          end[i] = pads[i + all];
        }
        case "SAME_UPPER", "SAME_LOWER" -> {
          int wanted = (in[i] + stride[i] - 1) / stride[i];
          int total = Math.max(0, (wanted - 1) * stride[i] + reach - in[i]);
          begin[i] = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
          end[i] = total - begin[i];
        }
        default -> throw new RefusedNode("auto_pad " + Names.shown(auto) + " does not exist", "");
      }
      int room = in[i] + begin[i] + end[i] - reach;
      // a pool's only window may reach over the image, by less than a stride
      node.require(
          room >= 0 || ceil.isPresent() && room > -stride[i],
          "the kernel is larger than the padded image",
          reach + " and " + (in[i] + begin[i] + end[i]));
      out[i] = room / stride[i] + 1;
      boolean partial = ceil.orElse(false) && room > 0 && room % stride[i] != 0;
      if (partial && out[i] * stride[i] < in[i] + begin[i]) {
        out[i]++;
      }
    }
    return new Window(axes, in, out, kernel, stride, begin, end, dilation);
  }

  static boolean isImage(Shape shape) {
    return shape.rank() >= 3 && shape.rank() <= 5;
  }

  private static int[] ones(int count) {
    int[] ones = new int[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /// {@return height and width, behind the depth where there is one}
  static int[] spatial(Shape shape) {
    int[] dims = shape.dims().subList(2, shape.rank()).stream().mapToInt(dim -> dim).toArray();
    return filled(dims);
  }

  /// {@return the same for two axes at least}
  static int[] filled(int[] sizes) {
    return sizes.length == 1 ? new int[] {1, sizes[0]} : sizes;
  }

  /// {@return a positive number for height and width, and depth where there is one, or absent}
  static Optional<int[]> sizes(NodeImport node, String name, int axes) {
    return node.attributes().integers(name, axes, 1, MAX).map(Window::filled);
  }

  /// {@return whether there are three axes, which are other kernels' matter}
  boolean isVolume() {
    return axes == 3;
  }

  /// {@return the same windows, over three axes}
  Window volume() {
    return isVolume()
        ? this
        : new Window(
            3,
            behind(in, 1),
            behind(out, 1),
            behind(kernel, 1),
            behind(stride, 1),
            behind(padBegin, 0),
            behind(padEnd, 0),
            behind(dilation, 1));
  }

  private static int[] behind(int[] sizes, int first) {
    return new int[] {first, sizes[0], sizes[1]};
  }

  /// {@return the shape of what the windows give}
  Shape result(NodeImport node, int batch, int channels) {
    List<Integer> dims = new ArrayList<>(List.of(batch, channels));
    for (int i = out.length - axes; i < out.length; i++) {
      dims.add(out[i]);
    }
    return Shapes.of(node, dims);
  }

  /// Checks that every window holds at least one element of the image, without which a pool has no value.
  void requireElements(NodeImport node) {
    node.require(
        IntStream.range(0, in.length).allMatch(this::holdElements),
        "a window lies in the padding alone");
  }

  /// Of the windows that begin inside, the last is nearest to the end. Of those that begin in the padding, the first
  /// skips most; where each enters the image repeats after as many windows as the dilation at most.
  boolean holdElements(int i) {
    if ((out[i] - 1) * stride[i] - padBegin[i] >= in[i]
        || (padBegin[i] + dilation[i] - 1) / dilation[i] >= kernel[i]) {
      return false;
    }
    int outside = Math.min(out[i], (padBegin[i] + stride[i] - 1) / stride[i]);
    int distinct = in[i] >= dilation[i] ? 0 : Math.min(outside, dilation[i]);
    for (int o = 0; o < distinct; o++) {
      if (Math.floorMod(o * stride[i] - padBegin[i], dilation[i]) >= in[i]) {
        return false;
      }
    }
    return true;
  }

  /// {@return whether a last window reaches beyond the padding}
  boolean reachesBeyond() {
    for (int i = 0; i < in.length; i++) {
      int last = (out[i] - 1) * stride[i] + (kernel[i] - 1) * dilation[i];
      if (last >= in[i] + padBegin[i] + padEnd[i]) {
        return true;
      }
    }
    return false;
  }

  boolean hasPadding() {
    return Arrays.stream(padBegin).sum() + Arrays.stream(padEnd).sum() > 0;
  }

  /// {@return the same windows over an image that has its padding}
  Window padded() {
    int[] size = in.clone();
    Arrays.setAll(size, i -> in[i] + padBegin[i] + padEnd[i]);
    int[] none = new int[in.length];
    return new Window(axes, size, out, kernel, stride, none, none, dilation);
  }

  /// {@return the scalars from the kernel's sizes to the dilations, as the kernels' records have them}
  int[] scalars() {
    return Stream.of(kernel, stride, padBegin, dilation).flatMapToInt(Arrays::stream).toArray();
  }

  /// The sizes of a random node that slides windows: over one to three axes.
  ///
  /// @param image of each axis; likewise the kernel
  @SuppressWarnings("ArrayRecordComponent") // made here, read once
  record Sizes(int[] image, int[] kernel) {
    /// Gives a node strides, paddings and dilations.
    ///
    /// @param convolution whether padding may reach as far as it likes, since padding alone has a value
    static Sizes random(CaseMaker make, CaseMaker.Draft node, boolean convolution) {
      return random(make, node, convolution, make.oneIn(4) ? 3 : make.between(1, 2));
    }

    /// Of so many axes.
    static Sizes random(CaseMaker make, CaseMaker.Draft node, boolean convolution, int axes) {
      int[] image = new int[axes];
      int[] kernel = new int[axes];
      int[] stride = new int[axes];
      int[] dilation = new int[axes];
      int[] pads = new int[2 * axes];
      boolean dilated = convolution && make.oneIn(2);
      for (int i = 0; i < axes; i++) {
        kernel[i] = make.between(1, axes == 3 ? 2 : 4);
        stride[i] = make.between(1, 3);
        dilation[i] = dilated ? make.between(1, 2) : 1;
        image[i] = (kernel[i] - 1) * dilation[i] + (axes == 3 ? make.between(1, 3) : make.size());
        int most = convolution ? 3 : kernel[i] - 1;
        pads[i] = make.between(0, most);
        pads[i + axes] = make.between(0, most);
      }
      node.integers("strides", stride);
      if (dilated) {
        node.integers("dilations", dilation);
      }
      if (make.oneIn(4)) {
        node.text("auto_pad", make.one("SAME_UPPER", "SAME_LOWER", "VALID"));
      } else {
        node.integers("pads", pads);
      }
      return new Sizes(image, kernel);
    }

    /// {@return the dimensions of so many images of so many channels}
    int[] image(int batch, int channels) {
      return with(image, batch, channels);
    }

    /// {@return the dimensions of a convolution's weights}
    int[] weights(int outChannels, int perGroup) {
      return with(kernel, outChannels, perGroup);
    }

    /// Gives a pool its attribute.
    void kernelShape(CaseMaker.Draft node) {
      node.integers("kernel_shape", kernel);
    }

    private static int[] with(int[] last, int first, int second) {
      int[] dims = new int[last.length + 2];
      dims[0] = first;
      dims[1] = second;
      System.arraycopy(last, 0, dims, 2, last.length);
      return dims;
    }
  }
}
