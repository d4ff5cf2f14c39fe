package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// NegativeLogLikelihoodLoss, and SoftmaxCrossEntropyLoss, which is that of the logarithm of the softmax along the
/// classes, its second output.
enum LossOperator implements Operator {
  LIKELIHOOD(
      "NegativeLogLikelihoodLoss",
      12,
      "what is minus the right class', weighted, as a mean or a sum"),
  CROSS_ENTROPY(
      "SoftmaxCrossEntropyLoss", 12, "the likelihood loss of the logarithm of the softmax");

  private final String label;
  private final int since;
  private final String summary;

  LossOperator(String label, int since, String summary) {
    this.label = label;
    this.since = since;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary)
        .since(since)
        .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3, this == CROSS_ENTROPY ? 2 : 1);
    Floats floats = Floats.of(node, 0);
    Value scores = floats.input(0);
    Value labels = node.input(1);
    node.requireType(
        labels.type() == ElementType.I64 || labels.type() == ElementType.I32,
        labels.type(),
        "int64 and int32 are supported");
    Shape shape = scores.shape();
    node.require(shape.rank() >= 2, "the scores have no classes", scores.describe());
    List<Integer> dims = new ArrayList<>(shape.dims());
    dims.remove(/* index */ 1);
    Shape places = new Shape(dims);
    node.require(
        labels.shape().equals(places),
        "labels are not one for each place",
        labels.describe() + " for " + scores.describe());
    int classes = shape.dim(1);
    Value weights = floats.orElse(2, "ones", 1f, Shape.of(classes));
    node.require(
        weights.shape().equals(Shape.of(classes)),
        "weights are not one for each class",
        weights.describe());
    boolean ignores = node.attributes().has("ignore_index");
    int ignored =
        node.attributes().integer("ignore_index", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    String reduction = node.attributes().text("reduction", "mean");
    node.attributes().end();
    int[] axis = {shape.dim(0), classes, shape.countOf(2, shape.rank())};
    Value logarithms = scores;
    if (this == CROSS_ENTROPY) {
      logarithms =
          node.call("logsoftmax.f32")
              .named("logarithms")
              .read(scores)
              .writePart(ElementType.F32, shape)
              .ints("axis", axis)
              .emitPart();
      floats.define(1, logarithms);
    }
    List<Value> losses =
        node.call("nll.f32")
            .named("losses")
            .read(logarithms)
            .read(node.cast(labels, ElementType.I64))
            .read(weights)
            .writePart(ElementType.F32, places)
            .writePart(ElementType.F32, places)
            .ints("axis", axis)
            .flag("ignores", ignores)
            .ints("ignored", ignored)
            .emitAll();
    switch (reduction) {
      case "none" -> floats.define(0, losses.getFirst());
      case "mean", "sum" -> {
        Value total =
            node.call("nll.total.f32")
                .named("total")
                .read(losses.getFirst())
                .read(losses.getLast())
                .writePart(ElementType.F32, Shape.SCALAR)
                .ints("n", places.count())
                .flag("mean", reduction.equals("mean"))
                .emitPart();
        floats.define(0, total);
      }
      default -> node.require(false, "unknown reduction", reduction);
    }
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(since);
    int[] dims = make.dims(make.between(2, 4));
    int[] places = new int[dims.length - 1];
    places[0] = dims[0];
    System.arraycopy(dims, 2, places, 1, dims.length - 2);
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    node.given(make.tensor(type, dims))
        .given(make.whole(make.one(ElementType.I64, ElementType.I32), 0, dims[1] - 1, places))
        .text("reduction", make.one("none", "mean", "sum"));
    if (make.oneIn(2)) {
      node.either(make.tensor(type, dims[1]));
    }
    return make.oneIn(2)
        ? node.integer("ignore_index", make.between(-1, dims[1] - 1)).end()
        : node.end();
  }
}
