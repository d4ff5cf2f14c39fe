package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;

/// HannWindow, HammingWindow and BlackmanWindow of a size that is known at import: in doubles, rounded once.
enum SignalWindowOperator implements Operator {
  HANN("HannWindow"),
  HAMMING("HammingWindow"),
  BLACKMAN("BlackmanWindow");

  private static final int MOST = 1 << 24;

  private final String label;

  SignalWindowOperator(String label) {
    this.label = label;
  }

  private double value(double angle) {
    return switch (this) {
      case HANN -> 0.5 - 0.5 * StrictMath.cos(angle);
      case HAMMING -> 25.0 / 46 - 21.0 / 46 * StrictMath.cos(angle);
      case BLACKMAN -> 0.42 - 0.5 * StrictMath.cos(angle) + 0.08 * StrictMath.cos(2 * angle);
    };
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, "the window of that name, of a size")
        .since(17)
        .with(Declaration.Way.CONSTANT, ElementType.I32, ElementType.I64);
  }

  @Override
  public boolean needsConstants(OnnxNode node) {
    return true;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    long[] given = node.integers(0);
    node.require(
        given.length == 1 && given[0] >= 1 && given[0] <= MOST, "the size is not 1 to " + MOST);
    int size = (int) given[0];
    boolean periodic = node.attributes().flag("periodic", true);
    int code = node.attributes().integer("output_datatype", OnnxType.FLOAT.code(), 1, 100);
    node.attributes().end();
    ElementType type =
        OnnxType.of(code)
            .flatMap(OnnxType::element)
            .filter(
                one -> one == ElementType.F32 || one == ElementType.F16 || one == ElementType.BF16)
            .orElseThrow(
                () ->
                    new RefusedNode(
                        "output_datatype is not a float of at most 32 bits", "" + code));
    double period = Math.max(1, periodic ? size : size - 1);
    Tensor window = node.foldable(ElementType.F32, Shape.of(size));
    for (int i = 0; i < size; i++) {
      Elements.put(window, i, (float) value(2 * Math.PI * i / period));
    }
    node.define(node.cast(node.constant("window", window), type));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(ElementType.I32, ElementType.I64);
    return make.node(declaration().since())
        .constant(make.whole(type, 1, 9))
        .flag("periodic", make.oneIn(2))
        .end();
  }
}
