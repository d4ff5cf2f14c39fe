package opml.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import opml.engine.commit.Model;
import opml.engine.graph.Clearing;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Port.Part;
import opml.engine.graph.Slot;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.refusal.ImportException;
import opml.kernels.catalog.PinnedPrograms;
import org.junit.jupiter.api.Test;

/// Models of several inputs and outputs: how they lie in the two slots, and what comes out by name.
class PortsImportTest {
  private static final Shape PAIR = Shape.of(2);
  private static final OnnxValueInfo A = info("a", ElementType.F32, PAIR);
  private static final OnnxValueInfo B = info("b", ElementType.F32, PAIR);

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void inputsAreUnpackedFirstAndOutputsArePackedLast() {
    Graph graph =
        imported(
            List.of(A, info("skip", ElementType.I64, Shape.of(5)), B),
            List.of("sum", "twice"),
            List.of(node("Add", "sum", "a", "b"), node("Add", "twice", "b", "b")));
    assertThat(graph.nodes().stream().map(PortsImportTest::shown))
        .containsExactly(
            "copy [0] [1] [0, 0, 8]",
            // behind a at 32 are 40 bytes that nobody reads
            "copy [0] [2] [96, 0, 8]",
            "add.f32 [1, 2] [3]",
            "add.f32 [2, 2] [4]",
            "copy [3] [5] [0, 0, 8]",
            "copy [4, 5] [5] [0, 32, 8]",
            "clear [] [1, 2, 3, 4]");
    assertThat(graph.slots().stream().map(Slot::name))
        .containsExactly("inputs", "a", "b", "sum", "twice", "outputs");
    assertThat(graph.slots().stream().map(Slot::bytes)).containsExactly(104L, 8L, 8L, 8L, 8L, 40L);
    assertThat(graph.input().slot()).isZero();
    assertThat(graph.input().parts()).hasToString("[a f32 2, skip i64 5, b f32 2]");
    assertThat(graph.input().parts()).extracting(Part::offset).containsExactly(0L, 32L, 96L);
    assertThat(graph.output().slot()).isEqualTo(5);
    assertThat(graph.output().parts()).hasToString("[sum f32 2, twice f32 2]");
  }

  @Test
  void outputsComeByNameOfInputsByName() {
    for (int round = 0; round < 30; round++) {
      int rows = random.nextInt(1, 9);
      int columns = random.nextInt(1, 9);
      Shape shape = Shape.of(rows, columns);
      Graph graph =
          imported(
              List.of(
                  info("left", ElementType.F32, shape),
                  info("bytes", ElementType.U8, Shape.of(rows)),
                  info("row", ElementType.F32, Shape.of(columns)),
                  info("longs", ElementType.I64, Shape.of(columns, 1))),
              List.of("product", "longs", "positive", "constant", "bytes_again"),
              List.of(
                  node("Mul", "product", "left", "row"),
                  node("Relu", "positive", "left"),
                  node("Identity", "bytes_again", "bytes")),
              new OnnxTensor("constant", Tensor.ofInts(Shape.of(3), 7, -8, 9)));
      Tensor left = whole(shape);
      Tensor row = whole(Shape.of(columns));
      Tensor longs = Tensor.ofLongs(Shape.of(columns, 1), random.longs(columns).toArray());
      byte[] few = new byte[rows];
      random.nextBytes(few);
      Tensor bytes = Tensor.ofBytes(ElementType.U8, Shape.of(rows), few);
      Map<String, Tensor> outputs =
          run(graph, Map.of("left", left, "row", row, "longs", longs, "bytes", bytes));
      assertThat(outputs.keySet())
          .containsExactly("product", "longs", "positive", "constant", "bytes_again");
      for (int i = 0; i < shape.count(); i++) {
        assertThat(outputs.get("product").f32(i))
            .as("seed %d", seed)
            .isEqualTo(left.f32(i) * row.f32(i % columns));
        assertThat(outputs.get("positive").f32(i)).isEqualTo(Math.max(0, left.f32(i)));
      }
      assertThat(outputs.get("longs").integers()).isEqualTo(longs.integers());
      assertThat(outputs.get("longs").shape()).isEqualTo(longs.shape());
      assertThat(outputs.get("bytes_again").bytes()).isEqualTo(few);
      assertThat(outputs.get("constant").integers()).containsExactly(7, -8, 9);
    }
  }

