package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.FLOATS;

import java.util.List;
import java.util.Locale;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.operator.OneCall.Real;

/// Activations with parameters.
@SuppressWarnings("ImmutableEnumChecker") // what is declared never changes
enum ActivationOperator implements Operator {
  CELU("Celu", "x, or alpha · (exp(x / alpha) - 1) below 0", 12, new Real("alpha", 1)),
  ELU("Elu", "x, or alpha · (exp(x) - 1) below 0", 0, new Real("alpha", 1)),
  GELU("Gelu", "(x / 2) · (1 + erf(x / √2)), or with tanh", 20),
  HARD_SIGMOID(
      "HardSigmoid",
      "max(0, min(1, alpha · x + beta))",
      0,
      new Real("alpha", 0.2f),
      new Real("beta", 0.5f)),
  LEAKY_RELU("LeakyRelu", "x, or alpha · x below 0", 0, new Real("alpha", 0.01f)),
  SELU(
      "Selu",
      "gamma · x, or gamma · alpha · (exp(x) - 1) up to 0",
      0,
      new Real("alpha", 1.6732632f),
      new Real("gamma", 1.050701f)),
  SHRINK(
      "Shrink",
      "x drawn to 0 by bias, and 0 within lambd of it",
      9,
      new Real("lambda", 0.5f),
      new Real("bias", 0)),
  SWISH("Swish", "x · sigmoid(alpha · x)", 24, new Real("alpha", 1)),
  THRESHOLDED_RELU("ThresholdedRelu", "x above alpha, else 0", 10, new Real("alpha", 1));

  private final Declaration declaration;
  private final List<Real> parameters;

  ActivationOperator(String label, String summary, int since, Real... parameters) {
    Declaration any = Declaration.of(label, summary);
    this.declaration = (since == 0 ? any : any.since(since)).with(Way.KERNEL, FLOATS);
    this.parameters = List.of(parameters);
  }

  @Override
  public Declaration declaration() {
    return declaration;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0);
    node.requireType(x.type().isFloat(), x.type(), "floats are supported");
    Real[] given = new Real[parameters.size()];
    for (int i = 0; i < given.length; i++) {
      Real parameter = parameters.get(i);
      float value = node.attributes().real(attribute(parameter), parameter.value());
      given[i] = new Real(parameter.name(), value);
    }
    String kernel = declaration.name().toLowerCase(Locale.ROOT);
    if (this == GELU) {
      String form = node.attributes().text("approximate", "none");
      node.require(form.equals("none") || form.equals("tanh"), "approximate is none or tanh", form);
      kernel += form.equals("tanh") ? ".tanh" : "";
    }
    node.attributes().end();
    node.define(OneCall.ofFloats(node, "", kernel + ".f32", x, given));
  }

  /// ONNX leaves out a letter.
  private static String attribute(Real parameter) {
    return parameter.name().equals("lambda") ? "lambd" : parameter.name();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(FLOATS);
    CaseMaker.Draft node =
        make.node(declaration.since()).given(make.tensor(type, make.dims(make.between(0, 4))));
    for (Real parameter : parameters) {
      if (make.oneIn(2)) {
        node.real(attribute(parameter), make.between(1, 20) / 8f);
      }
    }
    if (this == GELU && make.oneIn(2)) {
      node.text("approximate", make.oneIn(2) ? "tanh" : "none");
    }
    return node.end();
  }
}
