package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.ElementMoves;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// RotaryEmbedding (Su et al., 2021): pairs of elements turned by angles of their positions, whose cosines and sines
/// are given. ONNX's and ONNX Runtime's differ in the order of their inputs, and in what may be left out.
enum RotaryOperator implements Operator {
  ONNX(""),
  MICROSOFT(Composition.MICROSOFT);

  private static final int SINCE = 23;
  private static final int MOST_HEADS = 1 << 16;

  private final String domain;

  RotaryOperator(String domain) {
    this.domain = domain;
  }

  @Override
  public Declaration declaration() {
    Declaration declared =
        Declaration.of("RotaryEmbedding", "pairs (a, b) as (a·cos - b·sin, a·sin + b·cos)")
            .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);
    return this == ONNX ? declared.since(SINCE) : declared.in(domain);
  }

  @Override
  public void importNode(NodeImport node) {
    boolean onnx = this == ONNX;
    node.arity(onnx ? 3 : 4, 4);
    Floats floats = Floats.of(node, 0);
    Composition all = new Composition(node);
    boolean interleaved = node.attributes().flag("interleaved", false);
    int heads = node.attributes().integer("num_heads", 0, 0, MOST_HEADS);
    int declared = node.attributes().integer("rotary_embedding_dim", 0, 0, Integer.MAX_VALUE);
    if (!onnx) {
      node.require(node.attributes().real("scale", 1) == 1, "a scale is not supported");
      node.require(
          !node.attributes().flag("is_packed_batching", false), "packed batches are not supported");
    }
    node.attributes().end();
    Value x = floats.input(0);
    Value cosines = floats.input(onnx ? 1 : 2);
    Value sines = floats.input(onnx ? 2 : 3);
    Shape shape = x.shape();
    boolean sideBySide = shape.rank() == 3;
    node.require(sideBySide || shape.rank() == 4, "the input must be of 3 or 4 axes", x.describe());
    node.require(
        cosines.shape().equals(sines.shape()) && cosines.shape().rank() >= 2,
        "there are not as many sines as cosines",
        cosines.describe() + " and " + sines.describe());
    int half = cosines.shape().dim(cosines.shape().rank() - 1);
    int batch = shape.dim(0);
    int sequence = shape.dim(sideBySide ? 1 : 2);
    int width;
    if (!sideBySide) {
      width = shape.dim(3);
    } else if (heads > 0) {
      node.require(shape.dim(2) % heads == 0, "the heads do not divide the hidden size");
      width = shape.dim(2) / heads;
    } else {
      node.require(!onnx, "attribute num_heads is missing");
      width = declared > 0 ? declared : 2 * half;
    }
    int turned = declared > 0 ? declared : width;
    node.require(
        turned == 2 * half && turned <= width && shape.count() > 0 && shape.count() % width == 0,
        "cosines do not fit the heads",
        x.describe() + " and " + cosines.describe());
    // (batch, sequence, heads, width), or (batch, heads, sequence, width)
    int count = sideBySide ? shape.dim(2) / width : shape.dim(1);
    Value split = sideBySide ? x.reshaped(Shape.of(batch, sequence, count, width)) : x;
    Shape beside =
        sideBySide ? Shape.of(batch, sequence, 1, half) : Shape.of(batch, 1, sequence, half);
    Optional<Value> positions =
        onnx
            ? node.optional(3).map(_ -> GatherOperator.indices(node, 3))
            : Optional.of(positions(all, batch, sequence));
    Value cos = angles(all, cosines, positions, batch, sequence).reshaped(beside);
    Value sin = angles(all, sines, positions, batch, sequence).reshaped(beside);
    floats.define(0, turned(all, split, cos, sin, interleaved).reshaped(shape));
  }

  /// {@return the first elements of the last of four axes turned in pairs, as many as there are cosines}
  ///
  /// @param cos which broadcast to all but the last axis
  /// @param interleaved whether those of a pair are neighbours, and not half of them apart
  static Value turned(Composition all, Value x, Value cos, Value sin, boolean interleaved) {
    int half = cos.shape().dim(3);
    int width = x.shape().dim(3);
    int step = interleaved ? 2 : 1;
    Walk whole = Walk.of(x.shape());
    Walk first = whole.sliced(3, 0, half, step);
    Walk second = whole.sliced(3, interleaved ? 1 : half, half, step);
    Value a = all.along(x, first);
    Value b = all.along(x, second);
    Value real = all.difference(all.product(a, cos), all.product(b, sin));
    Value imaginary = all.sum(all.product(a, sin), all.product(b, cos));
    List<ElementMoves.Part> parts = new ArrayList<>();
    parts.add(new ElementMoves.Part(real, Walk.of(real.shape()), first));
    parts.add(new ElementMoves.Part(imaginary, Walk.of(imaginary.shape()), second));
    if (2 * half < width) {
      Walk rest = whole.sliced(3, 2 * half, width - 2 * half, 1);
      parts.add(new ElementMoves.Part(x, rest, rest));
    }
    return all.assembled(x.shape(), parts);
  }

  /// {@return ONNX Runtime's positions, which are all, or the first of each sequence}
  private static Value positions(Composition all, int batch, int sequence) {
    NodeImport node = all.node();
    Value given = GatherOperator.indices(node, 1);
    if (given.shape().count() != 1 || given.shape().rank() > 1) {
      return given;
    }
    Value places = all.places(sequence, 1);
    Value one = all.whole(0, places, given.reshaped(Shape.SCALAR));
    Shape shape = Shape.of(batch, sequence);
    return all.along(one, Walk.of(one.shape()).broadcast(shape));
  }

  /// {@return (batch, sequence, half), out of a table by positions, or as they are given}
  private static Value angles(
      Composition all, Value table, Optional<Value> positions, int batch, int sequence) {
    NodeImport node = all.node();
    int half = table.shape().dim(table.shape().rank() - 1);
    if (positions.isEmpty()) {
      node.require(
          table.shape().equals(Shape.of(batch, sequence, half)),
          "there are no cosines for each position",
          table.describe());
      return table;
    }
    node.require(
        table.shape().rank() == 2 && positions.get().shape().equals(Shape.of(batch, sequence)),
        "positions do not fit",
        positions.get().describe());
    return all.rows(table, positions.get());
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    int batch = make.between(1, 2);
    int sequence = make.size();
    int heads = make.between(1, 3);
    int half = make.between(1, 4);
    boolean partly = make.oneIn(3);
    int width = 2 * half + (partly ? 2 * make.between(1, 2) : 0);
    int most = sequence + 3;
    boolean sideBySide = make.oneIn(2);
    node.given(
        sideBySide
            ? make.tensor(type, batch, sequence, heads * width)
            : make.tensor(type, batch, heads, sequence, width));
    boolean every = this == ONNX && make.oneIn(3);
    int[] table = every ? new int[] {batch, sequence, half} : new int[] {most, half};
    if (this == ONNX) {
      node.either(make.tensor(type, table)).either(make.tensor(type, table));
      if (!every) {
        node.given(make.whole(ElementType.I64, 0, most - 1, batch, sequence));
      }
    } else {
      node.given(
              make.oneIn(2)
                  ? make.whole(ElementType.I64, 0, 3, 1)
                  : make.whole(ElementType.I64, 0, most - 1, batch, sequence))
          .either(make.tensor(type, table))
          .either(make.tensor(type, table));
    }
    if (sideBySide && (this == ONNX || partly || make.oneIn(2)) || partly) {
      node.integer("num_heads", heads);
    }
    if (partly) {
      node.integer("rotary_embedding_dim", 2L * half);
    }
    return node.flag("interleaved", make.oneIn(2)).end();
  }
}
