package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// CumSum and CumProd: sums or products of all elements up to each, along an axis that is known at import.
enum RunningOperator implements Operator {
  PRODUCT("CumProd", 26, "cumprod", "products of the elements up to each"),
  SUM("CumSum", 11, "cumsum", "sums of the elements up to each");

  private final String label;
  private final int since;
  private final String kernel;
  private final String summary;

  RunningOperator(String label, int since, String kernel, String summary) {
    this.label = label;
    this.since = since;
    this.kernel = kernel;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary).since(since).with(Way.KERNEL, NumberTypes.NUMBERS);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Value x = node.input(0);
    node.requireType(x.type() != ElementType.BOOL, x.type(), "numbers are supported");
    long[] named = node.integers(1);
    node.require(named.length == 1, "the axis is not one number");
    int rank = x.shape().rank();
    int axis = node.axis(Math.clamp(named[0], -rank - 1, rank), rank);
    boolean exclusive = node.attributes().flag("exclusive", false);
    boolean reverse = node.attributes().flag("reverse", false);
    node.attributes().end();
    ElementType as = NumberTypes.computedAs(x.type());
    Value y =
        node.call(kernel + "." + as.label())
            .named("running")
            .read(node.cast(x, as))
            .writePart(as, x.shape())
            .ints("axis", Axes.around(x.shape(), axis))
            .flag("exclusive", exclusive)
            .flag("reverse", reverse)
            .emitPart();
    node.define(node.cast(y, x.type()));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int rank = make.between(1, 3);
    return make.node(since)
        .given(make.tensor(make.one(NumberTypes.NUMBERS), make.dims(rank)))
        .constant(Tensor.ofLongs(Shape.SCALAR, make.between(-rank, rank - 1)))
        .flag("exclusive", make.oneIn(2))
        .flag("reverse", make.oneIn(2))
        .end();
  }
}
