package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
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

/// Col2Im over one to three axes: the columns of windows, added up where the windows were.
final class Col2ImOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("Col2Im", "windows' columns, added up where the windows were")
          .since(18)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(3, 3);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    int[] image = sizes(node, 1);
    int[] block = sizes(node, 2);
    int axes = image.length;
    node.require(axes >= 1 && axes <= 3 && block.length == axes, "one to three axes are supported");
    int[] ones = new int[axes];
    Arrays.fill(ones, 1);
    int[] strides = node.attributes().integers("strides", axes, 1, Window.MAX).orElse(ones);
    int[] dilations = node.attributes().integers("dilations", axes, 1, Window.MAX).orElse(ones);
    int[] pads =
        node.attributes().integers("pads", 2 * axes, 0, Window.MAX).orElse(new int[2 * axes]);
    node.attributes().end();
    int[] positions = new int[axes];
    long columns = 1;
    long kernel = 1;
    for (int i = 0; i < axes; i++) {
      int room = image[i] + pads[i] + pads[i + axes] - (block[i] - 1) * dilations[i] - 1;
      node.require(room >= 0, "the block is larger than the padded image");
      positions[i] = room / strides[i] + 1;
      columns *= positions[i];
      kernel *= block[i];
    }
    node.require(
        x.shape().rank() == 3 && x.shape().dim(1) % kernel == 0 && x.shape().dim(2) == columns,
        "the columns do not fit the blocks",
        x.describe() + " for " + columns + " columns of " + kernel);
    int channels = (int) (x.shape().dim(1) / kernel);
    List<Integer> dims = new ArrayList<>(List.of(x.shape().dim(0), channels));
    Arrays.stream(image).forEach(dims::add);
    Value y =
        node.call("col2im.f32")
            .named("image")
            .read(x)
            .writePart(ElementType.F32, Shapes.of(node, dims))
            .ints("planes", x.shape().dim(0) * channels)
            .ints("positions", ConvTransposeOperator.three(positions, 1))
            .ints("out", ConvTransposeOperator.three(image, 1))
            .ints(
                "window",
                Stream.of(
                        ConvTransposeOperator.three(block, 1),
                        ConvTransposeOperator.three(strides, 1),
                        ConvTransposeOperator.three(Arrays.copyOf(pads, axes), 0),
                        ConvTransposeOperator.three(dilations, 1))
                    .flatMapToInt(Arrays::stream)
                    .toArray())
            .emitPart();
    floats.define(0, y);
  }

  private static int[] sizes(NodeImport node, int index) {
    long[] sizes = node.integers(index);
    for (long size : sizes) {
      node.require(size >= 1 && size <= 1 << 20, "a size is out of range", "" + size);
    }
    return Arrays.stream(sizes).mapToInt(size -> (int) size).toArray();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int axes = make.between(1, 3);
    long[] image = new long[axes];
    long[] block = new long[axes];
    int columns = 1;
    int kernel = 1;
    for (int i = 0; i < axes; i++) {
      block[i] = make.between(1, 2);
      int positions = make.between(1, 3);
      image[i] = block[i] + positions - 1;
      columns *= positions;
      kernel *= (int) block[i];
    }
    return make.node(DECLARATION.since())
        .given(Floats.random(make, make.between(1, 2), kernel * make.between(1, 2), columns))
        .constant(Tensor.ofLongs(Shape.of(axes), image))
        .constant(Tensor.ofLongs(Shape.of(axes), block))
        .end();
  }
}
