package opml.formats.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxAttribute.Ints;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.SampleModel;
import opml.kernels.catalog.PinnedPrograms;
import org.junit.jupiter.api.Test;

/// Convolutions between DequantizeLinear and QuantizeLinear. That one is QLinearConv is seen by the model's id, which
/// is that of the same file with QLinearConv in it.
class QuantisedFusionTest {
  private static final float X_SCALE = 0.1f;
  private static final float[] SINGLE = {0.3f};
  private static final float[] PER_CHANNEL = {0.3f, 0.7f};
  private static final OnnxValueInfo X =
      OnnxValueInfo.of("x", ElementType.U8, Shape.of(1, 1, 4, 4));
  private static final OnnxAttribute PADS = Ints.of("pads", 1, 1, 1, 1);

  @Test
  void aConvolutionBetweenThemIsOfBytes() {
    assertThat(id(apart(0), SINGLE, biasScales(SINGLE)))
        .isEqualTo(id(whole(), SINGLE, biasScales(SINGLE)));
  }

  @Test
  void soIsOneWithScalesForEachChannel() {
    float[] scales = biasScales(PER_CHANNEL);
    assertThat(id(apart(0), PER_CHANNEL, scales)).isEqualTo(id(whole(), PER_CHANNEL, scales));
  }

  @Test
  void aBiasOfAnotherScaleStaysABiasOfFloats() {
    float[] other = {Math.nextUp(X_SCALE * SINGLE[0])};
    assertThat(kernels(apart(0), SINGLE, other)).contains("dequantize", "conv2d.f32", "quantize");
  }

  @Test
  void scalesAlongAnotherAxisStayWithFloats() {
    float[] scales = biasScales(PER_CHANNEL);
    assertThat(kernels(apart(2), PER_CHANNEL, scales)).contains("conv2d.f32");
  }

  @Test
  void anotherReaderOfTheConvolutionKeepsItsFloats() {
    List<OnnxNode> nodes = new ArrayList<>(apart(0));
    nodes.removeLast();
    nodes.add(node("QuantizeLinear", "q", List.of("c", "ys", "yz")));
    nodes.add(node("DequantizeLinear", "d", List.of("q", "ys", "yz")));
    nodes.add(node("Add", "sum", List.of("c", "d")));
    nodes.add(node("QuantizeLinear", "y", List.of("sum", "ys", "yz")));
    assertThat(kernels(nodes, SINGLE, biasScales(SINGLE))).contains("conv2d.f32", "add.f32");
  }

  private static float[] biasScales(float[] wScales) {
    float[] scales = new float[wScales.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = X_SCALE * wScales[i];
    }
    return scales;
  }

  private static List<OnnxNode> whole() {
    return List.of(
        new OnnxNode(
            "c",
            "QLinearConv",
            "",
            List.of("x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"),
            List.of("y"),
            List.of(PADS)));
  }

  private static List<OnnxNode> apart(int axis) {
    OnnxAttribute along = new IntValue("axis", axis);
    return List.of(
        node("DequantizeLinear", "xd", List.of("x", "xs", "xz")),
        node("DequantizeLinear", "wd", List.of("w", "ws", "wz"), along),
        node("DequantizeLinear", "bd", List.of("b", "bs"), new IntValue("axis", 0)),
        node("Conv", "c", List.of("xd", "wd", "bd"), PADS),
        node("QuantizeLinear", "y", List.of("c", "ys", "yz")));
  }

  private static OnnxNode node(
      String operator, String output, List<String> inputs, OnnxAttribute... attributes) {
    return OnnxNode.of(operator, inputs, List.of(output), attributes);
  }

  private static List<String> kernels(List<OnnxNode> nodes, float[] wScales, float[] biasScales) {
    return graph(nodes, wScales, biasScales).nodes().stream()
        .map(node -> node.kernel().name())
        .toList();
  }

  private static Object id(List<OnnxNode> nodes, float[] wScales, float[] biasScales) {
    return Model.of(graph(nodes, wScales, biasScales), PinnedPrograms::of).id();
  }

  private static Graph graph(List<OnnxNode> nodes, float[] wScales, float[] biasScales) {
    byte[] w = new byte[2 * 2 * 2];
    for (int i = 0; i < w.length; i++) {
      w[i] = (byte) (17 * i - 60);
    }
    Shape perScale = wScales.length == 1 ? Shape.of() : Shape.of(wScales.length);
    return OnnxImporter.of(
        "model",
        SampleModel.model(
            13,
            nodes,
            List.of(
                new OnnxTensor("xs", OperatorHarness.scalar(X_SCALE)),
                new OnnxTensor("xz", OperatorHarness.scalar(ElementType.U8, 7)),
                new OnnxTensor("w", Tensor.ofBytes(ElementType.I8, Shape.of(2, 1, 2, 2), w)),
                new OnnxTensor("ws", Tensor.ofFloats(perScale, wScales)),
                new OnnxTensor(
                    "wz", Tensor.ofBytes(ElementType.I8, perScale, new byte[wScales.length])),
                new OnnxTensor("b", Tensor.ofInts(Shape.of(2), 5, -9)),
                new OnnxTensor("bs", Tensor.ofFloats(perScale, biasScales)),
                new OnnxTensor("ys", OperatorHarness.scalar(0.5f)),
                new OnnxTensor("yz", OperatorHarness.scalar(ElementType.U8, 100))),
            X,
            OnnxValueInfo.of("y", ElementType.U8, Shape.of(1, 2, 5, 5))));
  }
}
