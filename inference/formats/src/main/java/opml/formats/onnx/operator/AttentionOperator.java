package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// ONNX's Attention: of heads, (batch, heads, sequence, width), or of (batch, sequence, all heads side by side), with
/// keys and values of runs before, masks, a causal order, and a limit of the products.
final class AttentionOperator implements Operator {
  private static final int PADDED_KEYS = 24;
  private static final int MOST_PLACES = 1 << 23;
  private static final int MOST_HEADS = 1 << 16;

  private static final Declaration DECLARATION =
      Declaration.of(
              "Attention", "softmax(q·k·scale + mask)·v of each head, with keys and values before")
          .since(23)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(3, node.opset() >= PADDED_KEYS ? 7 : 6, 4);
    Floats floats = Floats.of(node, 0);
    Composition all = new Composition(node);
    int heads = node.attributes().integer("q_num_heads", 0, 0, MOST_HEADS);
    int shared = node.attributes().integer("kv_num_heads", 0, 0, MOST_HEADS);
    boolean isCausal = node.attributes().flag("is_causal", false);
    float declared = node.attributes().real("scale", 0);
    float limit = node.attributes().real("softcap", 0);
    int stage = node.attributes().integer("qk_matmul_output_mode", 0, 0, 3);
    int precision = node.attributes().integer("softmax_precision", 1, 1, 16);
    node.require(precision != OnnxType.DOUBLE.code(), "softmax_precision double is not supported");
    node.attributes().end();
    node.require(limit >= 0, "softcap is below 0", "" + limit);
    boolean sideBySide = floats.input(0).shape().rank() == 3;
    Value q = heads(all, floats, 0, sideBySide, heads);
    Value newKeys = heads(all, floats, 1, sideBySide, shared);
    Value newValues = heads(all, floats, 2, sideBySide, shared);
    Optional<Value> keysBefore = floats.optional(4);
    Optional<Value> valuesBefore = floats.optional(5);
    node.require(
        keysBefore.isPresent() == valuesBefore.isPresent(),
        "there are keys of before without values, or values without keys");
    Value k = keysBefore.map(before -> all.joined(2, before, newKeys)).orElse(newKeys);
    Value v = valuesBefore.map(before -> all.joined(2, before, newValues)).orElse(newValues);
    int queries = q.shape().dim(2);
    int count = k.shape().dim(2);
    List<Value> addends = new ArrayList<>();
    node.optional(3).ifPresent(mask -> addends.add(mask(all, floats, mask, count)));
    Optional<Value> padded =
        node.optional(6)
            .map(
                value -> {
                  node.requireType(
                      value.type() == ElementType.I64, value.type(), "int64 is supported");
                  int batch = q.shape().dim(0);
                  node.require(
                      value.shape().equals(Shape.of(batch)),
                      "the lengths are not one for each sequence",
                      value.describe());
                  return value.reshaped(Shapes.of(node, batch, 1, 1, 1));
                });
    if (isCausal && padded.isPresent() && keysBefore.isEmpty()) {
      // The last query is the last key that counts.
      node.require(
          (long) queries * count <= MOST_PLACES,
          "a causal order of so many queries and keys with lengths is not supported",
          queries + " and " + count);
      long[] ends = new long[Math.multiplyExact(queries, count)];
      for (int i = 0; i < ends.length; i++) {
        ends[i] = (long) (i % count) - i / count + queries;
      }
      Value key = all.whole(Shape.of(queries, count), ends);
      addends.add(additive(all, all.isAtMost(key, padded.get())));
    } else if (isCausal) {
      int before = count - newKeys.shape().dim(2);
      AttentionCore.causal(all, queries, count, before).ifPresent(addends::add);
    }
    padded.ifPresent(
        lengths -> addends.add(additive(all, all.isLess(all.places(count, 4), lengths))));
    float scale = AttentionCore.scale(declared, q.shape().dim(3));
    boolean mayHide = node.optional(3).isPresent() || padded.isPresent();
    AttentionCore core = AttentionCore.of(all, q, k, v, scale, limit, addends, mayHide);
    floats.define(0, sideBySide ? AttentionCore.sideBySide(all, core.result()) : core.result());
    floats.define(1, k);
    floats.define(2, v);
    floats.define(
        3,
        switch (stage) {
          case 0 -> core.products();
          case 1 -> core.limited();
          case 2 -> core.biased();
          default -> core.weights();
        });
  }

  private static Value heads(
      Composition all, Floats floats, int input, boolean sideBySide, int heads) {
    Value x = floats.input(input);
    NodeImport node = all.node();
    int rank = sideBySide ? 3 : 4;
    node.require(
        x.shape().rank() == rank && x.shape().count() > 0,
        "queries, keys and values must be of 3 or 4 axes, all alike",
        x.describe());
    if (!sideBySide) {
      node.require(
          heads == 0 || heads == x.shape().dim(1),
          "the number of heads is not the one that is declared",
          x.describe());
      return x;
    }
    node.require(heads > 0, "q_num_heads or kv_num_heads is missing");
    return AttentionCore.heads(all, x, 0, x.shape().dim(2), heads);
  }

  /// {@return what is added to the products of so many keys; a mask of fewer lets no other be seen}
  private static Value mask(Composition all, Floats floats, Value mask, int keys) {
    NodeImport node = all.node();
    Shape shape = mask.shape();
    node.require(shape.rank() >= 1, "the mask has no axis", mask.describe());
    int own = shape.dim(shape.rank() - 1);
    node.require(own <= keys && own > 0, "the mask is of more keys than there are", "" + shape);
    boolean broadcasts = own == 1;
    if (mask.type() == ElementType.BOOL) {
      Value added = additive(all, mask);
      return broadcasts ? added : filled(all, added, keys);
    }
    Value added = floats.input(3);
    return broadcasts ? added : filled(all, added, keys);
  }

  private static Value filled(Composition all, Value mask, int keys) {
    Shape shape = mask.shape();
    int last = shape.rank() - 1;
    int missing = keys - shape.dim(last);
    if (missing == 0) {
      return mask;
    }
    Shape rest = shape.with(last, missing);
    Walk walk = Walk.of(Shape.SCALAR).broadcast(rest);
    return all.joined(last, mask, all.along(all.number(Float.NEGATIVE_INFINITY), walk));
  }

  private static Value additive(Composition all, Value condition) {
    return all.select(condition, all.number(0), all.number(Float.NEGATIVE_INFINITY));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    int batch = make.between(1, 2);
    int shared = make.between(1, 2);
    int heads = shared * make.between(1, 2);
    int width = make.size();
    int ofValues = make.oneIn(2) ? width : make.size();
    int queries = make.size();
    int keys = make.size();
    int before = make.oneIn(3) ? make.between(1, 3) : 0;
    boolean isCausal = make.oneIn(2);
    if (isCausal && before > 0) {
      keys = queries;
    }
    int all = keys + before;
    boolean sideBySide = make.oneIn(2);
    if (sideBySide) {
      node.given(make.tensor(type, batch, queries, heads * width))
          .given(make.tensor(type, batch, keys, shared * width))
          .either(make.tensor(type, batch, keys, shared * ofValues))
          .integer("q_num_heads", heads)
          .integer("kv_num_heads", shared);
    } else {
      node.given(make.tensor(type, batch, heads, queries, width))
          .given(make.tensor(type, batch, shared, keys, width))
          .either(make.tensor(type, batch, shared, keys, ofValues));
    }
    boolean isPadded = node.opset() >= PADDED_KEYS && before == 0 && make.oneIn(4);
    int[] shape =
        make.oneIn(2)
            ? new int[] {queries, all}
            : new int[] {make.one(1, batch), make.one(1, heads), make.one(1, queries), all};
    if (make.oneIn(2)) {
      node.either(make.oneIn(2) ? seen(make, all, shape) : make.tensor(type, shape));
    } else if (before > 0 || isPadded) {
      node.absent();
    }
    if (before > 0) {
      node.given(make.tensor(type, batch, shared, before, width))
          .given(make.tensor(type, batch, shared, before, ofValues));
    }
    if (isPadded) {
      if (node.operands() == 3) {
        node.absent();
      }
      node.absent().absent().given(make.whole(ElementType.I64, 1, all, batch));
    }
    if (isCausal) {
      node.flag("is_causal", true);
    }
    if (make.oneIn(3)) {
      node.real("softcap", 1.5f);
    }
    if (make.oneIn(3)) {
      node.real("scale", 0.75f);
    }
    return node.integer("qk_matmul_output_mode", make.between(0, 3))
        .outputs(before > 0 ? make.one(3, 4) : make.one(1, 3, 4))
        .end();
  }

  /// {@return truth values of which the first of each so many is true}
  static Tensor seen(CaseMaker make, int each, int... dims) {
    byte[] bytes = make.tensor(ElementType.BOOL, dims).bytes();
    for (int i = 0; i < bytes.length; i += each) {
      bytes[i] = 1;
    }
    return Tensor.ofBytes(ElementType.BOOL, Shape.of(dims), bytes);
  }
}
