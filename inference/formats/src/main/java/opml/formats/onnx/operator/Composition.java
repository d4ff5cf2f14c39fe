package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.ElementMoves;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;
import opml.formats.onnx.operator.OneCall.Real;
import opml.formats.onnx.operator.SplitProduct.Lines;

/// Calls that together are what one node computes, each with a number in its name. Values are of float32 unless
/// something else is said.
final class Composition {
  /// The operator set of what ONNX Runtime fuses and quantises.
  static final String MICROSOFT = "com.microsoft";

  private static final int EQUAL = 0;
  private static final int LESS = 1;
  private static final int AT_MOST = 2;
  private static final int BOTH = 0;

  private final NodeImport node;
  private int calls;

  Composition(NodeImport node) {
    this.node = node;
  }

  NodeImport node() {
    return node;
  }

  private String next(String what) {
    return what + calls++;
  }

  /// {@return a constant of one number}
  Value number(float number) {
    return node.constant(next("number"), Tensor.ofFloats(Shape.SCALAR, number));
  }

  /// {@return a + b, with numpy's broadcasting, as all of two operands}
  Value sum(Value a, Value b) {
    return PairCall.arithmetic(node, next("sum"), PairCall.SUM, a, b);
  }

  Value difference(Value a, Value b) {
    return PairCall.arithmetic(node, next("difference"), PairCall.DIFFERENCE, a, b);
  }

  Value product(Value a, Value b) {
    return PairCall.arithmetic(node, next("product"), PairCall.PRODUCT, a, b);
  }

  Value least(Value a, Value b) {
    return PairCall.arithmetic(node, next("least"), PairCall.LESSER, a, b);
  }

  Value greatest(Value a, Value b) {
    return PairCall.arithmetic(node, next("greatest"), PairCall.GREATER, a, b);
  }

  /// {@return x, times a number unless that is 1}
  Value scaled(Value x, float factor) {
    return factor == 1 ? x : product(x, number(factor));
  }

  /// {@return what a kernel makes of each number}
  Value each(String kernel, Value x, Real... parameters) {
    return OneCall.ofFloats(node, next(kernel), kernel, x, parameters);
  }

  /// {@return whether a = b, as truth values}
  Value isEqual(Value a, Value b) {
    return PairCall.of(node, next("equal"), "compare.f32", EQUAL, a, b, ElementType.BOOL);
  }

  /// {@return whether a < b, of int64, as truth values}
  Value isLess(Value a, Value b) {
    return PairCall.of(node, next("less"), "compare.i64", LESS, a, b, ElementType.BOOL);
  }

  /// {@return whether a <= b, of int64, as truth values}
  Value isAtMost(Value a, Value b) {
    return PairCall.of(node, next("atMost"), "compare.i64", AT_MOST, a, b, ElementType.BOOL);
  }

  /// {@return whether both of two truth values are 1}
  Value both(Value a, Value b) {
    return PairCall.of(node, next("both"), "logic.b1", BOTH, a, b, ElementType.BOOL);
  }

  /// {@return an operation of `whole.i64`}
  Value whole(int operation, Value a, Value b) {
    return PairCall.of(node, next("whole"), "whole.i64", operation, a, b, ElementType.I64);
  }

  /// {@return a constant of int64 numbers}
  Value whole(Shape shape, long... numbers) {
    node.countFolded((long) Long.BYTES * numbers.length);
    return node.constant(next("numbers"), Tensor.ofLongs(shape, numbers));
  }

  /// {@return the int64 numbers from 0 to n - 1, along the last of so many axes}
  Value places(int n, int rank) {
    long[] places = new long[n];
    List<Integer> dims = new ArrayList<>();
    for (int i = 1; i < rank; i++) {
      dims.add(1);
    }
    dims.add(n);
    for (int i = 0; i < n; i++) {
      places[i] = i;
    }
    return whole(new Shape(dims), places);
  }

