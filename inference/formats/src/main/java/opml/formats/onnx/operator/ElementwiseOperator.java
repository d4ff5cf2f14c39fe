package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.operator.Broadcast.Loop;

/// Add, Sub, Mul and Div with broadcasting. Of constant integers all four are constants, as exporters compute shapes
/// with them; of floats the kernels have Add and Mul.
enum ElementwiseOperator implements Operator {
  ADD("Add", "a + b", "add.f32"),
  SUBTRACT("Sub", "a - b", ""),
  MULTIPLY("Mul", "a·b", "mul.f32"),
  DIVIDE("Div", "a / b, whole numbers towards zero", "");

  private static final int LOOPS = 4;
  private static final int NUMPY_BROADCASTING = 7;

  private final String label;
  private final String summary;
  private final String kernel;

  ElementwiseOperator(String label, String summary, String kernel) {
    this.label = label;
    this.summary = summary;
    this.kernel = kernel;
  }

  @Override
  public Declaration declaration() {
    Declaration folds =
        Declaration.of(label, summary + ", each repeated to the other's shape")
            .with(Way.CONSTANT, ElementType.I32, ElementType.I64);
    return kernel.isEmpty() ? folds : folds.with(Way.KERNEL, ElementType.F32);
  }

  @Override
  public boolean needsConstants(OnnxNode node) {
    return kernel.isEmpty();
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Value a = node.input(0);
    Value b = node.input(1);
    if (node.opset() < NUMPY_BROADCASTING) {
      b = aligned(node, a.shape(), b);
    }
    node.attributes().end();
    if (isInteger(a) && a.isConstant() && b.isConstant()) {
      fold(node, a, b);
      return;
    }
    if (kernel.isEmpty()) {
      throw node.unsupported();
    }
    for (Value value : List.of(a, b)) {
      node.requireType(
          value.type() == ElementType.F32,
          value.type(),
          "float and integer constants are supported");
    }
    Shape result = Broadcast.shape(node, a.shape(), b.shape());
    Broadcast broadcast = Broadcast.of(node, a, a.shape(), 1, b, b.shape(), 1, LOOPS);
    List<Loop> loops = broadcast.loops();
    int[] dims = new int[LOOPS];
    int[] aStrides = new int[LOOPS];
    int[] bStrides = new int[LOOPS];
    Arrays.fill(dims, 1);
    int aStride = 1;
    int bStride = 1;
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(loops.size() - 1 - i);
      int at = LOOPS - 1 - i;
      dims[at] = loop.size();
      aStrides[at] = loop.aRepeats() ? 0 : aStride;
      bStrides[at] = loop.bRepeats() ? 0 : bStride;
      aStride *= loop.aRepeats() ? 1 : loop.size();
      bStride *= loop.bRepeats() ? 1 : loop.size();
    }
    node.call(kernel)
        .read(broadcast.a())
        .read(broadcast.b())
        .write(ElementType.F32, result)
        .ints("loops", dims)
        .ints("a", aStrides)
        .ints("b", bStrides)
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
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
    if (kernel.isEmpty() || make.oneIn(4)) {
      ElementType type = make.one(ElementType.I32, ElementType.I64);
      return node.constant(make.whole(type, -100, 100, aDims))
          .constant(make.whole(type, 1, 100, bDims))
          .end();
    }
    return node.given(make.floats(aDims)).either(make.floats(bDims)).end();
  }

  /// Before opset 7 nothing broadcasts unless `broadcast` says so, and then `b` alone: it is a part of a's shape that
  /// begins at `axis`, or else its end.
  private static Value aligned(NodeImport node, Shape a, Value b) {
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

  private static boolean isInteger(Value value) {
    return value.type() == ElementType.I64 || value.type() == ElementType.I32;
  }

  private void fold(NodeImport node, Value a, Value b) {
    node.require(a.type() == b.type(), "types differ", a.describe() + " and " + b.describe());
    Shape shape = Broadcast.shape(node, a.shape(), b.shape());
    Tensor result = node.foldable(a.type(), shape);
    Tensor left = a.constant().orElseThrow();
    Tensor right = b.constant().orElseThrow();
    for (int i = 0; i < shape.count(); i++) {
      long x = left.integer(index(shape, a.shape(), i));
      long y = right.integer(index(shape, b.shape(), i));
      Elements.put(result, i, apply(node, x, y));
    }
    node.defineConstant(result);
  }

  private long apply(NodeImport node, long x, long y) {
    return switch (this) {
      case ADD -> x + y;
      case SUBTRACT -> x - y;
      case MULTIPLY -> x * y;
      case DIVIDE -> {
        node.require(y != 0, "an integer is divided by zero");
        yield x / y;
      }
    };
  }

  /// {@return the index in an operand of what the result has at `index`}
  private static int index(Shape result, Shape operand, int index) {
    int at = 0;
    int stride = 1;
    int rest = index;
    for (int axis = result.rank() - 1; axis >= 0; axis--) {
      int own = axis - result.rank() + operand.rank();
      if (own >= 0) {
        at += operand.dim(own) == 1 ? 0 : rest % result.dim(axis) * stride;
        stride *= operand.dim(own);
      }
      rest /= result.dim(axis);
    }
    return at;
  }
}