  @Test
  void whatLiesBetweenOutputsIsZeroAndWhatLiesBetweenInputsIsNotRead() {
    Graph graph =
        imported(
            List.of(A, info("c", ElementType.BOOL, Shape.of(3)), B),
            List.of("c", "sum"),
            List.of(node("Add", "sum", "a", "b")));
    byte[] clean = new byte[72];
    byte[] dirty = new byte[72];
    Arrays.fill(dirty, (byte) 0x5a);
    for (byte[] input : List.of(clean, dirty)) {
      MemorySegment values = MemorySegment.ofArray(input);
      for (int at : new int[] {0, 4, 64, 68}) {
        values.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, at + 1);
      }
      input[32] = 1;
      input[33] = 0;
      input[34] = 1;
    }
    Model model = Model.of(graph, PinnedPrograms::of);
    GraphExecution one = GraphExecution.run(model, clean, runner(graph));
    GraphExecution other = GraphExecution.run(model, dirty, runner(graph));
    byte[] expected = new byte[40];
    expected[0] = 1;
    expected[2] = 1;
    MemorySegment.ofArray(expected).set(ValueLayout.JAVA_FLOAT_UNALIGNED, 32, 1 + 65);
    MemorySegment.ofArray(expected).set(ValueLayout.JAVA_FLOAT_UNALIGNED, 36, 5 + 69);
    assertThat(one.output()).isEqualTo(expected);
    assertThat(other.output()).isEqualTo(expected);
    assertThat(other.finalState()).as("the input is committed to").isNotEqualTo(one.finalState());
  }

  @Test
  void inputsConstantsViewsAndTheSameValueTwiceAreOutputs() {
    OnnxTensor shape = new OnnxTensor("shape", Tensor.ofLongs(Shape.of(2), 2, 1));
    Graph graph =
        imported(
            List.of(A, B),
            List.of("b", "column", "h", "again", "shape", "b"),
            List.of(
                node("Relu", "h", "a"),
                node("Identity", "again", "h"),
                node("Reshape", "column", "h", "shape")),
            shape);
    Map<String, Tensor> outputs =
        run(
            graph,
            Map.of("a", Tensor.ofFloats(PAIR, -1, 2), "b", Tensor.ofFloats(PAIR, Float.NaN, -0f)));
    assertThat(outputs.keySet()).containsExactly("b", "column", "h", "again", "shape", "b#6");
    for (String name : List.of("h", "again", "column")) {
      assertThat(outputs.get(name).floats()).as(name).containsExactly(0, 2);
    }
    assertThat(outputs.get("column").shape()).isEqualTo(Shape.of(2, 1));
    assertThat(outputs.get("shape").integers()).containsExactly(2, 1);
    assertThat(outputs.get("b#6").bytes()).isEqualTo(outputs.get("b").bytes());
    assertThat(outputs.get("b").floats()).containsExactly(Float.NaN, -0f);
  }

  @Test
  void anOutputThatIsOneOfSeveralInputsIsItsSlot() {
    Graph graph = imported(List.of(A, B), List.of("b"), List.of());
    assertThat(graph.nodes().stream().map(PortsImportTest::shown))
        .containsExactly("copy [0] [1] [32, 0, 8]");
    assertThat(graph.output()).hasToString("Port[slot=1, parts=[b f32 2]]");
    Graph constant =
        imported(
            List.of(A, B),
            List.of("c"),
            List.of(),
            new OnnxTensor("c", Tensor.ofInts(Shape.of(1), 5)));
    assertThat(constant.nodes().stream().map(PortsImportTest::shown))
        .containsExactly("copy [1] [2] [0, 0, 4]");
    assertThat(constant.slots().getFirst().bytes()).as("unread, and still there").isEqualTo(40);
  }

  @Test
  void initializersAmongTheInputsStayConstants() {
    OnnxTensor w = new OnnxTensor("w", Tensor.ofFloats(PAIR, 3, 4));
    List<OnnxNode> nodes = List.of(node("Add", "y", "a", "w"));
    Graph listed = imported(List.of(info("w", ElementType.F32, PAIR), A), List.of("y"), nodes, w);
    Graph plain = imported(List.of(A), List.of("y"), nodes, w);
    assertThat(id(listed)).isEqualTo(id(plain));
    assertThat(plain.slots().stream().map(Slot::name)).containsExactly("a", "w", "y");
    assertThat(plain.nodes()).hasSize(1);
  }

  @Test
  void aSymbolicBatchIsOneForEachInput() {
    List<OnnxValueInfo> inputs = new ArrayList<>();
    for (String name : List.of("p", "q")) {
      inputs.add(
          new OnnxValueInfo(
              name, 1, Optional.of(List.of(OptionalLong.empty(), OptionalLong.of(2)))));
    }
    Graph graph = imported(inputs, List.of("y"), List.of(node("Add", "y", "p", "q")));
    assertThat(graph.input().parts()).hasToString("[p f32 1x2, q f32 1x2]");
  }

  @Test
  void theOrderOfTheFileCountsAndItsNamesDoNot() {
    List<OnnxNode> nodes = List.of(node("MatMul", "y", "p", "q"), node("Relu", "z", "q"));
    OnnxValueInfo p = info("p", ElementType.F32, Shape.of(2, 2));
    OnnxValueInfo q = info("q", ElementType.F32, Shape.of(2, 2));
    Object id = id(imported(List.of(p, q), List.of("y", "z"), nodes));
    assertThat(id(imported(List.of(q, p), List.of("y", "z"), nodes))).isNotEqualTo(id);
    assertThat(id(imported(List.of(p, q), List.of("z", "y"), nodes))).isNotEqualTo(id);
    assertThat(
            id(
                imported(
                    List.of(
                        info("r", ElementType.F32, Shape.of(2, 2)),
                        info("s", ElementType.F32, Shape.of(2, 2))),
                    List.of("t", "u"),
                    List.of(node("MatMul", "t", "r", "s"), node("Relu", "u", "s")))))
        .isEqualTo(id);
  }

  @Test
  void namesThatAreShownAlikeAreToldApart() {
    String head = "n".repeat(90);
    List<String> names =
        List.of(head + "1" + head, head + "2" + head, "e\u001b[2J", "e\\u001B[2J", "e\\u001B[2J#4");
    List<OnnxValueInfo> inputs =
        names.stream().map(name -> info(name, ElementType.F32, PAIR)).toList();
    Graph graph = imported(inputs, names, List.of());
    List<String> shown = graph.input().parts().stream().map(Part::name).toList();
    assertThat(shown).doesNotHaveDuplicates();
    assertThat(shown.get(0)).hasSize(100);
    assertThat(shown.get(1)).isEqualTo(shown.get(0) + "#2");
    assertThat(shown.subList(2, 5))
        .containsExactly("e\\u001B[2J", "e\\u001B[2J#4", "e\\u001B[2J#4#5");
    assertThat(graph.output().parts()).extracting(Part::name).isEqualTo(shown);
  }

  @Test
  void thousandsOfInputsAndOutputsAreSoonImportedAndRun() {
    int count = 5000;
    List<OnnxValueInfo> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    List<OnnxNode> nodes = new ArrayList<>();
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      inputs.add(info("x" + i, ElementType.F32, Shape.of(1)));
      values.put("x" + i, Tensor.ofFloats(Shape.of(1), i));
      outputs.add("y" + i);
      nodes.add(node("Add", "y" + i, "x" + i, i == 0 ? "x0" : "y" + (i - 1)));
    }
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          Graph graph = imported(inputs, outputs, nodes);
          assertThat(Clearing.removed(graph).nodes()).hasSize(3 * count);
          Map<String, Tensor> sums =
              graph.output().unpack(result(graph, graph.input().pack(values)).data());
          // 0 + 1 + … + i, exact as long as it is below 2^24
          for (int i = 0; i < count; i += 499) {
            assertThat(sums.get("y" + i).f32(0)).isEqualTo(i * (i + 1) / 2f);
          }
        });
  }

  @Test
  void allThatIsTooMuchIsToldAtOnce() {
    Shape large = Shape.of(1 << 20, 100);
    List<OnnxValueInfo> inputs =
        IntStream.range(0, 3).mapToObj(i -> info("x" + i, ElementType.I32, large)).toList();
    assertThatThrownBy(() -> imported(inputs, List.of("x0", "x1"), List.of(node("Erf", "y", "x0"))))
        .isInstanceOf(ImportException.class)
        .hasMessage(
            """
            model cannot be run here, for 2 reasons:
              the 3 inputs take 1,258,291,200 bytes together; they share a slot, which has at most 536,870,912
              the 2 outputs take 838,860,800 bytes together; they share a slot, which has at most 536,870,912""");
    assertThatThrownBy(
            () -> imported(List.of(A), Collections.nCopies((1 << 16) + 1, "a"), List.of()))
        .isInstanceOf(ImportException.class)
        .hasMessage("model cannot be run here: 65,537 outputs; at most 65,536 are supported");
    assertThatThrownBy(() -> imported(List.of(), List.of(), List.of()))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("no output; at least one is needed");
    assertThatThrownBy(
            () ->
                imported(
                    List.of(A, A, info("", ElementType.F32, PAIR)),
                    List.of("a", "", "none"),
                    List.of()))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("values with a name that is taken: input (1 value: a)")
        .hasMessageContaining("values without a name (2 values, first: input)")
        .hasMessageContaining("outputs that nothing defines (1 output: none)");
  }

  // ------------------------------------------------------------------ models and runs

  private static Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs) {
    MemorySegment input = graph.input().pack(inputs);
    Tensor output = result(graph, input);
    Model model = Model.of(graph, PinnedPrograms::of);
    byte[] bytes = input.toArray(ValueLayout.JAVA_BYTE);
    assertThat(GraphExecution.run(model, bytes, runner(graph)).output()).isEqualTo(output.bytes());
    return graph.output().unpack(output.data());
  }

  private static Tensor result(Graph graph, MemorySegment input) {
    return switch (runner(graph).run(input)) {
      case GraphRunner.Result.Finished finished -> finished.output();
      case GraphRunner.Result.Failed _ -> throw new AssertionError("node failed");
    };
  }

  private static GraphRunner runner(Graph graph) {
    return GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
  }

  private static Object id(Graph graph) {
    return Model.of(graph, PinnedPrograms::of).id();
  }

  private static Graph imported(
      List<OnnxValueInfo> inputs,
      List<String> outputs,
      List<OnnxNode> nodes,
      OnnxTensor... initializers) {
    List<OnnxValueInfo> results =
        outputs.stream().map(name -> new OnnxValueInfo(name, 0, Optional.empty())).toList();
    OnnxGraph graph = new OnnxGraph("g", nodes, List.of(initializers), inputs, results);
    OnnxModel model = new OnnxModel(8, "", List.of(new OnnxOpset("", 13)), graph);
    return OnnxImporter.of("model", OnnxReader.parse("model", OnnxWriter.write(model)));
  }

  private static String shown(GraphNode node) {
    return node.kernel().name()
        + " "
        + Arrays.toString(node.inputs())
        + " "
        + Arrays.toString(node.outputs())
        + (node.kernel().name().equals("copy") ? " " + node.scalars() : "");
  }

  private Tensor whole(Shape shape) {
    float[] values = new float[shape.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-9, 10);
    }
    return Tensor.ofFloats(shape, values);
  }

  private static OnnxValueInfo info(String name, ElementType type, Shape shape) {
    return OnnxValueInfo.of(name, type, shape);
  }

  private static OnnxNode node(String opType, String output, String... inputs) {
    return OnnxNode.of(opType, List.of(inputs), List.of(output));
  }
}
