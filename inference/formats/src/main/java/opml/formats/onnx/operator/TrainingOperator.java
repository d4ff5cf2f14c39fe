package opml.formats.onnx.operator;

import java.util.List;
import java.util.Locale;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Value;

/// Steps of optimisers, of ONNX's domain of training: rate, count, then all tensors, all gradients, and all of each
/// that the optimiser keeps.
enum TrainingOperator implements Operator {
  ADAGRAD("Adagrad", 1, "a step of Adagrad, of several tensors"),
  ADAM("Adam", 2, "a step of Adam, of several tensors"),
  MOMENTUM("Momentum", 1, "a step along the mean gradient, of several tensors");

  private static final int MOST_INPUTS = 1 << 10;

  private final String label;

  /// Tensors that it keeps for each that it optimises.
  private final int kept;

  private final String summary;

  TrainingOperator(String label, int kept, String summary) {
    this.label = label;
    this.kept = kept;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary)
        .in("ai.onnx.preview.training")
        .with(Declaration.Way.KERNEL, ElementType.F32);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(4 + kept, MOST_INPUTS, MOST_INPUTS);
    int each = (node.inputs() - 2) / (2 + kept);
    node.require(
        node.inputs() == 2 + each * (2 + kept), "the inputs are not so many for each tensor");
    node.arity(4 + kept, MOST_INPUTS, each * (1 + kept));
    Value rate = node.input(0, ElementType.F32);
    Value count = node.input(1, ElementType.I64);
    node.require(
        rate.shape().count() == 1 && count.shape().count() == 1, "rate and count are not numbers");
    float norm = node.attributes().real("norm_coefficient", 0f);
    float alpha = this == ADAGRAD ? 0f : node.attributes().real("alpha", 0.9f);
    float beta = this == ADAGRAD ? 0f : node.attributes().real("beta", 0.999f);
    float epsilon = this == MOMENTUM ? 0f : node.attributes().real("epsilon", 1e-6f);
    float decay = this == ADAGRAD ? node.attributes().real("decay_factor", 0f) : 0f;
    float after = this == ADAM ? node.attributes().real("norm_coefficient_post", 0f) : 0f;
    boolean nesterov = this == MOMENTUM && isNesterov(node);
    node.attributes().end();
    for (int i = 0; i < each; i++) {
      Value x = node.input(2 + i, ElementType.F32);
      NodeImport.Call call =
          node.call(label.toLowerCase(Locale.ROOT) + ".f32")
              .named("step" + i)
              .read(rate)
              .read(count)
              .read(x);
      for (int j = 1; j < 2 + kept; j++) {
        Value other = node.input(2 + i + j * each, ElementType.F32);
        node.require(
            other.shape().equals(x.shape()),
            "a tensor and what belongs to it differ in shape",
            other.describe() + " and " + x.describe());
        call.read(other);
      }
      for (int j = 0; j <= kept; j++) {
        call.writePart(ElementType.F32, x.shape());
      }
      call.ints("n", x.shape().count()).real("norm", norm);
      switch (this) {
        case ADAGRAD -> call.real("decay", decay).real("epsilon", epsilon);
        case ADAM ->
            call.real("alpha", alpha)
                .real("beta", beta)
                .real("normAfter", after)
                .real("epsilon", epsilon);
        case MOMENTUM -> call.flag("nesterov", nesterov).real("alpha", alpha).real("beta", beta);
      }
      List<Value> results = call.emitAll();
      for (int j = 0; j <= kept; j++) {
        node.define(i + j * each, results.get(j));
      }
    }
  }

  private static boolean isNesterov(NodeImport node) {
    String mode = node.attributes().text("mode", "");
    return switch (mode) {
      case "standard" -> false;
      case "nesterov" -> true;
      default -> throw new RefusedNode("unknown mode", mode);
    };
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    int[] dims = make.dims(make.between(1, 2));
    node.given(make.floats()).given(make.whole(ElementType.I64, 0, 9));
    for (int i = 0; i < 2 + kept; i++) {
      node.given(make.floats(dims));
    }
    node.real("norm_coefficient", 0.1f);
    return this == MOMENTUM
        ? node.text("mode", make.one("standard", "nesterov")).end()
        : node.end();
  }
}
