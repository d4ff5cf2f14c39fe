package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// LpNormalization along an axis, and LRN across channels.
enum AxisNormalisationOperator implements Operator {
  NORM("LpNormalization", "what is along an axis by its norm"),
  RESPONSE("LRN", "each element by a power of the squares of neighbouring channels");

  private static final int MOST_CHANNELS = 1 << 12;

  private final String label;
  private final String summary;

  AxisNormalisationOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary)
        .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Shape shape = x.shape();
    int rank = shape.rank();
    NodeImport.Call call =
        node.call(this == NORM ? "lpnorm.f32" : "lrn.f32")
            .named("normal")
            .read(x)
            .writePart(ElementType.F32, shape);
    int axis = 1;
    switch (this) {
      case NORM -> {
        axis = node.axis(node.attributes().integer("axis", -1, -rank, rank), rank);
        call.ints("p", node.attributes().integer("p", 2, 1, 2));
      }
      case RESPONSE -> {
        node.require(rank >= 2, "the input has no channels", x.describe());
        int size = node.attributes().integer("size", 0, 1, MOST_CHANNELS);
        node.require(size > 0, "size is missing");
        call.ints("before after", (size - 1) / 2, size / 2)
            .real("alpha", node.attributes().real("alpha", 1e-4f) / size)
            .real("beta", node.attributes().real("beta", 0.75f))
            .real("bias", node.attributes().real("bias", 1f));
      }
    }
    node.attributes().end();
    call.ints("axis", shape.countOf(0, axis), shape.dim(axis), shape.countOf(axis + 1, rank));
    floats.define(0, call.emitPart());
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    int rank = make.between(2, 4);
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    node.given(make.tensor(type, make.dims(rank)));
    return this == NORM
        ? node.integer("axis", make.between(-rank, rank - 1)).integer("p", make.between(1, 2)).end()
        : node.integer("size", make.between(1, 5)).real("alpha", 0.3f).real("bias", 2f).end();
  }
}
