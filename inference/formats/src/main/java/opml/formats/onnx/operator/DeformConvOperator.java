package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// DeformConv over one or two spatial axes.
final class DeformConvOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("DeformConv", "the convolution of elements at places that are moved")
          .since(19)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(3, 5);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Value w = floats.input(1);
    Value offset = floats.input(2);
    ConvolutionShape conv = ConvolutionShape.of(node, x, w);
    Window window = conv.window();
    node.require(window.axes() == 2, "an image of two axes is supported", x.describe());
    Optional<Value> bias = floats.optional(3);
    bias.ifPresent(value -> conv.requirePerChannel(node, value.shape(), "bias"));
    int moved = node.attributes().integer("offset_group", 1, 1, Integer.MAX_VALUE);
    node.attributes().end();
    node.require(
        conv.inChannels() % moved == 0, "offset_group does not divide the channels", "" + moved);
    int kernel = window.kernel()[0] * window.kernel()[1];
    Shape places = Shape.of(conv.batch(), moved * kernel, window.out()[0], window.out()[1]);
    Shape twice = Shape.of(conv.batch(), 2 * moved * kernel, window.out()[0], window.out()[1]);
    node.require(
        offset.shape().equals(twice),
        "the offsets do not fit",
        offset.describe() + ", not " + twice);
    Value mask = floats.orElse(4, "ones", 1f, places);
    node.require(
        mask.shape().equals(places), "the mask does not fit", mask.describe() + ", not " + places);
    NodeImport.Call call =
        node.call("deformconv.f32")
            .named("y")
            .read(x)
            .read(w)
            .readOrZeros(bias, 4L * conv.outChannels())
            .read(offset)
            .read(mask)
            .writePart(ElementType.F32, conv.result())
            .ints("offsetGroups", moved);
    floats.define(0, conv.scalars(call).emitPart());
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int moved = make.between(1, 2);
    int groups = make.between(1, 2);
    int channels = moved * groups;
    int kernel = make.between(1, 2);
    int size = make.between(2, 4);
    int out = size - kernel + 1;
    int pad = make.between(0, 1);
    int places = out + 2 * pad;
    node.given(Floats.random(make, 1, channels, size, size))
        .either(make.floats(groups, moved, kernel, kernel))
        .given(make.floats(1, 2 * moved * kernel * kernel, places, places));
    if (make.oneIn(2)) {
      node.either(make.floats(groups));
    } else {
      node.absent();
    }
    if (make.oneIn(2)) {
      node.given(make.floats(1, moved * kernel * kernel, places, places));
    }
    return node.integer("group", groups)
        .integer("offset_group", moved)
        .integers("pads", pad, pad, pad, pad)
        .end();
  }
}
