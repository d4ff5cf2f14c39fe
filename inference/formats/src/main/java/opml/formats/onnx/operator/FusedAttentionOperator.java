package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// Attention as ONNX Runtime fuses it (its ContribOperators.md): with the projections of its input, of floats or of
/// bytes, or of queries, keys and values that are there.
enum FusedAttentionOperator implements Operator {
  PROJECTED("Attention", "attention of an input, with its projections to queries, keys and values"),
  MULTI_HEAD("MultiHeadAttention", "attention of queries, keys and values, with biases of theirs"),
  QUANTISED("QAttention", "Attention of 8-bit inputs and weights");

  private static final int MOST_HEADS = 1 << 16;

  /// Where a mask lets a key not be seen, unless the node says otherwise.
  private static final float FILTER = -10000;

  private final String label;
  private final String summary;

  FusedAttentionOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    Declaration declared = Declaration.of(label, summary).in(Composition.MICROSOFT);
    return this == QUANTISED
        ? declared.with(Declaration.Way.KERNEL, ElementType.U8, ElementType.I8)
        : declared.with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);
  }

  /// What all of them say of themselves.
  private record Settings(int heads, boolean isCausal, float filter, float scale) {
    static Settings of(NodeImport node) {
      int heads = node.attributes().integer("num_heads", 0, 0, MOST_HEADS);
      node.require(heads > 0, "attribute num_heads is missing");
      node.require(!node.attributes().flag("do_rotary", false), "do_rotary is not supported");
      node.attributes().integer("rotary_embedding_dim", 0, 0, Integer.MAX_VALUE);
      node.require(
          !node.attributes().flag("past_present_share_buffer", false),
          "past_present_share_buffer is not supported");
      return new Settings(
          heads,
          node.attributes().flag("unidirectional", false),
          node.attributes().real("mask_filter_value", FILTER),
          node.attributes().real("scale", 0));
    }
  }

  @Override
  public void importNode(NodeImport node) {
    switch (this) {
      case PROJECTED -> projected(node);
      case MULTI_HEAD -> multiHead(node);
      case QUANTISED -> quantised(node);
    }
  }

  private static void projected(NodeImport node) {
    node.arity(2, 6, 2);
    Floats floats = Floats.of(node, 0);
    Composition all = new Composition(node);
    Settings settings = Settings.of(node);
    Optional<long[]> sizes = node.attributes().longs("qkv_hidden_sizes");
    node.attributes().end();
    Value x = floats.input(0);
    Value w = floats.input(1);
    requireProjection(node, x, w);
    int hidden = w.shape().dim(1) / 3;
    int ofValues = hidden;
    if (sizes.isPresent()) {
      long[] three = sizes.get();
      node.require(
          three.length == 3
              && three[0] > 0
              && three[0] == three[1]
              && three[2] > 0
              && three[0] <= w.shape().dim(1)
              && 2 * three[0] + three[2] == w.shape().dim(1),
          "qkv_hidden_sizes does not fit the weights",
          w.describe());
      hidden = (int) three[0];
      ofValues = (int) three[2];
    }
    Value projections = all.matrices(x, false, w, false);
    Value biased = floats.optional(2).map(bias -> all.sum(projections, bias)).orElse(projections);
    attend(all, floats, settings, biased, hidden, ofValues, 3, 4, 5);
  }

  private static void quantised(NodeImport node) {
    node.arity(5, 9, 2);
    Floats floats = Floats.of(node, 2);
    Composition all = new Composition(node);
    Settings settings = Settings.of(node);
    node.attributes().end();
    Value x = node.quantised(0);
    Value w = node.quantised(1);
    requireProjection(node, x, w);
    Value products = all.integers(x, w, node.optional(6), node.optional(7));
    Value scale = all.product(floats.input(3), floats.input(4));
    Value projections = all.sum(all.product(products, scale), floats.input(2));
    int hidden = w.shape().dim(1) / 3;
    attend(all, floats, settings, projections, hidden, hidden, 5, 8, Integer.MAX_VALUE);
  }

  private static void requireProjection(NodeImport node, Value x, Value w) {
    node.require(
        x.shape().rank() == 3
            && w.shape().rank() == 2
            && x.shape().dim(2) == w.shape().dim(0)
            && x.shape().count() > 0,
        "the weights do not fit the input",
        x.describe() + " and " + w.describe());
  }

  /// Attention of (batch, sequence, queries, keys and values side by side).
  private static void attend(
      Composition all,
      Floats floats,
      Settings settings,
      Value projections,
      int hidden,
      int ofValues,
      int mask,
      int before,
      int bias) {
    NodeImport node = all.node();
    node.require(
        2 * hidden + ofValues == projections.shape().dim(2),
        "the weights are not those of queries, keys and values",
        projections.describe());
    int heads = settings.heads();
    Value q = AttentionCore.heads(all, projections, 0, hidden, heads);
    Value k = AttentionCore.heads(all, projections, hidden, hidden, heads);
    Value v = AttentionCore.heads(all, projections, 2 * hidden, ofValues, heads);
    Optional<Value> past = floats.optional(before);
    if (past.isPresent()) {
      Shape shape = past.get().shape();
      node.require(
          shape.rank() == 5 && shape.dim(0) == 2, "there are no two tensors of before", "" + shape);
      Shape one = new Shape(shape.dims().subList(1, 5));
      k = all.joined(2, all.part(past.get(), 0, 0, 1).reshaped(one), k);
      v = all.joined(2, all.part(past.get(), 0, 1, 1).reshaped(one), v);
    }
    if (node.wants(1)) {
      node.require(hidden == ofValues, "keys and values are of different widths");
      Shape k1 = k.shape();
      Shape one = Shapes.of(node, 1, k1.dim(0), k1.dim(1), k1.dim(2), k1.dim(3));
      floats.define(1, all.joined(0, k.reshaped(one), v.reshaped(one)));
    }
    List<Value> addends = addends(all, floats, settings, q, k, mask, bias);
    float scale = AttentionCore.scale(settings.scale(), q.shape().dim(3));
    AttentionCore core = AttentionCore.of(all, q, k, v, scale, 0, addends, false);
    floats.define(0, AttentionCore.sideBySide(all, core.result()));
  }

  private static List<Value> addends(
      Composition all, Floats floats, Settings settings, Value q, Value k, int mask, int bias) {
    NodeImport node = all.node();
    int queries = q.shape().dim(2);
    int keys = k.shape().dim(2);
    List<Value> addends = new ArrayList<>();
    floats.optional(bias).ifPresent(addends::add);
    if (settings.isCausal()) {
      AttentionCore.causal(all, queries, keys, Math.max(0, keys - queries)).ifPresent(addends::add);
    }
    node.optional(mask)
        .ifPresent(value -> addends.add(masked(all, settings, value, q.shape(), keys)));
    return addends;
  }

  /// {@return what a mask adds to products: nothing, or what takes them out of sight}
  private static Value masked(
      Composition all, Settings settings, Value given, Shape queries, int keys) {
    NodeImport node = all.node();
    node.requireType(
        given.type() == ElementType.I32 || given.type() == ElementType.I64,
        given.type(),
        "int32 is supported");
    Value mask = node.cast(given, ElementType.I64);
    Shape shape = mask.shape();
    int batch = queries.dim(0);
    Value seen;
    if (shape.equals(Shape.of(batch))) {
      seen = all.isLess(all.places(keys, 4), mask.reshaped(Shape.of(batch, 1, 1, 1)));
    } else if (shape.equals(Shape.of(2 * batch))) {
      Value places = all.places(keys, 4);
      Value ends = all.part(mask, 0, 0, batch).reshaped(Shape.of(batch, 1, 1, 1));
      Value begins = all.part(mask, 0, batch, batch).reshaped(Shape.of(batch, 1, 1, 1));
      seen = all.both(all.isLess(places, ends), all.isAtMost(begins, places));
    } else if (shape.equals(Shape.of(batch, keys))) {
      seen = positive(all, mask.reshaped(Shape.of(batch, 1, 1, keys)));
    } else if (shape.equals(Shape.of(batch, queries.dim(2), keys))) {
      seen = positive(all, mask.reshaped(Shape.of(batch, 1, queries.dim(2), keys)));
    } else {
      throw new RefusedNode("a mask of this shape is not supported", given.describe());
    }
    return all.select(seen, all.number(0), all.number(settings.filter()));
  }

  private static Value positive(Composition all, Value mask) {
    return all.isLess(all.whole(Shape.SCALAR, 0), mask);
  }

  private static void multiHead(NodeImport node) {
    node.arity(1, 8, 4);
    Floats floats = Floats.of(node, 0);
    Composition all = new Composition(node);
    Settings settings = Settings.of(node);
    node.attributes().end();
    int heads = settings.heads();
    Value first = floats.input(0);
    Optional<Value> second = floats.optional(1);
    Optional<Value> third = floats.optional(2);
    int rank = first.shape().rank();
    Value q;
    Value k;
    Value v;
    if (rank == 5) {
      // (batch, sequence, heads, query, key or value, width)
      node.require(second.isEmpty() && third.isEmpty(), "queries have keys and values beside them");
      q = packed(all, first, 3, 0, heads);
      k = packed(all, first, 3, 1, heads);
      v = packed(all, first, 3, 2, heads);
    } else {
      node.require(rank == 3 && second.isPresent(), "there are no keys", first.describe());
      q = AttentionCore.heads(all, first, 0, first.shape().dim(2), heads);
      if (second.get().shape().rank() == 5) {
        node.require(third.isEmpty(), "keys have values beside them");
        k = packed(all, second.get(), 2, 0, heads);
        v = packed(all, second.get(), 2, 1, heads);
      } else {
        node.require(third.isPresent(), "there are no values");
        k = alone(all, second.get(), heads);
        v = alone(all, third.get(), heads);
      }
    }
    Optional<Value> bias = floats.optional(3);
    if (bias.isPresent()) {
      int hidden = heads * q.shape().dim(3);
      int ofValues = heads * v.shape().dim(3);
      node.require(
          bias.get().shape().equals(Shape.of(2 * hidden + ofValues)),
          "the bias does not fit",
          bias.get().describe());
      q = biased(all, q, bias.get(), 0);
      k = biased(all, k, bias.get(), hidden);
      v = biased(all, v, bias.get(), 2 * hidden);
    }
    Optional<Value> keysBefore = floats.optional(6);
    Optional<Value> valuesBefore = floats.optional(7);
    node.require(
        keysBefore.isPresent() == valuesBefore.isPresent(),
        "there are keys of before without values, or values without keys");
    if (keysBefore.isPresent()) {
      k = all.joined(2, keysBefore.get(), k);
      v = all.joined(2, valuesBefore.orElseThrow(), v);
    }
    floats.define(1, k);
    floats.define(2, v);
    List<Value> addends = addends(all, floats, settings, q, k, 4, 5);
    float scale = AttentionCore.scale(settings.scale(), q.shape().dim(3));
    AttentionCore core = AttentionCore.of(all, q, k, v, scale, 0, addends, false);
    floats.define(0, AttentionCore.sideBySide(all, core.result()));
    floats.define(3, core.weights());
  }

  /// {@return (batch, heads, sequence, width) of (batch, sequence, heads, several, width)}
  private static Value packed(Composition all, Value x, int several, int which, int heads) {
    Shape shape = x.shape();
    all.node()
        .require(
            shape.dim(2) == heads && shape.dim(3) == several,
            "packed queries, keys and values do not fit",
            x.describe());
    Value part =
        all.part(x, 3, which, 1)
            .reshaped(Shape.of(shape.dim(0), shape.dim(1), heads, shape.dim(4)));
    return all.turned(part, 0, 2, 1, 3);
  }

  /// {@return heads of what is side by side, or of what has them already}
  private static Value alone(Composition all, Value x, int heads) {
    Shape shape = x.shape();
    boolean sideBySide = shape.rank() == 3;
    all.node()
        .require(
            sideBySide || shape.rank() == 4 && shape.dim(1) == heads,
            "keys or values do not fit the heads",
            x.describe());
    return sideBySide ? AttentionCore.heads(all, x, 0, shape.dim(2), heads) : x;
  }

  private static Value biased(Composition all, Value x, Value bias, int from) {
    int heads = x.shape().dim(1);
    int width = x.shape().dim(3);
    Value part = all.part(bias, 0, from, heads * width);
    return all.sum(x, part.reshaped(Shape.of(heads, 1, width)));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    int batch = make.between(1, 2);
    int heads = make.between(1, 2);
    int width = make.size();
    int hidden = heads * width;
    int queries = make.size();
    int before = make.oneIn(3) ? make.between(1, 3) : 0;
    boolean isCausal = make.oneIn(2);
    node.integer("num_heads", heads);
    if (isCausal) {
      node.flag("unidirectional", true);
    }
    if (make.oneIn(3) && this != QUANTISED) {
      node.real("scale", 0.75f);
    }
    if (make.oneIn(4)) {
      node.real("mask_filter_value", -50f);
    }
    boolean last = make.oneIn(2);
    switch (this) {
      case PROJECTED, QUANTISED -> {
        int in = make.size();
        int all = queries + before;
        if (this == PROJECTED) {
          int ofValues = before > 0 || make.oneIn(2) ? hidden : heads * make.size();
          int columns = 2 * hidden + ofValues;
          node.given(make.tensor(type, batch, queries, in))
              .either(make.tensor(type, in, columns))
              .either(make.tensor(type, columns));
          if (ofValues != hidden) {
            node.integers("qkv_hidden_sizes", hidden, hidden, ofValues);
          }
          mask(make, node, batch, queries, all);
        } else {
          ElementType x = make.one(ElementType.U8, ElementType.I8);
          ElementType w = make.one(ElementType.U8, ElementType.I8);
          node.given(make.tensor(x, batch, queries, in))
              .constant(make.tensor(w, in, 3 * hidden))
              .constant(make.floats(3 * hidden))
              .constant(make.scales())
              .constant(make.oneIn(2) ? make.scales() : make.scales(3 * hidden));
          mask(make, node, batch, queries, all);
          node.constant(make.whole(x, -20, 100)).constant(make.whole(w, -20, 100));
        }
        if (before > 0) {
          ElementType own = this == QUANTISED ? ElementType.F32 : type;
          node.given(make.tensor(own, 2, batch, heads, before, width)).outputs(2);
        } else if (this == PROJECTED && last) {
          node.absent().either(make.tensor(type, make.one(1, batch), heads, queries, queries));
        }
      }
      case MULTI_HEAD -> {
        int keys = isCausal ? queries : make.size();
        int ofValues = make.oneIn(2) ? width : make.size();
        boolean own = before == 0 && make.oneIn(4);
        node.given(make.tensor(type, batch, queries, hidden));
        if (own) {
          node.given(make.tensor(type, batch, heads, keys, width))
              .given(make.tensor(type, batch, heads, keys, ofValues));
        } else {
          node.given(make.tensor(type, batch, keys, hidden))
              .given(make.tensor(type, batch, keys, heads * ofValues));
        }
        if (!own && make.oneIn(2)) {
          node.either(make.tensor(type, 2 * hidden + heads * ofValues));
        } else {
          node.absent();
        }
        int all = keys + before;
        mask(make, node, batch, queries, all);
        if (last) {
          node.either(make.tensor(type, make.one(1, batch), heads, queries, all));
        } else {
          node.absent();
        }
        if (before > 0) {
          node.given(make.tensor(type, batch, heads, before, width))
              .given(make.tensor(type, batch, heads, before, ofValues))
              .outputs(3);
        }
      }
    }
    return node.end();
  }

  private static void mask(CaseMaker make, CaseMaker.Draft node, int batch, int queries, int keys) {
    switch (make.between(0, 4)) {
      case 0 -> node.given(make.whole(ElementType.I32, 1, keys, batch));
      case 1 -> node.given(make.whole(ElementType.I32, 0, 1, batch, keys));
      case 2 -> node.either(make.whole(ElementType.I32, 0, 1, batch, queries, keys));
      case 3 -> node.given(make.whole(ElementType.I32, 0, keys, 2 * batch));
      default -> node.absent();
    }
  }
}
