package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

/// GridSample of images of two axes, and since opset 20 of three.
final class GridSampleOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "GridSample", "an image at given places: its nearest elements, or between them")
          .since(16)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  private static final List<String> PADDING = List.of("zeros", "border", "reflection");

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Value grid = floats.input(1);
    int axes = x.shape().rank() - 2;
    node.require(
        (axes == 2 || axes == 3)
            && grid.shape().rank() == axes + 2
            && grid.shape().dim(0) == x.shape().dim(0)
            && grid.shape().dim(axes + 1) == axes,
        "the grid does not fit an image of two or three axes",
        x.describe() + " and " + grid.describe());
    String name = node.attributes().text("mode", "linear");
    int mode =
        switch (name) {
          case "nearest" -> 0;
          case "linear", "bilinear" -> 1;
          case "cubic", "bicubic" -> 2;
          default -> throw new RefusedNode("unknown mode", name);
        };
    node.require(mode < 2 || axes == 2, "cubic is for images of two axes");
    String outside = node.attributes().text("padding_mode", "zeros");
    int padding = PADDING.indexOf(outside);
    node.require(padding >= 0, "unknown padding_mode", outside);
    boolean aligned = node.attributes().flag("align_corners", false);
    node.attributes().end();
    List<Integer> dims = new ArrayList<>(x.shape().dims().subList(0, 2));
    dims.addAll(grid.shape().dims().subList(1, axes + 1));
    Value y =
        node.call(axes == 2 ? "gridsample2d.f32" : "gridsample3d.f32")
            .named("sampled")
            .read(x)
            .read(grid)
            .writePart(ElementType.F32, Shapes.of(node, dims))
            .ints("batch channels", x.shape().dim(0), x.shape().dim(1))
            .ints("in", spatial(x.shape(), 2, axes))
            .ints("out", spatial(grid.shape(), 1, axes))
            .ints("mode padding", mode, padding)
            .flag("aligned", aligned)
            .emitPart();
    floats.define(0, y);
  }

  private static int[] spatial(Shape shape, int from, int axes) {
    return shape.dims().subList(from, from + axes).stream().mapToInt(dim -> dim).toArray();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int axes = make.between(2, 3);
    int[] image = new int[axes + 2];
    int[] grid = new int[axes + 2];
    Arrays.setAll(image, _ -> make.between(1, 4));
    Arrays.setAll(grid, i -> i == 0 ? image[0] : i == axes + 1 ? axes : make.between(1, 3));
    return node.given(Floats.random(make, image))
        .given(make.floats(grid))
        .text(
            "mode",
            axes == 2 ? make.one("nearest", "linear", "bicubic") : make.one("nearest", "linear"))
        .text("padding_mode", make.one("zeros", "border", "reflection"))
        .flag("align_corners", make.oneIn(2))
        .end();
  }
}
