package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Value;

/// The second operand of operators of two. Since opset 7 both are broadcast as numpy does; before, nothing broadcasts
/// unless `broadcast` says so, and then `b` alone: it is a part of a's shape that begins at `axis`, or else its end.
final class Alignment {
  private static final int NUMPY_BROADCASTING = 7;

  private Alignment() {}

  /// {@return input 1, in a shape that numpy's broadcasting takes for what it was}
  static Value second(NodeImport node) {
    Value b = node.input(1);
    if (node.opset() >= NUMPY_BROADCASTING) {
      return b;
    }
    Shape a = node.input(0).shape();
    boolean broadcast = node.attributes().flag("broadcast", false);
    boolean hasAxis = node.attributes().has("axis");
    int axis = node.attributes().integer("axis", 0, -a.rank(), a.rank());
    Shape shape = b.shape();
    if (!broadcast) {
      node.require(
          shape.equals(a), "shapes differ, without the attribute broadcast", a + " and " + shape);
      return b;
    }
    if (!hasAxis) {
      axis = a.rank() - shape.rank();
    } else if (axis < 0) {
      axis += a.rank();
    }
    int behind = a.rank() - shape.rank() - axis;
    node.require(
        axis >= 0 && behind >= 0, "b is no part of a", shape + " at axis " + axis + " of " + a);
    List<Integer> dims = new ArrayList<>(shape.dims());
    dims.addAll(Collections.nCopies(behind, 1));
    return b.reshaped(new Shape(dims));
  }

  /// Both operands of a node.
  record Operands(Value a, Value b) {}

  /// {@return both operands, of which the data may decide how much is there: of both the same, or of one along an axis
  ///     along which the other one is repeated. As much is there of all that the node defines}
  static Operands counted(NodeImport node) {
    Value a = node.counted(0);
    Value b = node.counted(1);
    if (a.count().isEmpty() && b.count().isEmpty()) {
      return new Operands(a, second(node));
    }
    int rank = Math.max(a.shape().rank(), b.shape().rank());
    Optional<Value.Count> count = placed(a, rank).or(() -> placed(b, rank));
    int axis = count.orElseThrow().axis();
    node.require(
        node.opset() >= NUMPY_BROADCASTING
            && (placed(a, rank).equals(placed(b, rank))
                || repeats(a, rank, axis)
                || repeats(b, rank, axis)),
        "the data decide the size of one input, along an axis of the other one");
    node.carry(count);
    return new Operands(a.whole(), b.whole());
  }

  /// {@return how much of a value is there, by the axes of what it is broadcast to}
  private static Optional<Value.Count> placed(Value value, int rank) {
    int more = rank - value.shape().rank();
    return value.count().map(count -> new Value.Count(more + count.axis(), count.number()));
  }

  /// {@return whether a value that is there as a whole is the same at all places of an axis}
  private static boolean repeats(Value value, int rank, int axis) {
    int own = axis - (rank - value.shape().rank());
    return value.count().isEmpty() && (own < 0 || value.shape().dim(own) == 1);
  }

  /// {@return a random node of two operands}
  static OperatorCase random(CaseMaker make, int since, ElementType aType, ElementType bType) {
    CaseMaker.Draft node = make.node(since);
    boolean numpy = node.opset() >= NUMPY_BROADCASTING;
    int rank = make.between(1, 5);
    int[] aDims = make.dims(rank);
    int[] bDims = Arrays.copyOfRange(aDims, numpy ? make.between(0, rank - 1) : 0, rank);
    if (numpy && make.oneIn(8)) {
      // each repeats along every other axis, which is more loops than the kernels have
      aDims = new int[] {2, 1, 3, 1, 2};
      bDims = new int[] {1, 2, 1, make.size(), 1};
    } else if (numpy) {
      for (int[] dims : List.of(aDims, bDims)) {
        Arrays.setAll(dims, i -> make.oneIn(3) ? 1 : dims[i]);
      }
    }
    Tensor b = make.tensor(bType, bDims);
    return node.given(make.tensor(aType, aDims)).either(b).end();
  }
}