  /// {@return a where a condition is, else b, of any type}
  Value select(Value condition, Value a, Value b) {
    return WhereOperator.select(node, next("select"), condition, a, b);
  }

  /// {@return rows of a matrix of any type, by int64 indices}
  Value rows(Value matrix, Value indices) {
    return GatherOperator.rows(node, next("rows"), matrix, indices);
  }

  /// {@return elements of any type along a way}
  Value along(Value x, Walk walk) {
    return node.moves().of(next("moved"), x, walk, Shapes.of(node, walk.dims()));
  }

  /// {@return so many places of an axis, from one on, of any type; the value itself where that is all}
  Value part(Value x, int axis, int from, int count) {
    node.require(x.shape().rank() > axis, "it has no axis " + axis, x.describe());
    return count == x.shape().dim(axis)
        ? x
        : along(x, Walk.of(x.shape()).sliced(axis, from, count, 1));
  }

  /// {@return the axes in another order}
  Value turned(Value x, Integer... axes) {
    return node.transposed(next("turned"), x, List.of(axes));
  }

  /// {@return a value of all parts}
  Value assembled(Shape shape, List<ElementMoves.Part> parts) {
    return node.moves().assembled(next("assembled"), ElementType.F32, shape, parts);
  }

  /// {@return values of one type, one behind the other along an axis}
  Value joined(int axis, Value... values) {
    List<Integer> dims = new ArrayList<>(values[0].shape().dims());
    node.require(dims.size() > axis, "parts have no axis " + axis, values[0].describe());
    int size = 0;
    for (Value value : values) {
      node.require(
          value.type() == values[0].type()
              && value.shape().rank() == dims.size()
              && value.shape().with(axis, 0).equals(values[0].shape().with(axis, 0)),
          "parts do not fit together",
          value.describe() + " and " + values[0].describe());
      size += value.shape().dim(axis);
    }
    dims.set(axis, size);
    Shape result = Shapes.of(node, dims);
    List<ElementMoves.Part> parts = new ArrayList<>();
    int at = 0;
    for (Value value : values) {
      int count = value.shape().dim(axis);
      Walk to = Walk.of(result).sliced(axis, at, count, 1);
      parts.add(new ElementMoves.Part(value, Walk.of(value.shape()), to));
      at += count;
    }
    return node.moves().assembled(next("joined"), values[0].type(), result, parts);
  }

  /// {@return the matrix products of the last two axes, either transposed before; leading axes broadcast}
  Value matrices(Value a, boolean transA, Value b, boolean transB) {
    Shape left = a.shape();
    Shape right = b.shape();
    node.require(
        left.rank() >= 2 && right.rank() >= 2, "operands are no matrices", left + " and " + right);
    int m = left.dim(left.rank() - (transA ? 1 : 2));
    int k = left.dim(left.rank() - (transA ? 2 : 1));
    int n = right.dim(right.rank() - (transB ? 2 : 1));
    node.require(
        right.dim(right.rank() - (transB ? 1 : 2)) == k && k > 0,
        "inner sizes differ",
        left + " and " + right);
    Shape aBatch = new Shape(left.dims().subList(0, left.rank() - 2));
    Shape bBatch = new Shape(right.dims().subList(0, right.rank() - 2));
    Shape batch = Broadcast.shape(node, aBatch, bBatch);
    List<Integer> dims = new ArrayList<>(batch.dims());
    dims.add(m);
    dims.add(n);
    Shape result = Shapes.of(node, dims);
    // the rows of a batch of matrices are those of one, if they are all multiplied by the same
    boolean one = bBatch.count() == 1 && (aBatch.count() == 1 || !transA);
    if (SplitProduct.isNeeded(node, a, b)) {
      node.require(one, "a weight that is larger than a slot must be one matrix");
      Lines lines = new Lines(a, aBatch.count() * m, k, !transA);
      return SplitProduct.of(node, lines, new Lines(b, n, k, transB)).reshaped(result);
    }
    Broadcast broadcast = Broadcast.of(node, a, aBatch, m * k, b, bBatch, k * n, 1);
    List<Broadcast.Loop> loops = broadcast.loops();
    boolean aRepeats = loops.isEmpty() || loops.getFirst().aRepeats();
    boolean bRepeats = loops.isEmpty() || loops.getFirst().bRepeats();
    return node.call("matmul.f32")
        .named(next("matrices"))
        .read(broadcast.a())
        .read(broadcast.b())
        .writePart(ElementType.F32, result)
        .ints("batch m n k", one ? 1 : batch.count(), one ? aBatch.count() * m : m, n, k)
        .ints("a.batch", one || aRepeats ? 0 : m * k)
        .ints("a.row a.column", transA ? 1 : k, transA ? m : 1)
        .ints("b.batch", one || bRepeats ? 0 : k * n)
        .ints("b.row b.column", transB ? 1 : n, transB ? k : 1)
        .emitPart();
  }

