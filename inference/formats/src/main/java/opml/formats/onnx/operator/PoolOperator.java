package opml.formats.onnx.operator;

import java.util.List;
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

/// MaxPool, AveragePool and LpPool over one to three spatial axes.
record PoolOperator(Kind kind) implements Operator {
  @SuppressWarnings("ImmutableEnumChecker") // an array that nobody changes
  enum Kind {
    MAXIMUM(
        "MaxPool",
        "the largest element of each window over one to three axes, and where it is",
        ElementType.F32,
        ElementType.F16,
        ElementType.BF16,
        ElementType.I8,
        ElementType.U8),
    AVERAGE(
        "AveragePool",
        "the mean of each window over one to three axes, with or without the padding",
        ElementType.F32,
        ElementType.F16,
        ElementType.BF16),
    NORM(
        "LpPool",
        "the p-norm of each window over one to three axes",
        ElementType.F32,
        ElementType.F16,
        ElementType.BF16);

    private final String label;
    private final String summary;
    private final ElementType[] types;

    Kind(String label, String summary, ElementType... types) {
      this.label = label;
      this.summary = summary;
      this.types = types;
    }

    private Declaration declaration() {
      return Declaration.of(label, summary).with(Declaration.Way.KERNEL, types);
    }
  }

  private static final int MOST_POWER = 64;
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
    node.arity(1, 1, kind == Kind.MAXIMUM ? 2 : 1);
    Value given = node.input(0);
    node.requireType(
        declaration().types(Declaration.Way.KERNEL).contains(given.type()),
        given.type(),
        "floats and, for the largest element, bytes are supported");
    Floats floats = new Floats(node, given.type());
    Value x = node.cast(given, ElementType.F32);
    boolean ceil = node.attributes().flag("ceil_mode", false);
    Window window = Window.ofPool(node, x, ceil);
    window.requireElements(node);
    Shape in = x.shape();
    int planes = in.countOf(0, 2);
    Shape result = window.result(node, in.dim(0), in.dim(1));
    switch (kind) {
      case MAXIMUM -> {
        int order = node.attributes().integer("storage_order", 0, 0, 1); // of the indices
        node.attributes().end();
        if (window.isVolume() || node.wants(1)) {
          List<Value> both =
              start(node, "maxpool3d.f32", x, planes, window.volume())
                  .writePart(ElementType.F32, result)
                  .writePart(ElementType.I64, result)
                  .ints("columnMajor", order)
                  .emitAll();
          floats.define(0, both.getFirst());
          node.define(1, both.getLast());
        } else {
          Value y =
              start(node, "maxpool.f32", x, planes, window)
                  .writePart(ElementType.F32, result)
                  .emitPart();
          floats.define(0, y);
        }
      }
      case AVERAGE -> floats.define(0, means(node, x, window, ceil));
      case NORM -> {
        int p = node.attributes().integer("p", 2, 1, MOST_POWER);
        node.attributes().end();
        Value y =
            start(node, "lppool3d.f32", x, planes, window.volume())
                .writePart(ElementType.F32, result)
                .ints("p", p)
                .emitPart();
        floats.define(0, y);
      }
    }
  }

  /// {@return the means of windows of (batch, channels, …) float32, by the attributes that AveragePool has}
  static Value means(NodeImport node, Value x) {
    boolean ceil = node.attributes().flag("ceil_mode", false);
    Window window = Window.ofPool(node, x, ceil);
    window.requireElements(node);
    return means(node, x, window, ceil);
  }

  private static Value means(NodeImport node, Value x, Window window, boolean ceil) {
    boolean countPadding = node.attributes().flag("count_include_pad", false);
    node.attributes().end();
    boolean countBeyond = !ceil && node.opset() < NOTHING_BEYOND_COUNTS;
    int planes = x.shape().countOf(0, 2);
    Shape result = window.result(node, x.shape().dim(0), x.shape().dim(1));
    return window.isVolume()
        ? meanOfVolumes(node, x, planes, window, result, countPadding, countBeyond)
        : mean(node, x, planes, window, result, countPadding, countBeyond);
  }

  /// {@return the greatest elements of windows of (batch, channels, height, width) float32, by the attributes that
  /// MaxPool has}
  static Value greatest(NodeImport node, Value x) {
    Window window = Window.ofPool(node, x, node.attributes().flag("ceil_mode", false));
    window.requireElements(node);
    node.require(!window.isVolume(), "three spatial axes are not supported");
    node.attributes().end();
    return start(node, "maxpool.f32", x, x.shape().countOf(0, 2), window)
        .writePart(ElementType.F32, window.result(node, x.shape().dim(0), x.shape().dim(1)))
        .emitPart();
  }

  private static Value mean(
      NodeImport node,
      Value given,
      int planes,
      Window declared,
      Shape result,
      boolean countPadding,
      boolean countBeyond) {
    Value x = given;
    Window window = declared;
    boolean counts = countPadding;
    if (countPadding && !countBeyond && window.reachesBeyond()) {
      // so the padding becomes part of the image, and what is inside is counted
      x = window.hasPadding() ? padded(node, x, planes, window) : x;
      window = window.padded();
      counts = false;
    }
    return start(node, "averagepool.f32", x, planes, window)
        .writePart(ElementType.F32, result)
        .flag("countIncludePad", counts)
        .emitPart();
  }

  private static Value meanOfVolumes(
      NodeImport node,
      Value x,
      int planes,
      Window window,
      Shape result,
      boolean countPadding,
      boolean countBeyond) {
    int[] border = new int[6];
    for (int i = 0; i < 3 && countPadding; i++) {
      border[i] = window.padBegin()[i];
      border[i + 3] =
          window.padEnd()[i] + (countBeyond ? window.kernel()[i] * window.dilation()[i] : 0);
    }
    return start(node, "averagepool3d.f32", x, planes, window)
        .writePart(ElementType.F32, result)
        .ints("counted", border)
        .emitPart();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(kind.declaration().since());
    Window.Sizes sizes = Window.Sizes.random(make, node, false);
    ElementType type = make.one(kind.types);
    node.given(make.tensor(type, sizes.image(make.between(1, 2), make.between(1, 3))));
    sizes.kernelShape(node);
    if (node.opset() >= PARTIAL_WINDOWS) {
      node.flag("ceil_mode", make.oneIn(2));
    }
    return switch (kind) {
      case MAXIMUM -> node.end();
      case AVERAGE ->
          node.opset() >= COUNTS_PADDING
              ? node.flag("count_include_pad", make.oneIn(2)).end()
              : node.end();
      case NORM -> node.integer("p", make.between(1, 4)).end();
    };
  }

  /// A call with all but what it writes, and what only its kernel has.
  private static NodeImport.Call start(
      NodeImport node, String kernel, Value x, int planes, Window window) {
    return node.call(kernel)
        .named("pool")
        .read(x)
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
