package opml.formats.onnx.operator;

import java.util.List;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// DepthToSpace and SpaceToDepth: blocks of an image's pixels from channels, and to them.
enum BlockMoveOperator implements Operator {
  DEPTH_TO_SPACE("DepthToSpace", "channels become blocks of pixels"),
  SPACE_TO_DEPTH("SpaceToDepth", "blocks of pixels become channels");

  private static final String COLUMNS_LAST = "CRD";
  private static final String DEPTH_LAST = "DCR";

  private final String label;
  private final String summary;

  BlockMoveOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary).withAll(Way.KERNEL);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0);
    Shape shape = x.shape();
    node.require(shape.rank() == 4, "the input is no batch of images", "" + shape);
    int block = node.attributes().integer("blocksize", 0, 1, Integer.MAX_VALUE);
    node.require(block > 0, "attribute blocksize is missing");
    int batch = shape.dim(0);
    int channels = shape.dim(1);
    int height = shape.dim(2);
    int width = shape.dim(3);
    switch (this) {
      case DEPTH_TO_SPACE -> {
        String mode = node.attributes().text("mode", DEPTH_LAST);
        node.require(mode.equals(DEPTH_LAST) || mode.equals(COLUMNS_LAST), "unknown mode", mode);
        int depth = channels / block / block;
        node.require(
            (long) depth * block * block == channels,
            "the channels are no whole blocks",
            "" + shape);
        boolean depthLast = mode.equals(DEPTH_LAST);
        Shape blocks =
            depthLast
                ? Shapes.of(node, batch, block, block, depth, height, width)
                : Shapes.of(node, batch, depth, block, block, height, width);
        List<Integer> order = depthLast ? List.of(0, 3, 4, 1, 5, 2) : List.of(0, 1, 4, 2, 5, 3);
        Shape result = Shapes.of(node, batch, depth, height * block, width * block);
        move(node, x, Walk.of(blocks).transposed(order), result);
      }
      case SPACE_TO_DEPTH -> {
        node.require(
            height % block == 0 && width % block == 0, "the image is no whole blocks", "" + shape);
        int rows = height / block;
        int columns = width / block;
        Shape blocks = Shapes.of(node, batch, channels, rows, block, columns, block);
        List<Integer> order = List.of(0, 3, 5, 1, 2, 4);
        Shape result = Shapes.of(node, batch, channels * block * block, rows, columns);
        move(node, x, Walk.of(blocks).transposed(order), result);
      }
    }
  }

  private static void move(NodeImport node, Value x, Walk walk, Shape result) {
    node.attributes().end();
    node.define(node.moves().of("blocks", x, walk, result));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int block = make.between(1, 3);
    int first = make.between(1, 2);
    int[] dims =
        this == DEPTH_TO_SPACE
            ? new int[] {first, block * block * make.between(1, 2), make.size(), make.size()}
            : new int[] {
              first, make.between(1, 3), block * make.between(1, 3), block * make.size()
            };
    CaseMaker.Draft node = make.node(declaration().since()).either(make.tensor(make.type(), dims));
    node.integer("blocksize", block);
    return this == DEPTH_TO_SPACE && node.opset() >= 11
        ? node.text("mode", make.one(DEPTH_LAST, COLUMNS_LAST)).end()
        : node.end();
  }
}
