package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Attributes;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// ConvTranspose over one to three spatial axes. A shape that is asked for and is larger than what the windows reach
/// has the bias alone at its end.
final class ConvTransposeOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "ConvTranspose",
              "the convolution's transpose over one to three axes: each element by a window of weights, added up")
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Value w = floats.input(1);
    node.require(
        Window.isImage(x.shape()) && w.shape().rank() == x.shape().rank(),
        "supported are images of one to three axes, and weights of as many",
        x.describe() + " and " + w.describe());
    int axes = x.shape().rank() - 2;
    int channels = x.shape().dim(1);
    Attributes attributes = node.attributes();
    int groups = attributes.integer("group", 1, 1, Integer.MAX_VALUE);
    node.require(
        w.shape().dim(0) == channels && channels % groups == 0,
        "the weights do not fit the channels",
        w.describe() + " for " + channels + " channels in " + groups + " groups");
    int outChannels = w.shape().dim(1) * groups;
    int[] kernel = dims(w.shape());
    attributes
        .integers("kernel_shape", axes, 1, Window.MAX)
        .ifPresent(
            declared ->
                node.require(
                    Arrays.equals(declared, kernel), "kernel_shape differs from the weights"));
    for (int size : kernel) {
      node.require(size >= 1 && size <= Window.MAX, "kernels are not 1 to " + Window.MAX);
    }
    int[] strides = attributes.integers("strides", axes, 1, Window.MAX).orElse(filled(axes, 1));
    int[] dilations = attributes.integers("dilations", axes, 1, Window.MAX).orElse(filled(axes, 1));
    int[] pads = attributes.integers("pads", 2 * axes, 0, Window.MAX).orElse(new int[2 * axes]);
    int[] more = attributes.integers("output_padding", axes, 0, Window.MAX).orElse(new int[axes]);
    Optional<int[]> wanted =
        attributes
            .longs("output_shape")
            .map(shape -> Arrays.copyOfRange(shape, Math.max(0, shape.length - axes), shape.length))
            .map(shape -> Arrays.stream(shape).mapToInt(Math::toIntExact).toArray());
    String auto = attributes.text("auto_pad", "NOTSET");
    attributes.end();
    Optional<Value> bias = floats.optional(2);
    bias.ifPresent(
        value ->
            node.require(
                value.shape().equals(Shape.of(outChannels)),
                "the bias must have one number for each channel",
                value.describe() + " for " + outChannels + " channels"));
    int[] out = new int[axes];
    int[] begin = new int[axes];
    for (int i = 0; i < axes; i++) {
      long reach =
          (x.shape().dim(i + 2) - 1L) * strides[i] + (kernel[i] - 1L) * dilations[i] + 1 + more[i];
      boolean same = auto.startsWith("SAME_");
      long size;
      if (wanted.isPresent() || same) {
        size = wanted.isPresent() ? wanted.get()[i] : (long) x.shape().dim(i + 2) * strides[i];
        int total = Math.clamp(reach - size, 0, Integer.MAX_VALUE);
        begin[i] = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
      } else {
        boolean explicit = auto.equals("NOTSET") || auto.isEmpty();
        node.require(
            explicit || auto.equals("VALID"), "auto_pad " + Names.shown(auto) + " does not exist");
        begin[i] = explicit ? pads[i] : 0;
        size = reach - (explicit ? pads[i] + pads[i + axes] : 0);
      }
      node.require(size >= 1 && size <= Integer.MAX_VALUE, "an axis of the result has no size");
      out[i] = (int) size;
    }
    List<Integer> dims = new ArrayList<>(List.of(x.shape().dim(0), outChannels));
    Arrays.stream(out).forEach(dims::add);
    Value y =
        node.call("convtranspose.f32")
            .named("y")
            .read(x)
            .read(w)
            .readOrZeros(bias, 4L * outChannels)
            .writePart(ElementType.F32, Shapes.of(node, dims))
            .ints(
                "batch inChannels outChannels groups",
                x.shape().dim(0),
                channels,
                outChannels,
                groups)
            .ints("in", three(dims(x.shape()), 1))
            .ints("out", three(out, 1))
            .ints(
                "window",
                Stream.of(three(kernel, 1), three(strides, 1), three(begin, 0), three(dilations, 1))
                    .flatMapToInt(Arrays::stream)
                    .toArray())
            .emitPart();
    floats.define(0, y);
  }

  private static int[] dims(Shape shape) {
    return shape.dims().subList(2, shape.rank()).stream().mapToInt(dim -> dim).toArray();
  }

  private static int[] filled(int size, int value) {
    int[] all = new int[size];
    Arrays.fill(all, value);
    return all;
  }

  /// {@return sizes of three axes, of which the last are given}
  static int[] three(int[] last, int first) {
    int[] all = filled(3, first);
    System.arraycopy(last, 0, all, 3 - last.length, last.length);
    return all;
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int axes = make.between(1, 3);
    int groups = make.between(1, 2);
    int perGroup = make.between(1, 2);
    int channels = groups * make.between(1, 2);
    int[] image = new int[axes + 2];
    int[] weights = new int[axes + 2];
    int[] strides = new int[axes];
    int[] dilations = new int[axes];
    int[] pads = new int[2 * axes];
    int[] more = new int[axes];
    image[0] = make.between(1, 2);
    image[1] = channels;
    weights[0] = channels;
    weights[1] = perGroup;
    for (int i = 0; i < axes; i++) {
      image[i + 2] = make.between(1, 3);
      weights[i + 2] = make.between(2, 3);
      strides[i] = make.between(1, 3);
      dilations[i] = make.between(1, 2);
      pads[i] = make.between(0, 1);
      more[i] = make.between(0, strides[i] - 1);
    }
    node.given(Floats.random(make, image)).either(make.floats(weights));
    if (make.oneIn(2)) {
      node.either(make.floats(perGroup * groups));
    }
    node.integer("group", groups).integers("strides", strides).integers("dilations", dilations);
    if (make.oneIn(3)) {
      return node.text("auto_pad", make.one("SAME_UPPER", "SAME_LOWER", "VALID")).end();
    }
    return node.integers("pads", pads).integers("output_padding", more).end();
  }
}
