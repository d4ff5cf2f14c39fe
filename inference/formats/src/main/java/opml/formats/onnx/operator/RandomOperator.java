package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.FLOATS;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.refusal.Reason.Kind;

/// Draws by chance, which are a function of the seed and of an element's place (`spec/numerics.md`): the same in each
/// run, on each machine. Nodes without a seed are numbered instead, so that no two of them draw the same. Whatever does
/// not depend on an input's elements is known at import.
@SuppressWarnings("ImmutableEnumChecker") // what is declared never changes
enum RandomOperator implements Operator {
  BERNOULLI("Bernoulli", "1 with each element's chance, else 0; by the seed", 15),
  MULTINOMIAL("Multinomial", "classes, drawn by the logarithms of their chances; by the seed", 7),
  NORMAL("RandomNormal", "normal draws of a given shape; by the seed", 1),
  NORMAL_LIKE("RandomNormalLike", "normal draws of the input's shape; by the seed", 1),
  UNIFORM("RandomUniform", "uniform draws of a given shape; by the seed", 1),
  UNIFORM_LIKE("RandomUniformLike", "uniform draws of the input's shape; by the seed", 1);

  /// The kernel's bound.
  private static final int MOST_CLASSES = 1 << 22;

  private final Declaration declaration;

  RandomOperator(String label, String summary, int since) {
    Declaration any = Declaration.of(label, summary).since(since);
    this.declaration =
        switch (label) {
          case "Bernoulli", "Multinomial" -> any.with(Way.KERNEL, FLOATS);
          case "RandomNormal", "RandomUniform" -> any.with(Way.CONSTANT, FLOATS);
          default -> any.withAll(Way.SHAPE);
        };
  }

  private boolean isLike() {
    return this == NORMAL_LIKE || this == UNIFORM_LIKE;
  }

  private boolean isNormal() {
    return this == NORMAL || this == NORMAL_LIKE;
  }

  @Override
  public Declaration declaration() {
    return declaration;
  }

  @Override
  public boolean asksForShape() {
    return isLike();
  }

  @Override
  public void importNode(NodeImport node) {
    int inputs = this == NORMAL || this == UNIFORM ? 0 : 1;
    node.arity(inputs, inputs);
    Optional<Long> given =
        node.attributes().has("seed")
            ? Optional.of(
                Integer.toUnsignedLong(Float.floatToIntBits(node.attributes().real("seed", 0))))
            : Optional.empty();
    long seed = node.drawKey(given);
    switch (this) {
      case BERNOULLI -> bernoulli(node, seed);
      case MULTINOMIAL -> multinomial(node, seed);
      case NORMAL, UNIFORM -> draw(node, shape(node), ElementType.F32, seed);
      case NORMAL_LIKE, UNIFORM_LIKE -> {
        Value x = node.input(0);
        draw(node, x.shape(), x.type(), seed);
      }
    }
  }

  private static Shape shape(NodeImport node) {
    long[] dims =
        node.attributes()
            .longs("shape")
            .orElseThrow(() -> new RefusedNode("attribute shape is missing", ""));
    List<Integer> shape = new ArrayList<>();
    for (long dim : dims) {
      node.require(dim >= 0 && dim <= Integer.MAX_VALUE, "a size is out of range", "" + dim);
      shape.add((int) dim);
    }
    return Shapes.of(node, shape);
  }

  private void draw(NodeImport node, Shape shape, ElementType ifAbsent, long seed) {
    float first = node.attributes().real(isNormal() ? "mean" : "low", 0);
    float second = node.attributes().real(isNormal() ? "scale" : "high", 1);
    ElementType type = type(node, ifAbsent);
    node.requireType(type.isFloat(), type, "floats are supported");
    node.define(
        node.cast(
            node.call(isNormal() ? "random.normal.f32" : "random.uniform.f32")
                .named("draws")
                .writePart(ElementType.F32, shape)
                .ints("n", shape.count())
                .real(isNormal() ? "mean" : "low", first)
                .real(isNormal() ? "scale" : "high", second)
                .ints("seed seedHigh", (int) seed, (int) (seed >>> Integer.SIZE))
                .emitPart(),
            type));
  }

  private static ElementType type(NodeImport node, ElementType ifAbsent) {
    int code =
        node.attributes().integer("dtype", OnnxType.of(ifAbsent).code(), 0, Integer.MAX_VALUE);
    node.attributes().end();
    return OnnxType.of(code)
        .flatMap(OnnxType::element)
        .orElseThrow(() -> new RefusedNode(Kind.TYPE, "type " + OnnxType.nameOf(code), ""));
  }

  private static Value chances(NodeImport node) {
    Value x = node.input(0);
    node.requireType(x.type().isFloat(), x.type(), "floats are supported");
    return x;
  }

  private static void bernoulli(NodeImport node, long seed) {
    Value x = chances(node);
    ElementType type = type(node, x.type());
    node.define(
        node.cast(
            node.call("bernoulli.f32")
                .named("draws")
                .read(node.cast(x, ElementType.F32))
                .writePart(ElementType.BOOL, x.shape())
                .ints("n", x.shape().count())
                .ints("seed seedHigh", (int) seed, (int) (seed >>> Integer.SIZE))
                .emitPart(),
            type));
  }

  private static void multinomial(NodeImport node, long seed) {
    Value x = chances(node);
    int draws = node.attributes().integer("sample_size", 1, 1, Integer.MAX_VALUE);
    ElementType type = type(node, ElementType.I32);
    node.requireType(
        type == ElementType.I32 || type == ElementType.I64, type, "int32 and int64 are supported");
    Shape shape = x.shape();
    node.require(
        shape.rank() == 2 && shape.dim(1) >= 1 && shape.dim(1) <= MOST_CLASSES,
        "the input is no rows of 1 to %,d classes".formatted(MOST_CLASSES),
        x.describe());
    node.define(
        node.cast(
            node.call("multinomial.f32")
                .named("draws")
                .read(node.cast(x, ElementType.F32))
                .writePart(ElementType.I64, Shapes.of(node, shape.dim(0), draws))
                .ints("batch classes draws", shape.dim(0), shape.dim(1), draws)
                .ints("seed seedHigh", (int) seed, (int) (seed >>> Integer.SIZE))
                .emitPart(),
            type));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration.since());
    if (make.oneIn(2)) {
      node.real("seed", make.between(0, 9));
    }
    int[] dims = make.dims(make.between(1, 3));
    return switch (this) {
      case BERNOULLI -> node.given(make.tensor(make.one(FLOATS), dims)).end();
      case MULTINOMIAL ->
          node.given(make.tensor(make.one(FLOATS), make.dims(2)))
              .integer("sample_size", make.between(1, 4))
              .integer("dtype", make.one(OnnxType.INT32, OnnxType.INT64).code())
              .end();
      case NORMAL, UNIFORM ->
          node.integers("shape", dims).integer("dtype", OnnxType.of(make.one(FLOATS)).code()).end();
      case NORMAL_LIKE, UNIFORM_LIKE ->
          node.given(make.tensor(make.type(), dims))
              .integer("dtype", OnnxType.of(make.one(FLOATS)).code())
              .end();
    };
  }
}
