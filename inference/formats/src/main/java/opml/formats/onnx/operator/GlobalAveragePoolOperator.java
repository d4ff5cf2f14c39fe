package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// GlobalAveragePool: the mean of each channel's plane.
final class GlobalAveragePoolOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("GlobalAveragePool", "the mean of each channel's plane")
          .with(Way.KERNEL, ElementType.F32);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    node.attributes().end();
    Value x = node.input(0, ElementType.F32);
    Shape in = x.shape();
    node.require(in.rank() >= 3, "the input has no planes", x.describe());
    List<Integer> dims = new ArrayList<>(in.dims());
    dims.subList(2, dims.size()).replaceAll(dim -> 1);
    node.call("globalaveragepool.f32")
        .read(x)
        .write(ElementType.F32, new Shape(dims))
        .ints("planes size", in.countOf(0, 2), in.countOf(2, in.rank()))
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    return make.node(DECLARATION.since()).given(make.floats(make.dims(make.between(3, 5)))).end();
  }
}
