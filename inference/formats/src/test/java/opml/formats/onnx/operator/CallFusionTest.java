package opml.formats.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.graph.Graph;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxAttribute.Ints;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.SampleModel;
import org.junit.jupiter.api.Test;

/// Nodes that are one kernel's work: that they become its call, what it computes, and when they do not.
class CallFusionTest {
  private static final int OPSET = 17;
  private static final int ROWS = 6;
  private static final int WIDTH = 5;
  private static final float EPSILON = 0.25f;
  private static final float[] NUMBERS = {1, -2, 0.5f, 3, 0.25f};

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);
  private final Tensor x = floats(2, ROWS / 2, WIDTH);
  private final List<OnnxNode> nodes = new ArrayList<>();
  private final List<OnnxTensor> constants = new ArrayList<>();

  private Tensor floats(int... dims) {
    Shape shape = Shape.of(dims);
    return Tensor.ofFloats(
        shape, OperatorHarness.floats(shape.count(), _ -> random.nextDouble(-2, 2)));
  }

  private String number(String name, float value) {
    return constant(name, OperatorHarness.scalar(value));
  }

  private String constant(String name, Tensor value) {
    constants.add(new OnnxTensor(name, value));
    return name;
  }

  private String node(
      String operator, String output, List<String> inputs, OnnxAttribute... attributes) {
    nodes.add(OnnxNode.of(operator, inputs, List.of(output), attributes));
    return output;
  }

  private Graph graph() {
    return OperatorHarness.imported(OperatorHarness.model(OPSET, nodes, constants, x));
  }

  /// The same model with another output, which keeps what computes it apart.
  private Graph apart(String other) {
    OnnxModel one = OperatorHarness.model(OPSET, nodes, constants, x);
    OnnxGraph graph = one.graph();
    OnnxModel both =
        SampleModel.model(
            OPSET, nodes, constants, graph.inputs().getFirst(), graph.outputs().getFirst());
    List<OnnxValueInfo> outputs =
        List.of(graph.outputs().getFirst(), new OnnxValueInfo(other, 0, Optional.empty()));
    return OperatorHarness.imported(
        new OnnxModel(
            both.irVersion(),
            both.producerName(),
            both.opsets(),
            new OnnxGraph(graph.name(), nodes, constants, graph.inputs(), outputs)));
  }

  private static List<String> kernels(Graph graph) {
    return graph.nodes().stream()
        .map(node -> node.kernel().name())
        .filter(name -> !name.equals("copy") && !name.startsWith("clear"))
        .toList();
  }

  private String layerNormalisation(boolean squared, String ownEpsilon) {
    OnnxAttribute last = Ints.of("axes", -1);
    node("ReduceMean", "mean", List.of("x"), last);
    node("Sub", "centred", List.of("x", "mean"));
    if (squared) {
      node("Pow", "square", List.of("centred", number("two", 2)));
    } else {
      node("Sub", "again", List.of("x", "mean"));
      node("Mul", "square", List.of("again", "again"));
    }
    node("ReduceMean", "variance", List.of("square"), last);
    node("Add", "sum", List.of(ownEpsilon, "variance"));
    node("Sqrt", "root", List.of("sum"));
    node("Div", "normal", List.of("centred", "root"));
    node(
        "Mul",
        "scaled",
        List.of("normal", constant("scale", Tensor.ofFloats(Shape.of(WIDTH), NUMBERS))));
    return node("Add", "y", List.of(constant("bias", floats(WIDTH)), "scaled"));
  }

  @Test
  void rowsLessTheirMeansByTheirDeviationsAreLayerNormalisation() {
    for (boolean squared : new boolean[] {true, false}) {
      nodes.clear();
      constants.clear();
      layerNormalisation(squared, number("epsilon", EPSILON));
      Graph graph = graph();
      assertThat(kernels(graph)).containsExactly("normalize.f32");
      float[] got = OperatorHarness.run(graph, x).floats();
      float[] bias = constants.getLast().value().floats();
      float[] given = x.floats();
      for (int row = 0; row < ROWS; row++) {
        double mean = 0;
        for (int j = 0; j < WIDTH; j++) {
          mean += given[row * WIDTH + j] / (double) WIDTH;
        }
        double variance = 0;
        for (int j = 0; j < WIDTH; j++) {
          double off = given[row * WIDTH + j] - mean;
          variance += off * off / WIDTH;
        }
        for (int j = 0; j < WIDTH; j++) {
          double normal = (given[row * WIDTH + j] - mean) / Math.sqrt(variance + EPSILON);
          assertThat((double) got[row * WIDTH + j])
              .as("seed %d", seed)
              .isCloseTo(normal * NUMBERS[j] + bias[j], within(1e-5));
        }
      }
    }
  }

  @Test
  void whoeverReadsWhatLiesBetweenKeepsItApart() {
    layerNormalisation(true, number("epsilon", EPSILON));
    assertThat(kernels(apart("variance"))).contains("sqrt.f32").doesNotContain("normalize.f32");
    nodes.set(nodes.size() - 1, OnnxNode.of("Add", List.of("bias", "scaled"), List.of("w")));
    node("Neg", "other", List.of("root"));
    node("Add", "y", List.of("w", "other"));
    assertThat(kernels(graph())).contains("sqrt.f32").doesNotContain("normalize.f32");
  }

  @Test
  void aDeviationOfAnotherMeanIsAnotherMatter() {
    layerNormalisation(false, number("epsilon", EPSILON));
    nodes.replaceAll(
        one ->
            one.outputs().getFirst().equals("again")
                ? OnnxNode.of("Sub", List.of("mean", "x"), List.of("again"))
                : one);
    assertThat(kernels(graph())).doesNotContain("normalize.f32");
  }

  @Test
  void anEpsilonThatIsComputedIsNone() {
    node("ReduceMax", "most", List.of("x"), Ints.of("axes", 0, 1, 2));
    layerNormalisation(true, "most");
    assertThat(kernels(graph())).contains("sqrt.f32").doesNotContain("normalize.f32");
  }

  private void gelu(int order, boolean divided, float half) {
    nodes.clear();
    constants.clear();
    node(
        divided ? "Div" : "Mul",
        "scaled",
        List.of("x", number("root", (float) (divided ? Math.sqrt(2) : Math.sqrt(0.5)))));
    node("Erf", "erf", List.of("scaled"));
    node("Add", "more", List.of(number("one", 1), "erf"));
    number("half", half);
    switch (order) {
      case 0 -> {
        node("Mul", "product", List.of("x", "more"));
        node("Mul", "y", List.of("product", "half"));
      }
      case 1 -> {
        node("Mul", "halved", List.of("half", "x"));
        node("Mul", "y", List.of("halved", "more"));
      }
      default -> {
        node("Mul", "halved", List.of("more", "half"));
        node("Mul", "y", List.of("x", "halved"));
      }
    }
  }

  @Test
  void allOrdersOfItsFactorsAreGelu() {
    for (int order = 0; order < 3; order++) {
      for (boolean divided : new boolean[] {true, false}) {
        gelu(order, divided, 0.5f);
        Graph graph = graph();
        assertThat(kernels(graph)).containsExactly("gelu.f32");
        float[] got = OperatorHarness.run(graph, x).floats();
        float[] slow =
            OperatorHarness.run(
                    OPSET + 3,
                    List.of(OnnxNode.of("Gelu", List.of("x"), List.of("y"))),
                    List.of(),
                    x)
                .floats();
        assertThat(got).as("seed %d", seed).isEqualTo(slow);
        gelu(order, divided, 0.25f);
        assertThat(kernels(graph())).contains("erf.f32");
      }
    }
  }

  @Test
  void aRowThatIsAddedToAProductIsItsBias() {
    constant("w", floats(WIDTH, 4));
    constant("b", floats(4));
    node("MatMul", "product", List.of("x", "w"));
    node("Add", "y", List.of("b", "product"));
    Graph whole = graph();
    assertThat(kernels(whole)).containsExactly("gemm.f32");
    Graph parts = apart("product");
    assertThat(kernels(parts)).contains("matmul.f32", "add.f32");
    assertSame(whole, parts);
  }

  @Test
  void matricesInAnotherOrderAreReadWhereTheyAre() {
    int heads = random.nextInt(1, 4);
    int width = random.nextInt(1, 4);
    Tensor tokens = floats(1, random.nextInt(1, 6), heads * width);
    constant("split", Tensor.ofLongs(Shape.of(4), 1, -1, heads, width));
    node("Neg", "k", List.of("x"));
    for (String name : List.of("x", "k")) {
      node("Reshape", name + "4", List.of(name, "split"));
    }
    node("Transpose", "queries", List.of("x4"), Ints.of("perm", 0, 2, 1, 3));
    node("Transpose", "keys", List.of("k4"), Ints.of("perm", 0, 2, 3, 1));
    node("MatMul", "y", List.of("queries", "keys"));
    Graph whole = OperatorHarness.imported(OperatorHarness.model(OPSET, nodes, constants, tokens));
    assertThat(kernels(whole)).as("seed %d", seed).containsExactly("neg.f32", "matmul.f32");
    nodes.set(nodes.size() - 1, OnnxNode.of("MatMul", List.of("queries", "keys"), List.of("z")));
    node("Sub", "nothing", List.of("queries", "queries"));
    node("ReduceSum", "none", List.of("nothing"));
    node("Add", "y", List.of("z", "none"));
    Graph parts = OperatorHarness.imported(OperatorHarness.model(OPSET, nodes, constants, tokens));
    assertThat(OperatorHarness.run(whole, tokens).floats())
        .as("seed %d", seed)
        .isEqualTo(OperatorHarness.run(parts, tokens).floats());
  }

  @Test
  void aMatrixTimesItselfInAnotherOrderIsMovedOnce() {
    Tensor square = floats(4, 4);
    node("Transpose", "t", List.of("x"), Ints.of("perm", 1, 0));
    node("MatMul", "y", List.of("t", "t"));
    Graph graph = OperatorHarness.imported(OperatorHarness.model(OPSET, nodes, constants, square));
    assertThat(kernels(graph)).containsExactly("move.b4", "matmul.f32");
    OperatorHarness.run(graph, square);
  }

  @Test
  void aBiasOfAnotherWidthOrOfEachMatrixIsAdded() {
    constant("w", floats(2, WIDTH, 4));
    constant("b", floats(4));
    node("MatMul", "product", List.of("x", "w"));
    node("Add", "y", List.of("product", "b"));
    assertThat(kernels(graph())).containsExactly("matmul.f32", "add.f32");
    constants.clear();
    constant("w", floats(WIDTH, 4));
    constant("b", floats(ROWS / 2, 4));
    assertThat(kernels(graph())).containsExactly("matmul.f32", "add.f32");
  }

  @Test
  void sumsOfBytesThatAreScaledAndAddedToARowAreOneProduct() {
    for (boolean perColumn : new boolean[] {false, true}) {
      nodes.clear();
      constants.clear();
      constant("w", OperatorHarness.bytes(random, ElementType.I8, WIDTH, 4));
      constant("wz", OperatorHarness.scalar(ElementType.I8, 3));
      constant("s", perColumn ? floats(4) : OperatorHarness.scalar(0.3f));
      constant("b", floats(4));
      nodes.add(OnnxNode.of("DynamicQuantizeLinear", List.of("x"), List.of("q", "xs", "xz")));
      node("MatMulInteger", "sums", List.of("q", "w", "xz", "wz"));
      node("Cast", "cast", List.of("sums"), new IntValue("to", 1));
      node("Mul", "scale", List.of("xs", "s"));
      node("Mul", "product", List.of("scale", "cast"));
      node("Add", "y", List.of("product", "b"));
      Graph whole = graph();
      assertThat(kernels(whole))
          .containsExactly("dynamic.quantize", "mul.f32", "matmul.integer.scaled");
      Graph parts = apart("cast");
      assertThat(kernels(parts)).contains("matmul.integer", "cast", "add.f32");
      assertSame(whole, parts);
    }
  }

  /// The first outputs have the same bits.
  private void assertSame(Graph whole, Graph parts) {
    byte[] expected = OperatorHarness.run(whole, x).bytes();
    byte[] all = OperatorHarness.run(parts, x).bytes();
    byte[] first = new byte[expected.length];
    System.arraycopy(all, 0, first, 0, first.length);
    assertThat(first).as("seed %d", seed).isEqualTo(expected);
  }
}
