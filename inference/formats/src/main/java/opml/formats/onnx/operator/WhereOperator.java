package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
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

/// Where: elements of a where a condition holds, else those of b, all three broadcast together.
final class WhereOperator implements Operator {
  private static final int SINCE = 9;

  private static final int LOOPS = 6;

  private static final Declaration DECLARATION =
      Declaration.of("Where", "a where the condition holds, else b")
          .since(SINCE)
          .with(Way.KERNEL, ElementType.BOOL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(3, 3);
    node.attributes().end();
    Value a = node.input(1);
    Value b = node.input(2);
    node.require(a.type() == b.type(), "types differ", a.describe() + " and " + b.describe());
    node.define(select(node, "", node.input(0, ElementType.BOOL), a, b));
  }

  /// {@return a where a truth value is 1, else b}
  ///
  /// @param what names the call; where it is empty, the call writes the node's result
  static Value select(NodeImport node, String what, Value condition, Value a, Value b) {
    List<Value> operands = List.of(condition, a, b);
    Shape shape = operands.getFirst().shape();
    for (Value operand : operands) {
      shape = Broadcast.shape(node, shape, operand.shape());
    }
    List<int[]> loops = loops(shape, operands);
    if (loops.size() > LOOPS) {
      List<Value> whole = new ArrayList<>();
      for (Value operand : operands) {
        whole.add(node.broadcast(what + "whole" + whole.size(), operand, shape));
      }
      operands = whole;
      loops = loops(shape, operands);
    }
    int[] sizes = new int[LOOPS];
    Arrays.fill(sizes, 1);
    int[][] routes =
        new int[operands.size()][LOOPS + 1]; // where each begins, which is 0, and its strides
    for (int i = 0; i < loops.size(); i++) {
      int loop = LOOPS - loops.size() + i;
      sizes[loop] = loops.get(i)[0];
      for (int operand = 0; operand < routes.length; operand++) {
        routes[operand][loop + 1] = loops.get(i)[operand + 1];
      }
    }
    NodeImport.Call call = node.call("select.b" + a.type().bytes());
    operands.forEach(call::read);
    return OneCall.write(call, what, a.type(), shape)
        .ints("loops", sizes)
        .ints("condition", routes[0])
        .ints("a", routes[1])
        .ints("b", routes[2])
        .emitPart();
  }

  /// {@return the sizes of loops, outermost first, each with the strides of the operands}; what all of them run through
  /// alike is one
  private static List<int[]> loops(Shape shape, List<Value> operands) {
    List<int[]> loops = new ArrayList<>();
    int[] strides = new int[operands.size()];
    Arrays.fill(strides, 1);
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      int[] next = new int[1 + operands.size()];
      next[0] = shape.dim(axis);
      for (int i = 0; i < operands.size(); i++) {
        Shape own = operands.get(i).shape();
        int at = axis - shape.rank() + own.rank();
        if (at >= 0 && own.dim(at) != 1) {
          next[1 + i] = strides[i];
          strides[i] *= own.dim(at);
        }
      }
      if (next[0] == 1) {
        continue;
      }
      if (!loops.isEmpty() && continues(loops.getFirst(), next)) {
        loops.getFirst()[0] *= next[0];
      } else {
        loops.addFirst(next);
      }
    }
    return loops;
  }

  private static boolean continues(int[] inner, int[] outer) {
    for (int i = 1; i < inner.length; i++) {
      if (outer[i] != inner[i] * inner[0]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.type();
    int[] dims = make.dims(make.between(0, 4));
    CaseMaker.Draft node = make.node(SINCE).given(make.tensor(ElementType.BOOL, some(make, dims)));
    return node.either(make.tensor(type, some(make, dims)))
        .either(make.tensor(type, some(make, dims)))
        .end();
  }

  private static int[] some(CaseMaker make, int[] dims) {
    int[] own = dims.clone();
    Arrays.setAll(own, i -> make.oneIn(3) ? 1 : dims[i]);
    return own;
  }
}
