package opml.formats.onnx.operator;

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

/// ArgMax and ArgMin along one axis, as int64.
enum ArgOperator implements Operator {
  MAX(
      "ArgMax",
      "where the largest element lies along an axis, the first or the last of equal ones"),
  MIN("ArgMin", "where the least element lies along an axis, the first or the last of equal ones");

  private static final int LAST_CAN_BE_SELECTED = 12;

  private final String label;
  private final String summary;

  ArgOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary).with(Way.KERNEL, NumberTypes.NUMBERS);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0);
    node.requireType(x.type() != ElementType.BOOL, x.type(), "numbers are supported");
    ElementType as = NumberTypes.computedAs(x.type());
    Shape shape = x.shape();
    int rank = shape.rank();
    int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
    boolean keep = node.attributes().flag("keepdims", true);
    boolean last = node.attributes().flag("select_last_index", false);
    node.attributes().end();
    node.call((this == MAX ? "argmax." : "argmin.") + as.label())
        .read(node.cast(x, as))
        .write(ElementType.I64, Axes.reduced(shape, List.of(axis), keep))
        .ints("axis", Axes.around(shape, axis))
        .flag("selectLast", last)
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int rank = make.between(1, 4);
    CaseMaker.Draft node = make.node(declaration().since());
    if (node.opset() >= LAST_CAN_BE_SELECTED) {
      node.flag("select_last_index", make.oneIn(2));
    }
    return node.given(make.tensor(make.one(NumberTypes.NUMBERS), make.dims(rank)))
        .integer("axis", make.between(0, rank - 1))
        .flag("keepdims", make.oneIn(2))
        .end();
  }
}
