package opml.formats.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import opml.core.codec.MalformedException;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.Ints;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.file.SampleModel;
import opml.formats.refusal.ImportException;
import opml.kernels.catalog.PinnedPrograms;
import org.junit.jupiter.api.Test;

class ImportTest {
  private static final OnnxValueInfo X = OnnxValueInfo.of("x", ElementType.F32, Shape.of(2, 2));
  private static final OnnxValueInfo Y = OnnxValueInfo.of("y", ElementType.F32, Shape.of(2, 2));
  private static final OnnxTensor W =
      new OnnxTensor("w", Tensor.ofFloats(Shape.of(2, 2), 1, 2, 3, 4));

  @Test
  void theOrderOfTheFileDoesNotMatterWhereReadersWait() {
    OnnxNode first = node("MatMul", "h", "x", "w");
    OnnxNode second = node("Relu", "y", "h");
    Graph sorted = graph(List.of(first, second));
    Graph reversed = graph(List.of(second, first));
    assertThat(id(reversed)).isEqualTo(id(sorted));
    assertThat(sorted.slots().stream().map(Slot::name)).containsExactly("x", "w", "h", "y");
  }

  @Test
  void whatTheOutputDoesNotNeedIsLeftOut() {
    Graph lean = graph(List.of(node("MatMul", "y", "x", "w")));
    Graph full =
        graph(
            List.of(
                node("Tokenize", "unused", "x"),
                node("MatMul", "y", "x", "w"),
                node("Add", "also", "y", "w")));
    assertThat(id(full)).isEqualTo(id(lean));
  }

  @Test
  void viewsShareTheirSlotAndConstantsFold() {
    OnnxTensor shape = new OnnxTensor("shape", Tensor.ofLongs(Shape.of(2), -1, 1));
    Graph graph =
        OnnxImporter.of(
            "model",
            SampleModel.model(
                13,
                List.of(
                    node("Reshape", "column", "w", "shape"),
                    node("Flatten", "flat", "x"),
                    node("Identity", "same", "flat"),
                    new OnnxNode(
                        "", "Reshape", "", List.of("same", "row"), List.of("r"), List.of()),
                    node("Constant", "row", new String[0], Ints.of("value_ints", 1, 4)),
                    node("Dropout", "d", "r"),
                    node("MatMul", "y", "d", "column")),
                List.of(W, shape),
                X,
                Y));
    assertThat(graph.nodes()).hasSize(1);
    assertThat(graph.slots().stream().map(Slot::name)).containsExactly("x", "w", "y");
    assertThat(graph.output().parts().getFirst().shape()).isEqualTo(Shape.of(1, 1));
  }

  @Test
  void aConstantReadTwiceIsOneSlot() {
    Graph graph = graph(List.of(node("Add", "h", "x", "w"), node("Mul", "y", "h", "w")));
    assertThat(graph.slots()).hasSize(4);
  }

  @Test
  void aSymbolicBatchIsOne() {
    OnnxValueInfo x =
        new OnnxValueInfo("x", 1, Optional.of(List.of(OptionalLong.empty(), OptionalLong.of(2))));
    Graph graph =
        OnnxImporter.of(
            "model", SampleModel.model(13, List.of(node("Relu", "y", "x")), List.of(), x, Y));
    assertThat(graph.input().parts().getFirst().shape()).isEqualTo(Shape.of(1, 2));
    OnnxValueInfo second =
        new OnnxValueInfo("x", 1, Optional.of(List.of(OptionalLong.of(2), OptionalLong.empty())));
    refused(
        SampleModel.model(13, List.of(node("Relu", "y", "x")), List.of(), second, Y),
        "model cannot be run here: input x has dimensions that are not numbers: 1 is ?;");
  }

  @Test
  void unsupportedOperatorsAreListedAtOnce() {
    refused(
        List.of(
            node("Gelu", "a", "x"),
            new OnnxNode("n1", "Trilinear", "com.microsoft", List.of("a"), List.of("b"), List.of()),
            new OnnxNode("", "Tokenize", "", List.of("b"), List.of("y"), List.of())),
        "operators that we do not have: Gelu (since opset 20) (1 node: a), com.microsoft.Trilinear (1 node: n1),"
            + " Tokenize (1 node: #2 Tokenize)");
  }

  @Test
  void brokenGraphsAreRefused() {
    refused(
        List.of(node("Relu", "y", "h"), node("Relu", "h", "y")),
        "nodes that form a cycle (2 nodes, first: y)");
    refused(List.of(node("Relu", "y", "y")), "nodes that form a cycle (1 node: y)");
    refused(
        List.of(node("MatMul", "y", "x", "missing")),
        "nodes that read what nothing defines: missing (1 node: y)");
    refused(
        List.of(node("Relu", "y", "x"), node("Relu", "y", "x")),
        "values with a name that is taken: output of node y (1 value: y)");
    refused(
        List.of(node("Relu", "w", "x")),
        "values with a name that is taken: output of node w (1 value: w)");
    refused(List.of(node("Relu", "h", "x")), "outputs that nothing defines (1 output: y)");
    refused(
        List.of(node("Relu", "y")), "model cannot be run here: Relu: 0 inputs, not 1 (1 node: y)");
    refused(List.of(node("Relu", "y", "")), "input 0 is missing");
    refused(
        List.of(node("Gemm", "y", new String[] {"x", "w"}, new OnnxAttribute.Text("alpha", "1"))),
        "attribute alpha is not a float");
    refused(
        List.of(node("Softmax", "y", new String[] {"x"}, new OnnxAttribute.IntValue("axis", 2))),
        "Softmax: the axis does not exist: axis 2 of a tensor of rank 2");
  }