  /// {@return the matrix product of 8-bit values less their zero points, as float32}
  Value integers(Value a, Value b, Optional<Value> aZero, Optional<Value> bZero) {
    return node.cast(
        IntegerProductOperator.product(node, next("integers"), a, b, aZero, bZero),
        ElementType.F32);
  }

  /// {@return softmax along the last axis}
  Value softmax(Value x) {
    int n = x.shape().dim(x.shape().rank() - 1);
    return softmax(x, x.shape().count() / n, n, 1);
  }

  /// {@return softmax along the middle one of three axes}
  Value softmax(Value x, int outer, int n, int inner) {
    return node.call("softmax.f32")
        .named(next("softmax"))
        .read(x)
        .writePart(ElementType.F32, x.shape())
        .ints("axis", outer, n, inner)
        .emitPart();
  }

  /// {@return the mean of each row of n numbers}
  Value means(Value x, int n, Shape result) {
    node.require(n > 0, "there is nothing to take the mean of", x.describe());
    return node.call("globalaveragepool.f32")
        .named(next("means"))
        .read(x)
        .writePart(ElementType.F32, result)
        .ints("planes", x.shape().count() / n)
        .ints("size", n)
        .emitPart();
  }

  /// {@return bytes as floats: (x - zero) · scale, with one scale}
  Value dequantised(Value x, Value scale, Optional<Value> zero) {
    zero.ifPresent(
        value ->
            node.require(
                value.type() == x.type() && value.shape().count() == 1,
                "the zero point does not fit",
                value.describe() + " for " + x.describe()));
    requireScale(scale);
    return node.call("dequantize")
        .named(next("floats"))
        .read(x)
        .read(scale)
        .readOrZeros(zero, 1)
        .writePart(ElementType.F32, x.shape())
        .ints("channels.outer channels.channels channels.inner", 1, 1, x.shape().count())
        .flag("channels.perChannel", false)
        .flag("channels.unsigned", x.type() == ElementType.U8)
        .emitPart();
  }

  /// {@return floats as bytes: x / scale + zero, rounded, with one scale}
  ///
  /// @param otherwise the type of the bytes, if there is no zero point
  Value quantised(Value x, Value scale, Optional<Value> zero, ElementType otherwise) {
    requireScale(scale);
    ElementType type = zero.map(Value::type).orElse(otherwise);
    node.requireType(type.isQuantised(), type, "int8 and uint8 are supported");
    zero.ifPresent(
        value -> node.require(value.shape().count() == 1, "there are several zero points"));
    return node.call("quantize")
        .named(next("bytes"))
        .read(x)
        .read(scale)
        .readOrZeros(zero, 1)
        .writePart(type, x.shape())
        .ints("channels.outer channels.channels channels.inner", 1, 1, x.shape().count())
        .flag("channels.perChannel", false)
        .flag("channels.unsigned", type == ElementType.U8)
        .emitPart();
  }

  private void requireScale(Value scale) {
    node.requireType(scale.type() == ElementType.F32, scale.type(), "float is supported");
    node.require(scale.shape().count() == 1, "there are several scales", scale.describe());
  }
}
