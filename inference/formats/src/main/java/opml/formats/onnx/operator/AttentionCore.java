package opml.formats.onnx.operator;

import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// Attention by scaled dot products (Vaswani et al., 2017), which all operators of it have in common: the products of
/// queries and keys, limited by a tanh, masks and biases added to them, softmax, and the sums of the values that it
/// weighs. Heads of queries may share those of keys and values (Ainslie et al., 2023), in their order.
///
/// @param products of each query and key, scaled: (batch, heads, queries, keys)
/// @param limited these, below the limit
/// @param biased these, with all that is added
/// @param weights softmax of these
/// @param result (batch, heads, queries, width of a value)
record AttentionCore(Value products, Value limited, Value biased, Value weights, Value result) {
  /// @param q (batch, heads, queries, width)
  /// @param k (batch, fewer heads, keys, width)
  /// @param v (batch, fewer heads, keys, width of a value)
  /// @param scale of the products
  /// @param limit which the products never reach; none if 0
  /// @param addends that broadcast to (batch, heads, queries, keys)
  /// @param mayHide whether they may let a query see no key at all, of which the weights are 0
  static AttentionCore of(
      Composition all,
      Value q,
      Value k,
      Value v,
      float scale,
      float limit,
      List<Value> addends,
      boolean mayHide) {
    NodeImport node = all.node();
    Shape queries = q.shape();
    Shape keys = k.shape();
    Shape values = v.shape();
    int batch = queries.dim(0);
    int heads = queries.dim(1);
    int shared = keys.dim(1);
    node.require(
        keys.dim(0) == batch
            && values.dim(0) == batch
            && values.dim(1) == shared
            && values.dim(2) == keys.dim(2)
            && keys.dim(3) == queries.dim(3)
            && shared > 0
            && heads % shared == 0
            && queries.count() > 0
            && keys.count() > 0
            && values.count() > 0,
        "queries, keys and values do not fit together",
        queries + ", " + keys + " and " + values);
    // Heads that share are neighbours, so that they are the rows of one matrix.
    int rows = heads / shared * queries.dim(2);
    int count = keys.dim(2);
    Value scaled = all.scaled(q, scale).reshaped(Shape.of(batch, shared, rows, queries.dim(3)));
    Shape shape = Shapes.of(node, batch, heads, queries.dim(2), count);
    Value products = all.matrices(scaled, false, k, true).reshaped(shape);
    Value limited = products;
    if (limit != 0) {
      Value part = all.scaled(products, 1 / limit);
      limited = all.scaled(all.each("tanh.f32", part), limit);
    }
    Value biased = limited;
    for (Value addend : addends) {
      node.require(
          Broadcast.shape(node, addend.shape(), shape).equals(shape),
          "a mask or a bias does not fit",
          addend.describe() + " for " + shape);
      biased = all.sum(biased, addend);
    }
    Value weights = all.softmax(biased);
    if (mayHide) {
      weights = all.select(hidden(all, biased), all.number(0), weights);
    }
    Value result =
        all.matrices(weights.reshaped(Shape.of(batch, shared, rows, count)), false, v, false)
            .reshaped(Shapes.of(node, batch, heads, queries.dim(2), values.dim(3)));
    return new AttentionCore(products, limited, biased, weights, result);
  }

  /// {@return whether all numbers of a row are -infinity: (batch, heads, queries, 1)}
  private static Value hidden(Composition all, Value biased) {
    Shape shape = biased.shape();
    int keys = shape.dim(3);
    Value greatest =
        all.node()
            .call("reduce.max.f32")
            .named("greatest")
            .read(biased)
            .writePart(ElementType.F32, shape.with(3, 1))
            .ints("axis", shape.count() / keys, keys, 1)
            .emitPart();
    return all.isEqual(greatest, all.number(Float.NEGATIVE_INFINITY));
  }

  /// {@return 1 / sqrt(width), to which a scale of 0 or none is set}
  static float scale(float declared, int width) {
    return declared == 0 ? (float) (1 / Math.sqrt(width)) : declared;
  }

  /// {@return -infinity for each key that comes after a query, else 0: (queries, keys); nothing if none does}
  ///
  /// @param before keys before that of the first query
  static Optional<Value> causal(Composition all, int queries, int keys, int before) {
    if (before + 1 >= keys) {
      return Optional.empty();
    }
    NodeImport node = all.node();
    Value never = all.number(Float.NEGATIVE_INFINITY);
    Shape shape = Shapes.of(node, queries, keys);
    Value everywhere =
        node.moves().of("never", never, Walk.of(Shape.SCALAR).broadcast(shape), shape);
    return Optional.of(
        node.call("trilu")
            .named("causal")
            .read(everywhere)
            .derived("diagonal", Tensor.ofLongs(Shape.SCALAR, before + 1))
            .writePart(ElementType.F32, shape)
            .ints("batch", 1)
            .ints("rows", queries)
            .ints("columns", keys)
            .flag("upper", true)
            .ints("log", 2)
            .emitPart());
  }

  /// {@return heads of a width out of (batch, sequence, all heads side by side): (batch, heads, sequence, width)}
  ///
  /// @param from the first element of the last axis that is one of theirs
  /// @param count how many are
  static Value heads(Composition all, Value x, int from, int count, int heads) {
    all.node()
        .require(
            heads > 0 && count % heads == 0 && count > 0,
            "the heads do not divide the hidden size",
            heads + " heads of " + count);
    all.node()
        .require(
            x.shape().rank() == 3 && from + count <= x.shape().dim(2),
            "there is no (batch, sequence, hidden) of all heads",
            x.describe());
    Walk walk = Walk.of(x.shape()).sliced(2, from, count, 1).split(2, count / heads);
    return all.along(x, walk.transposed(List.of(0, 2, 1, 3)));
  }

  /// {@return (batch, sequence, all heads side by side) of heads}
  static Value sideBySide(Composition all, Value heads) {
    Shape shape = heads.shape();
    Value turned = all.turned(heads, 0, 2, 1, 3);
    return turned.reshaped(
        Shapes.of(all.node(), shape.dim(0), shape.dim(2), shape.dim(1) * shape.dim(3)));
  }
}
