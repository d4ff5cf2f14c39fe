package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Transpose: the axes in another order, by default turned around.
final class TransposeOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("Transpose", "the same elements, the axes in another order")
          .withAll(Way.KERNEL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value given = node.counted(0);
    Value x = given.whole();
    int rank = x.shape().rank();
    List<Integer> axes =
        node.attributes()
            .integers("perm", rank, 0, Math.max(0, rank - 1))
            .map(order -> IntStream.of(order).boxed().toList())
            .orElseGet(() -> IntStream.range(0, rank).boxed().toList().reversed());
    node.attributes().end();
    node.require(
        axes.stream().distinct().count() == rank, "perm names an axis twice", axes.toString());
    node.carry(
        given.count().map(count -> new Value.Count(axes.indexOf(count.axis()), count.number())));
    node.define(node.transposed("order", x, axes));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int rank = make.between(1, 4);
    CaseMaker.Draft node =
        make.node(DECLARATION.since()).either(make.tensor(make.type(), make.dims(rank)));
    if (make.oneIn(3)) {
      return node.end();
    }
    List<Integer> axes = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    Collections.rotate(axes, make.between(0, rank - 1));
    return node.integers("perm", axes.stream().mapToInt(axis -> axis).toArray()).end();
  }
}
