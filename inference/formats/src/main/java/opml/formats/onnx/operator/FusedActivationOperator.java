package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.FLOATS;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.operator.OneCall.Real;

/// The forms of Gelu that ONNX Runtime has, of x, or of the sum of x and a bias of its last axis.
enum FusedActivationOperator implements Operator {
  BIAS_GELU("BiasGelu", "Gelu of x + bias", "gelu.f32"),
  FAST_GELU("FastGelu", "Gelu by tanh, of x or of x + bias", "gelu.tanh.f32"),
  GELU("Gelu", "(x / 2) · (1 + erf(x / √2))", "gelu.f32"),
  QUICK_GELU("QuickGelu", "x · sigmoid(alpha · x)", "swish.f32");

  private static final float ALPHA = 1.702f;

  private final String label;
  private final String summary;
  private final String kernel;

  FusedActivationOperator(String label, String summary, String kernel) {
    this.label = label;
    this.summary = summary;
    this.kernel = kernel;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary)
        .in(Composition.MICROSOFT)
        .with(Declaration.Way.KERNEL, FLOATS);
  }

  @Override
  public void importNode(NodeImport node) {
    boolean mayHaveBias = this == BIAS_GELU || this == FAST_GELU;
    node.arity(this == BIAS_GELU ? 2 : 1, mayHaveBias ? 2 : 1);
    Value x = node.input(0);
    node.requireType(x.type().isFloat(), x.type(), "floats are supported");
    float alpha = this == QUICK_GELU ? node.attributes().real("alpha", ALPHA) : 0;
    node.attributes().end();
    Composition all = new Composition(node);
    Value given = node.cast(x, ElementType.F32);
    Optional<Value> bias = node.optional(1);
    if (bias.isPresent()) {
      Value addend = bias.get();
      Shape shape = x.shape();
      node.require(
          shape.rank() >= 1
              && addend.type().isFloat()
              && addend.shape().equals(Shape.of(shape.dim(shape.rank() - 1))),
          "the bias does not fit",
          addend.describe() + " for " + x.describe());
      given = all.sum(given, node.cast(addend, ElementType.F32));
    }
    Value y =
        this == QUICK_GELU
            ? all.each(kernel, given, new Real("alpha", alpha))
            : all.each(kernel, given);
    node.define(node.cast(y, x.type()));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    ElementType type = make.one(FLOATS);
    int[] dims = make.dims(make.between(1, 4));
    node.given(make.tensor(type, dims));
    if (this == BIAS_GELU || this == FAST_GELU && make.oneIn(2)) {
      node.either(make.tensor(type, dims[dims.length - 1]));
    }
    return this == QUICK_GELU && make.oneIn(2) ? node.real("alpha", 0.75f).end() : node.end();
  }
}