  @Test
  void otherOperatorSetsAreRefused() {
    for (int version : new int[] {0, 28}) {
      refused(
          SampleModel.model(version, List.of(node("Relu", "y", "x")), List.of(), X, Y),
          "opset " + version + "; 1 to 27 are supported");
    }
    OnnxGraph graph = SampleModel.dense().graph();
    refused(
        new OnnxModel(8, "", List.of(), graph),
        "0 versions of ONNX's operator set are named, not one");
  }

  @Test
  void hugeInputsAreRefused() {
    OnnxValueInfo huge = OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 1 << 30));
    refused(
        SampleModel.model(13, List.of(node("Relu", "y", "x")), List.of(), huge, Y),
        "tensors of more than 536870912 bytes are not supported: float 1x1073741824");
    OnnxValueInfo more =
        new OnnxValueInfo(
            "x", 1, Optional.of(List.of(OptionalLong.of(1 << 30), OptionalLong.of(1 << 30))));
    refused(
        SampleModel.model(13, List.of(node("Relu", "y", "x")), List.of(), more, Y),
        "input x has too many dimensions or elements: [1073741824, 1073741824]");
  }

  @Test
  void aModelCutAnywhereOrChangedIsRefusedOrSound() {
    byte[] bytes = OnnxWriter.write(SampleModel.dense());
    for (int length = 0; length < bytes.length; length++) {
      imports(Arrays.copyOf(bytes, length), "cut at " + length);
    }
    byte[] quantised = OnnxWriter.write(quantisedConv());
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = (i % 2 == 0 ? bytes : quantised).clone();
      for (int k = random.nextInt(1, 4); k > 0; k--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      imports(changed, "seed " + seed + ", case " + i);
    }
  }

  private static void imports(byte[] bytes, String what) {
    try {
      Graph graph = OnnxImporter.of("hostile", OnnxReader.parse("hostile", bytes));
      // whatever is imported must be sound enough to be committed to
      assertThat(Model.of(graph, PinnedPrograms::of).descriptor().nodeCount()).isPositive();
    } catch (MalformedException | ImportException expected) {
      assertThat(expected).as(what).hasMessageStartingWith("hostile");
    } catch (IllegalArgumentException e) {
      // from Model.of: a node or an output that no descriptor holds
      assertThat(e).as(what).hasMessageMatching("(?s).*(outputBytes|may execute).*");
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
  }

  private static OnnxModel quantisedConv() {
    return SampleModel.model(
        13,
        List.of(
            node("QuantizeLinear", "q", "x", "s", "z"),
            node(
                "QLinearConv",
                "c",
                new String[] {"q", "s", "z", "w", "s", "z", "s", "z"},
                Ints.of("pads", 1, 0, 1, 0)),
            node("DequantizeLinear", "f", "c", "s", "z"),
            node("MaxPool", "p", new String[] {"f"}, Ints.of("kernel_shape", 2, 2)),
            node("Softmax", "y", "p")),
        List.of(
            new OnnxTensor("s", OperatorHarness.scalar(0.5f)),
            new OnnxTensor("z", OperatorHarness.scalar(ElementType.U8, 7)),
            new OnnxTensor(
                "w", Tensor.ofBytes(ElementType.U8, Shape.of(1, 1, 2, 1), new byte[] {1, 2}))),
        OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 1, 4, 4)),
        Y);
  }

  private static Graph graph(List<OnnxNode> nodes) {
    Graph graph = OnnxImporter.of("model", SampleModel.model(13, nodes, List.of(W), X, Y));
    assertThat(graph.nodes().stream().map(GraphNode::kernel)).isNotEmpty();
    return graph;
  }

  private static Object id(Graph graph) {
    return Model.of(graph, PinnedPrograms::of).id();
  }

  private static void refused(List<OnnxNode> nodes, String message) {
    refused(SampleModel.model(13, nodes, List.of(W), X, Y), message);
  }

  private static void refused(OnnxModel model, String message) {
    assertThatThrownBy(() -> OnnxImporter.of("model", model))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining(message);
  }

  private static OnnxNode node(String opType, String output, String... inputs) {
    return OnnxNode.of(opType, List.of(inputs), List.of(output));
  }

  private static OnnxNode node(
      String opType, String output, String[] inputs, OnnxAttribute... attributes) {
    return OnnxNode.of(opType, List.of(inputs), List.of(output), attributes);
  }
}
