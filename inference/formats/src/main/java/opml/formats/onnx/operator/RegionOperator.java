package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// MaxRoiPool and RoiAlign: each of some rectangles of an image in a grid of cells. RoiAlign's `adaptive` number of
/// samples is bounded by the image: `spec/numerics.md`.
enum RegionOperator implements Operator {
  POOL("MaxRoiPool", "the largest element of each cell of rectangles of an image"),
  ALIGN(
      "RoiAlign",
      "the mean of samples of each cell of rectangles of an image, or the largest part");

  private static final int SINCE_ALIGN = 10;

  /// Since then pixels' centres are halves unless a mode says otherwise.
  private static final int HAS_MODES = 16;

  private static final int MOST_CELLS = 1 << 12;

  private final String label;
  private final String summary;

  RegionOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    Declaration all =
        Declaration.of(label, summary)
            .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);
    return this == ALIGN ? all.since(SINCE_ALIGN) : all;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(this == ALIGN ? 3 : 2, this == ALIGN ? 3 : 2);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Value regions = floats.input(1);
    int numbers = this == ALIGN ? 4 : 5;
    node.require(x.shape().rank() == 4, "the input is no image", x.describe());
    node.require(
        regions.shape().rank() == 2 && regions.shape().dim(1) == numbers,
        "regions do not have " + numbers + " numbers",
        regions.describe());
    int count = regions.shape().dim(0);
    int[] out = out(node);
    float scale = node.attributes().real("spatial_scale", 1f);
    Shape in = x.shape();
    NodeImport.Call call =
        node.call(this == ALIGN ? "roialign.f32" : "roipool.f32")
            .named("regions")
            .read(x)
            .read(regions);
    if (this == ALIGN) {
      Value images = node.input(2, ElementType.I64);
      node.require(
          images.shape().equals(Shape.of(count)),
          "batch_indices are not as many as regions",
          images.describe());
      call.read(images);
      String mode = node.attributes().text("mode", "avg");
      node.require(mode.equals("avg") || mode.equals("max"), "unknown mode", mode);
      String places =
          node.opset() >= HAS_MODES
              ? node.attributes().text("coordinate_transformation_mode", "half_pixel")
              : "output_half_pixel";
      boolean halves = places.equals("half_pixel");
      node.require(
          halves || places.equals("output_half_pixel"), "unknown mode of coordinates", places);
      call.ints("samples", node.attributes().integer("sampling_ratio", 0, 0, MOST_CELLS))
          .flag("atLeastOne", !halves)
          .flag("greatest", mode.equals("max"))
          .real("offset", halves ? 0.5f : 0f);
    }
    node.attributes().end();
    Value y =
        call.writePart(ElementType.F32, Shapes.of(node, count, in.dim(1), out[0], out[1]))
            .ints("batch channels", in.dim(0), in.dim(1))
            .ints("in", in.dim(2), in.dim(3))
            .ints("count", count)
            .ints("out", out)
            .real("scale", scale)
            .emitPart();
    floats.define(0, y);
  }

  private int[] out(NodeImport node) {
    return this == ALIGN
        ? new int[] {
          node.attributes().integer("output_height", 1, 1, MOST_CELLS),
          node.attributes().integer("output_width", 1, 1, MOST_CELLS)
        }
        : node.attributes()
            .integers("pooled_shape", 2, 1, MOST_CELLS)
            .orElseThrow(() -> new RefusedNode("pooled_shape is missing", ""));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    int batch = make.between(1, 2);
    int count = make.between(1, 3);
    node.given(Floats.random(make, batch, make.between(1, 2), make.size(), make.size()))
        .given(make.whole(ElementType.F32, -2, 12, count, this == ALIGN ? 4 : 5))
        .real("spatial_scale", 0.5f);
    if (this == POOL) {
      return node.integers("pooled_shape", make.between(1, 3), make.between(1, 3)).end();
    }
    node.given(make.whole(ElementType.I64, -1, batch, count))
        .integer("output_height", make.between(1, 3))
        .integer("output_width", make.between(1, 3))
        .integer("sampling_ratio", make.between(0, 2))
        .text("mode", make.one("avg", "max"));
    return node.opset() >= HAS_MODES
        ? node.text("coordinate_transformation_mode", make.one("half_pixel", "output_half_pixel"))
            .end()
        : node.end();
  }
}
