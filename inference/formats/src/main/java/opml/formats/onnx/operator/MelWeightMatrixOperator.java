package opml.formats.onnx.operator;

import java.util.Arrays;
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

/// MelWeightMatrix of numbers that are known at import: in doubles, rounded once.
final class MelWeightMatrixOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "MelWeightMatrix", "the weights of a spectrum's bins in bands of the mel scale")
          .since(17)
          .with(Declaration.Way.CONSTANT, ElementType.I32, ElementType.I64);

  private static final int MOST = 1 << 20;

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public boolean needsConstants(OnnxNode node) {
    return true;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(5, 5);
    int bands = integer(node, 0);
    int length = integer(node, 1);
    int rate = integer(node, 2);
    double low = mel(number(node, 3));
    double high = mel(number(node, 4));
    int code = node.attributes().integer("output_datatype", OnnxType.FLOAT.code(), 1, 100);
    node.require(code == OnnxType.FLOAT.code(), "output_datatype is not float", "" + code);
    node.attributes().end();
    int bins = length / 2 + 1;
    int[] edges = new int[bands + 2];
    Arrays.setAll(
        edges,
        i -> {
          double hertz =
              700 * (StrictMath.pow(10, (i * ((high - low) / (bands + 2)) + low) / 2595) - 1);
          return (int) Math.floor((length + 1) * hertz / rate);
        });
    for (int edge : edges) {
      node.require(edge >= 0 && edge < bins, "a band lies outside of the spectrum", "" + edge);
    }
    Tensor weights = node.foldable(ElementType.F32, Shape.of(bins, bands));
    for (int i = 0; i < bands; i++) {
      int rise = edges[i + 1] - edges[i];
      int fall = edges[i + 2] - edges[i + 1];
      if (rise == 0) {
        Elements.put(weights, edges[i + 1] * bands + i, 1f);
      }
      for (int j = edges[i]; rise > 0 && j <= edges[i + 1]; j++) {
        Elements.put(weights, j * bands + i, (float) ((double) (j - edges[i]) / rise));
      }
      for (int j = edges[i + 1]; fall > 0 && j < edges[i + 2]; j++) {
        Elements.put(weights, j * bands + i, (float) ((double) (edges[i + 2] - j) / fall));
      }
    }
    node.defineConstant(weights);
  }

  private static int integer(NodeImport node, int index) {
    long[] given = node.integers(index);
    node.require(
        given.length == 1 && given[0] >= 1 && given[0] <= MOST,
        "input " + index + " is not 1 to " + MOST);
    return (int) given[0];
  }

  private static double number(NodeImport node, int index) {
    Tensor tensor = node.constant(index);
    node.requireType(tensor.type() == ElementType.F32, tensor.type(), "float is supported");
    node.require(
        tensor.shape().count() == 1 && tensor.f32(0) >= 0, "input " + index + " is no frequency");
    return tensor.f32(0);
  }

  private static double mel(double hertz) {
    return 2595 * StrictMath.log10(1 + hertz / 700);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    return make.node(DECLARATION.since())
        .constant(make.whole(make.one(ElementType.I32, ElementType.I64), 1, 5))
        .constant(make.whole(ElementType.I64, 16, 32))
        .constant(make.whole(ElementType.I32, 8000, 8192))
        .constant(make.whole(ElementType.F32, 0, 10))
        .constant(make.whole(ElementType.F32, 1000, 3000))
        .end();
  }
}
