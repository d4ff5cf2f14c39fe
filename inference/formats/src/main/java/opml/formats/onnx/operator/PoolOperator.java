package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// MaxPool and AveragePool over one or two spatial axes. MaxPool's second output, the indices, is not supported.
record PoolOperator(Kind kind) implements Operator {
  enum Kind {
    MAXIMUM("MaxPool", "the largest element of each window over one or two axes"),
    AVERAGE(
        "AveragePool", "the mean of each window over one or two axes, with or without the padding");

    private final String label;
    private final String summary;

    Kind(String label, String summary) {
      this.label = label;
      this.summary = summary;
    }

    private Declaration declaration() {
      return Declaration.of(label, summary).with(Declaration.Way.KERNEL, ElementType.F32);
    }
  }

  private static final int COUNTS_PADDING = 7;
  private static final int PARTIAL_WINDOWS = 10;

  /// Before, a kernel larger than the padded image counts as a whole in an average that counts padding, unless
  /// `ceil_mode` is set.
  private static final int NOTHING_BEYOND_COUNTS = 19;

  @Override
  public Declaration declaration() {
    return kind.declaration();
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0, ElementType.F32);
    boolean ceil = node.attributes().flag("ceil_mode", false);
    Window window = Window.ofPool(node, x, ceil);
    window.requireElements(node);
    Shape in = x.shape();
    int planes = in.countOf(0, 2);
    Shape result = window.result(node, in.dim(0), in.dim(1));
    switch (kind) {
      case MAXIMUM -> {
        node.attributes().integer("storage_order", 0, 0, 1); // of the indices
        node.attributes().end();
        call(node, "maxpool.f32", x, planes, window, result).emit();
      }
      case AVERAGE -> {
        boolean countPadding = node.attributes().flag("count_include_pad", false);
        node.attributes().end();
        boolean countBeyond = !ceil && node.opset() < NOTHING_BEYOND_COUNTS;
        if (countPadding && !countBeyond && window.reachesBeyond()) {
          // so the padding becomes part of the image, and what is inside is counted
          x = window.hasPadding() ? padded(node, x, planes, window) : x;
          window = window.padded();
          countPadding = false;
        }
        call(node, "averagepool.f32", x, planes, window, result)
            .flag("countIncludePad", countPadding)
            .emit();
      }
    }
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(kind.declaration().since());
    Window.Sizes sizes = Window.Sizes.random(make, node, false);
    node.given(make.floats(sizes.image(make.between(1, 2), make.between(1, 3))));
    sizes.kernelShape(node);
    if (node.opset() >= PARTIAL_WINDOWS) {
      node.flag("ceil_mode", make.oneIn(2));
    }
    return kind == Kind.AVERAGE && node.opset() >= COUNTS_PADDING
        ? node.flag("count_include_pad", make.oneIn(2)).end()
        : node.end();
  }

  private static NodeImport.Call call(
      NodeImport node, String kernel, Value x, int planes, Window window, Shape result) {
    return node.call(kernel)
        .read(x)
        .write(ElementType.F32, result)
        .ints("planes", planes)
        .ints("in", window.in())
        .ints("out", window.out())
        .ints("window", window.scalars());
  }

  /// A convolution of each plane with one, which only pads. It makes +0 of -0, which no sum that begins at +0 can tell.
  private static Value padded(NodeImport node, Value x, int planes, Window window) {
    Window padded = window.padded();
    int height = padded.in()[0];
    int width = padded.in()[1];
    return node.call("conv2d.f32")
        .named("padded")
        .read(x)
        .derived("one", Tensor.ofFloats(Shape.SCALAR, 1))
        .readOrZeros(Optional.empty(), ElementType.F32.bytes())
        .writePart(ElementType.F32, Shapes.of(node, planes, 1, height, width))
        .ints("batch inChannels outChannels groups", planes, 1, 1, 1)
        .ints("in", window.in())
        .ints("out", height, width)
        .ints("window", 1, 1, 1, 1, window.padBegin()[0], window.padBegin()[1], 1, 1)
        .emitPart();
  }
}
