package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// ReverseSequence: the first steps of each sequence of a batch, as many as it is long, turned around.
final class ReverseSequenceOperator implements Operator {
  private static final int SINCE = 10;

  private static final Declaration DECLARATION =
      Declaration.of("ReverseSequence", "the first steps of each sequence turned around")
          .since(SINCE)
          .withAll(Way.KERNEL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Value x = node.input(0);
    Shape shape = x.shape();
    node.require(shape.rank() >= 2, "the input has less than two axes", x.describe());
    int batch = node.attributes().integer("batch_axis", 1, 0, 1);
    int time = node.attributes().integer("time_axis", 0, 0, 1);
    node.attributes().end();
    node.require(batch != time, "time and batch are one axis");
    Value lengths = node.input(1, ElementType.I64);
    node.require(
        lengths.shape().count() == shape.dim(batch),
        "the lengths are not one for each sequence",
        lengths.describe());
    node.call("reversesequence")
        .read(x)
        .read(lengths)
        .write(x.type(), shape)
        .ints("batch", shape.dim(batch))
        .ints("time", shape.dim(time))
        .ints("inner", shape.countOf(2, shape.rank()))
        .flag("timeFirst", time == 0)
        .ints("log", Integer.numberOfTrailingZeros(x.type().bytes()))
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int[] dims = make.dims(make.between(2, 3));
    boolean timeFirst = make.oneIn(2);
    return make.node(SINCE)
        .given(make.tensor(make.type(), dims))
        .either(make.whole(ElementType.I64, 0, dims[timeFirst ? 0 : 1], dims[timeFirst ? 1 : 0]))
        .integer("time_axis", timeFirst ? 0 : 1)
        .integer("batch_axis", timeFirst ? 1 : 0)
        .end();
  }
}
