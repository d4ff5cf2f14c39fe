package opml.formats.onnx;

import static opml.formats.onnx.ModelRuns.any;
import static opml.formats.onnx.ModelRuns.constant;
import static opml.formats.onnx.ModelRuns.floats;
import static opml.formats.onnx.ModelRuns.graph;
import static opml.formats.onnx.ModelRuns.names;
import static opml.formats.onnx.ModelRuns.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import opml.engine.graph.Graph;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxFunction;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;

/// Loops and functions that somebody made to hurt who imports them: a short file costs little time and memory, however
/// often its parts are gone through.
class HostileBodiesTest {
  private static final Duration SOON = Duration.ofMinutes(5);
  private static final int OPSET = 16;
  private static final int MOST_TURNS = 1 << 16;
  private static final String COUNTED =
      "nodes and values in loops and functions, counted each time";

  @Test
  void aBodyOfManyNodesThatNobodyNeedsIsNotReadAtEachTurn() {
    List<OnnxNode> nodes = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      nodes.add(node("Neg", "n" + i, "s"));
    }
    nodes.add(node("Neg", "next", "s"));
    assertThat(refused(looped(MOST_TURNS, nodes, List.of()))).contains("Loop: more than", COUNTED);
  }

  @Test
  void aBodyOfManyConstantsThatNobodyNeedsIsNotReadAtEachTurn() {
    List<OnnxTensor> constants =
        IntStream.range(0, 5_000).mapToObj(i -> constant("c" + i, i)).toList();
    assertThat(refused(looped(MOST_TURNS, List.of(node("Neg", "next", "s")), constants)))
        .contains("Loop: more than", COUNTED);
  }

  @Test
  void turnsOfNothingInTurnsOfNothingAreCounted() {
    OnnxNode inner =
        node("Loop", List.of("n", "", "s"), List.of("next"), graph("body", body(List.of())));
    assertThat(refused(looped(MOST_TURNS, List.of(inner), List.of()))).contains(COUNTED);
  }

  @Test
  void aFunctionOfManyNodesThatNobodyNeedsIsNotReadAtEachCall() {
    List<OnnxNode> nodes = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      nodes.add(node("Neg", "n" + i, "a"));
    }
    nodes.add(node("Neg", "r", "a"));
    List<OnnxNode> calls = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      calls.add(call("Wide", i == 0 ? "x" : "h" + i, i == 2_999 ? "y" : "h" + (i + 1)));
    }
    assertThat(refused(model(calls, function("Wide", List.of("a"), List.of("r"), nodes))))
        .contains("Wide: more than", COUNTED);
  }

  @Test
  void longNamesInABodyAreNotRepeatedAtEachTurn() {
    String big = "A".repeat(65_000);
    List<OnnxNode> nodes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String from = i == 0 ? "s" : big + i;
      nodes.add(new OnnxNode(big + i, "Neg", "", List.of(from), List.of(big + (i + 1)), List.of()));
    }
    nodes.add(node("Neg", "next", big + 10));
    Graph graph =
        assertTimeoutPreemptively(
            SOON, () -> OnnxImporter.of("model", looped(2_000, nodes, List.of())));
    assertThat(graph.nodes()).hasSizeGreaterThan(22_000);
  }

  @Test
  void cutNamesStayDifferentOnes() {
    // what the first is cut to is the name of the third
    String big = "A".repeat(300);
    String brief = "A".repeat(50) + "~0";
    List<OnnxNode> nodes =
        List.of(
            node("Neg", big, "s"),
            node("Abs", big + "B", big),
            node("Exp", brief, big + "B"),
            node("Sum", "next", big, big + "B", brief));
    Graph graph = OnnxImporter.of("model", looped(1, nodes, List.of()));
    float[] y = ModelRuns.run(graph, Map.of("x", ModelRuns.row(0, 0))).get("y").floats();
    assertThat(y).containsExactly(1, 1);
  }

  /// Exporters name what a body is given by where it stands.
  @Test
  void whatABodyIsGivenMayHaveLongNames() {
    String big = "A".repeat(300);
    OnnxGraph body =
        graph(
            List.of(node("Neg", big + "next", big + "state")),
            List.of(),
            List.of(any(big + "turn"), any(big + "before"), any(big + "state")),
            any(big + "before"),
            any(big + "next"));
    OnnxNode loop = node("Loop", List.of("n", "", "x"), List.of("y"), graph("body", body));
    OnnxModel model =
        ModelRuns.model(
            OPSET,
            graph(List.of(loop), List.of(constant("n", 3)), List.of(floats("x", 2)), any("y")));
    Graph graph = OnnxImporter.of("model", model);
    float[] y = ModelRuns.run(graph, Map.of("x", ModelRuns.row(1, -2))).get("y").floats();
    assertThat(y).containsExactly(-1, 2);
  }

  @Test
  void aLoopWithoutTurnsMayDeclareNonsense() {
    for (long[] dims : new long[][] {{-1}, {1L << 40}, {1 << 30, 1 << 30}, new long[20]}) {
      List<OptionalLong> declared =
          IntStream.range(0, dims.length).mapToObj(i -> OptionalLong.of(dims[i])).toList();
      OnnxGraph body =
          graph(
              List.of(node("Neg", "next", "s")),
              List.of(),
              List.of(any("turn"), any("before"), any("s")),
              any("before"),
              any("next"),
              new OnnxValueInfo("next", 1, Optional.of(declared)));
      OnnxNode loop =
          node("Loop", List.of("none", "", "x"), List.of("z", "y"), graph("body", body));
      OnnxModel model =
          ModelRuns.model(
              OPSET,
              graph(
                  List.of(loop), List.of(constant("none", 0)), List.of(floats("x", 2)), any("y")));
      assertThat(refusal(model)).contains("Loop: ");
    }
  }

  @Test
  void whatALoopGathersMayHaveAsManyAxesAsThereAre() {
    OnnxNode loop =
        node(
            "Loop",
            List.of("n", "", "x"),
            List.of("z", "y"),
            graph(
                "body",
                graph(
                    List.of(node("Neg", "next", "s")),
                    List.of(),
                    List.of(any("turn"), any("before"), any("s")),
                    any("before"),
                    any("next"),
                    any("next"))));
    int[] ones = new int[Shape.MAX_RANK];
    Arrays.fill(ones, 1);
    OnnxModel model =
        ModelRuns.model(
            OPSET,
            graph(List.of(loop), List.of(constant("n", 2)), List.of(floats("x", ones)), any("y")));
    assertThat(refusal(model)).contains("more than " + Shape.MAX_RANK + " axes");
  }

  @Test
  void zerosBehindAShortSequenceAreNotMadeForEachPlace() {
    // a sequence of 50,000 places of which one is there, and a result of 16 MiB for each
    OnnxGraph body =
        graph(
            List.of(
                node("Add", "sum", "state", "element"), node("Expand", "wide", "element", "to")),
            List.of(),
            List.of(any("state"), any("element")),
            any("sum"),
            any("wide"));
    OnnxNode scan =
        node(
            "Scan",
            List.of("lengths", "begin", "x"),
            List.of("last", "y"),
            graph("body", body),
            new IntValue("num_scan_inputs", 1));
    OnnxModel model =
        ModelRuns.model(
            8,
            graph(
                List.of(scan),
                List.of(
                    new OnnxTensor("lengths", Tensor.ofLongs(Shape.of(1), 1)),
                    new OnnxTensor("to", Tensor.ofLongs(Shape.of(1), 1 << 22))),
                List.of(floats("begin", 1, 1), floats("x", 1, 50_000, 1)),
                any("y")));
    assertThat(refused(model)).contains("Scan: ");
  }

  @Test
  void whatAFunctionHandsOnIsNotSearchedForEachOutput() {
    int count = 10_000;
    List<String> in = names("in", count);
    List<String> out = names("out", count);
    List<OnnxNode> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(node("Neg", "n" + i, in.get(i)));
    }
    OnnxNode call =
        new OnnxNode(
            "c", "Wide", "own", Collections.nCopies(count, "x"), out, List.<OnnxAttribute>of());
    OnnxModel model =
        model(List.of(call, node("Neg", "y", out.getLast())), function("Wide", in, in, nodes));
    Graph graph = assertTimeoutPreemptively(SOON, () -> OnnxImporter.of("model", model));
    assertThat(graph.nodes().stream().filter(node -> node.kernel().name().startsWith("neg")))
        .hasSize(1);
  }

  @Test
  void manyRefusalsOfWhatMustBeKnownDoNotGoThroughAllThatIsBeforeThemEachTime() {
    List<OnnxNode> nodes = new ArrayList<>();
    int count = 4_000;
    for (int i = 0; i < count; i++) {
      nodes.add(node("Neg", "h" + (i + 1), i == 0 ? "s" : "h" + i));
    }
    for (int i = 0; i < count; i++) {
      nodes.add(node("Reshape", "r" + i, "x", "h" + count));
    }
    nodes.add(node("Sum", "y", names("r", count).toArray(String[]::new)));
    OnnxModel model =
        ModelRuns.model(
            OPSET,
            graph(
                nodes,
                List.of(),
                List.of(floats("x", 2), OnnxValueInfo.of("s", ElementType.I64, Shape.of(1))),
                any("y")));
    assertThat(refused(model)).contains("to be bound are s");
  }

  private static String refused(OnnxModel model) {
    return assertTimeoutPreemptively(SOON, () -> refusal(model));
  }

  private static String refusal(OnnxModel model) {
    return String.valueOf(
        catchThrowableOfType(ImportException.class, () -> OnnxImporter.of("model", model))
            .getMessage());
  }

  /// {@return a model of a loop over `s`, which begins as `x` and ends as `y`}
  private static OnnxModel looped(int turns, List<OnnxNode> nodes, List<OnnxTensor> constants) {
    OnnxGraph body =
        graph(
            nodes,
            constants,
            List.of(any("turn"), any("before"), any("s")),
            any("before"),
            any("next"));
    OnnxNode loop = node("Loop", List.of("n", "", "x"), List.of("y"), graph("body", body));
    return ModelRuns.model(
        OPSET,
        graph(List.of(loop), List.of(constant("n", turns)), List.of(floats("x", 2)), any("y")));
  }

  /// {@return a body that hands on what it is given, and does these nodes}
  private static OnnxGraph body(List<OnnxNode> nodes) {
    return graph(nodes, List.of(), List.of(any("t"), any("b"), any("v")), any("b"), any("v"));
  }

  private static OnnxNode call(String function, String input, String output) {
    return new OnnxNode(output, function, "own", List.of(input), List.of(output), List.of());
  }

  private static OnnxFunction function(
      String name, List<String> inputs, List<String> outputs, List<OnnxNode> nodes) {
    return new OnnxFunction(
        "own", name, "", inputs, outputs, List.of(), List.of(), nodes, opsets().toList());
  }

  private static Stream<OnnxOpset> opsets() {
    return Stream.of(new OnnxOpset("", OPSET), new OnnxOpset("own", 1));
  }

  private static OnnxModel model(List<OnnxNode> nodes, OnnxFunction function) {
    return new OnnxModel(
        8,
        "opml",
        opsets().toList(),
        graph(nodes, List.of(), List.of(floats("x", 2)), any("y")),
        List.of(function));
  }
}
