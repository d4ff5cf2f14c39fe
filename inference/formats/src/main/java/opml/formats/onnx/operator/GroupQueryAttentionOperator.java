package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// ONNX Runtime's GroupQueryAttention (its ContribOperators.md): attention whose keys and values are written into a
/// cache, at the places that each sequence has come to, turned by their positions before if it is asked for.
///
/// How long the longest sequence is decides the shape of the cache, and must be known.
final class GroupQueryAttentionOperator implements Operator {
  private static final int MOST_HEADS = 1 << 16;
  private static final int SUM = 0;

  private static final Declaration DECLARATION =
      Declaration.of("GroupQueryAttention", "attention with a cache of keys and values")
          .in(Composition.MICROSOFT)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(7, 16, 3);
    Floats floats = Floats.of(node, 0);
    Composition all = new Composition(node);
    int heads = node.attributes().integer("num_heads", 0, 0, MOST_HEADS);
    int shared = node.attributes().integer("kv_num_heads", 0, 0, MOST_HEADS);
    node.require(heads > 0 && shared > 0, "attribute num_heads or kv_num_heads is missing");
    boolean causal = node.attributes().flag("causal", true);
    boolean rotates = node.attributes().flag("do_rotary", false);
    boolean interleaved = node.attributes().flag("rotary_interleaved", false);
    int window = node.attributes().integer("local_window_size", -1, -1, Integer.MAX_VALUE);
    float declared = node.attributes().real("scale", 0);
    float limit = node.attributes().real("softcap", 0);
    node.require(
        node.attributes().integer("smooth_softmax", 0, -1, 1) <= 0,
        "smooth_softmax is not supported");
    node.require(
        node.attributes().integer("qk_output", 0, 0, 2) == 0
            && !node.attributes().flag("sliding_window_cache", false)
            && node.attributes().text("k_quant_type", "NONE").equals("NONE")
            && node.attributes().text("v_quant_type", "NONE").equals("NONE"),
        "products as an output, sliding and quantised caches are not supported");
    node.attributes().integer("kv_cache_bit_width", 0, 0, 16);
    node.attributes().real("qk_norm_epsilon", 0);
    node.attributes().end();
    for (int i = 11; i < 16; i++) {
      node.require(node.optional(i).isEmpty(), "input " + i + " is not supported");
    }
    Value first = floats.input(0);
    node.require(
        first.shape().rank() == 3 && first.shape().count() > 0,
        "queries are not (batch, sequence, hidden)",
        first.describe());
    int batch = first.shape().dim(0);
    int sequence = first.shape().dim(1);
    Optional<Value> second = floats.optional(1);
    int hidden = first.shape().dim(2);
    node.require(
        second.isPresent() || hidden % (heads + 2 * shared) == 0,
        "the heads do not divide the hidden size",
        first.describe());
    int width = second.isPresent() ? hidden / heads : hidden / (heads + 2 * shared);
    Value q = AttentionCore.heads(all, first, 0, heads * width, heads);
    Value k =
        AttentionCore.heads(
            all,
            second.orElse(first),
            second.isPresent() ? 0 : heads * width,
            shared * width,
            shared);
    Value v =
        AttentionCore.heads(
            all,
            second.isPresent() ? floats.input(2) : first,
            second.isPresent() ? 0 : (heads + shared) * width,
            shared * width,
            shared);
    node.require(k.shape().dim(2) == sequence, "there are not as many keys as queries");
    long[] totals = node.integers(6);
    node.require(totals.length == 1, "the total length is not one number");
    long total = totals[0];
    node.require(total >= sequence && total <= 1 << 24, "the total length is wrong", "" + total);
    Value lengths = GatherOperator.indices(node, 5).reshaped(Shapes.of(node, batch, 1));
    node.require(
        node.input(5).shape().count() == batch, "the lengths are not one for each sequence");
    // the place of each sequence's first query: of a prompt, which may be padded behind, the first
    // one
    Value begins =
        total == sequence
            ? all.whole(Shape.of(batch, 1), new long[batch])
            : all.whole(SUM, lengths, all.whole(Shape.SCALAR, 1L - sequence));
    Value places = all.whole(SUM, begins, all.places(sequence, 1));
    if (rotates) {
      Value positions = node.optional(9).isPresent() ? GatherOperator.indices(node, 9) : places;
      node.require(
          positions.shape().equals(Shape.of(batch, sequence)),
          "there is no position for each query",
          "" + positions.shape());
      q = turned(all, floats, q, positions, interleaved);
      k = turned(all, floats, k, positions, interleaved);
    }
    Value keys = cached(all, floats.optional(3), k, places, (int) total);
    Value values = cached(all, floats.optional(4), v, places, (int) total);
    floats.define(1, keys);
    floats.define(2, values);
    int count = keys.shape().dim(2);
    List<Value> addends = new ArrayList<>();
    Value key = all.places(count, 4);
    Value query = places.reshaped(Shapes.of(node, batch, 1, sequence, 1));
    Value seen =
        causal
            ? all.isAtMost(key, query)
            : all.isAtMost(key, lengths.reshaped(Shapes.of(node, batch, 1, 1, 1)));
    if (window >= 0) {
      node.require(causal, "a window is one of a causal order");
      Value last = all.whole(SUM, key, all.whole(Shape.SCALAR, window));
      seen = all.both(seen, all.isLess(query, last));
    }
    addends.add(all.select(seen, all.number(0), all.number(Float.NEGATIVE_INFINITY)));
    floats
        .optional(10)
        .ifPresent(
            bias -> {
              node.require(count == total, "a bias of a longer cache is not supported");
              addends.add(bias);
            });
    float scale = AttentionCore.scale(declared, width);
    AttentionCore core = AttentionCore.of(all, q, keys, values, scale, limit, addends, window == 0);
    floats.define(0, AttentionCore.sideBySide(all, core.result()));
  }

  private static Value turned(
      Composition all, Floats floats, Value x, Value positions, boolean interleaved) {
    Value cosines = floats.input(7);
    Value sines = floats.input(8);
    NodeImport node = all.node();
    node.require(
        cosines.shape().rank() == 2
            && cosines.shape().equals(sines.shape())
            && 2L * cosines.shape().dim(1) <= x.shape().dim(3),
        "cosines do not fit the heads",
        cosines.describe());
    int half = cosines.shape().dim(1);
    Shape beside = Shapes.of(node, x.shape().dim(0), 1, positions.shape().dim(1), half);
    return RotaryOperator.turned(
        all,
        x,
        all.rows(cosines, positions).reshaped(beside),
        all.rows(sines, positions).reshaped(beside),
        interleaved);
  }

  /// {@return a cache with what is new at its places}
  private static Value cached(
      Composition all, Optional<Value> before, Value x, Value places, int total) {
    NodeImport node = all.node();
    Shape shape = x.shape();
    int sequence = shape.dim(2);
    if (total == sequence && before.map(Value::isEmpty).orElse(true)) {
      return x;
    }
    before.ifPresent(
        value ->
            all.node()
                .require(value.shape().rank() == 4, "a cache has not four axes", value.describe()));
    int there = before.map(value -> value.shape().dim(2)).orElse(0);
    Shape whole = shape.with(2, Math.max(there, total));
    before.ifPresent(
        value ->
            node.require(
                value.shape().rank() == 4 && value.shape().with(2, sequence).equals(shape),
                "the cache does not fit",
                value.describe() + " for " + shape));
    Value zeros =
        all.along(
            all.number(0), Walk.of(Shape.SCALAR).broadcast(shape.with(2, whole.dim(2) - there)));
    Value begun = whole.dim(2) == there ? before.orElseThrow() : zeros;
    if (there > 0 && whole.dim(2) > there) {
      begun = all.joined(2, before.orElseThrow(), zeros);
    }
    Walk to = Walk.of(whole);
    int step = to.strides().get(2);
    List<Integer> strides = new ArrayList<>(to.strides());
    strides.set(2, 0);
    return ScatterOperator.written(
        node,
        begun,
        places,
        new Walk(0, shape.dims(), List.of(sequence, 0, 1, 0)),
        x,
        new Walk(0, shape.dims(), strides),
        whole.dim(2),
        step,
        Optional.empty());
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    int batch = make.between(1, 2);
    int shared = make.between(1, 2);
    int heads = shared * make.between(1, 2);
    int half = 8;
    int width = 2 * half;
    boolean prompt = make.oneIn(3);
    // ONNX Runtime takes several tokens behind others of one sequence alone.
    boolean more = prompt || batch == 1 && make.oneIn(2);
    int sequence = more ? make.size() : 1;
    int before = prompt ? 0 : make.between(1, 7);
    int total = sequence + before;
    boolean packed = make.oneIn(2);
    int room = make.oneIn(2) ? before : total + make.between(0, 2);
    // The first is as long as all together, others may be shorter.
    int[] last = new int[batch];
    for (int i = 0; i < batch; i++) {
      last[i] = total - 1 - (i > 0 && !more ? make.between(0, before) : 0);
    }
    if (packed) {
      node.given(make.tensor(type, batch, sequence, (heads + 2 * shared) * width))
          .absent()
          .absent();
    } else {
      node.given(make.tensor(type, batch, sequence, heads * width))
          .given(make.tensor(type, batch, sequence, shared * width))
          .given(make.tensor(type, batch, sequence, shared * width));
    }
    if (room > 0) {
      node.given(make.tensor(type, batch, shared, room, width))
          .given(make.tensor(type, batch, shared, room, width));
    } else {
      node.absent().absent();
    }
    node.given(Tensor.ofInts(Shape.of(batch), last))
        .constant(make.whole(ElementType.I32, total, total, 1));
    boolean rotates = make.oneIn(2);
    if (rotates) {
      node.either(make.tensor(type, total + 2, half))
          .either(make.tensor(type, total + 2, half))
          .flag("do_rotary", true)
          .flag("rotary_interleaved", make.oneIn(2));
    }
    if (make.oneIn(3)) {
      node.integer("local_window_size", make.between(1, 3));
    }
    if (make.oneIn(3)) {
      node.real("softcap", 1.5f);
    }
    return node.integer("num_heads", heads).integer("kv_num_heads", shared).outputs(3).end();
  }
}
