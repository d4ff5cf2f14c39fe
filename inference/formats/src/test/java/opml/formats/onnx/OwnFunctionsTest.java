package opml.formats.onnx;

import static opml.formats.onnx.ModelRuns.any;
import static opml.formats.onnx.ModelRuns.constant;
import static opml.formats.onnx.ModelRuns.floats;
import static opml.formats.onnx.ModelRuns.graph;
import static opml.formats.onnx.ModelRuns.node;
import static opml.formats.onnx.ModelRuns.row;
import static opml.formats.onnx.ModelRuns.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import opml.engine.graph.Graph;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.FloatValue;
import opml.formats.onnx.file.OnnxFunction;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;

/// A model's own functions stand in the graph as their nodes.
class OwnFunctionsTest {
  private static final List<OnnxOpset> OPSETS = List.of(new OnnxOpset("", 16));

  @Test
  void eachCallHasValuesAndAttributesOfItsOwn() {
    OnnxFunction leaky =
        new OnnxFunction(
            "own",
            "Leaky",
            "",
            List.of("a"),
            List.of("r"),
            List.of("slope"),
            List.of(),
            List.of(
                node(
                    "LeakyRelu",
                    List.of("a"),
                    List.of("t"),
                    new OnnxAttribute.Reference("alpha", "slope")),
                node("Neg", "r", "t")),
            OPSETS);
    Graph graph =
        imported(
            List.of(leaky),
            call("Leaky", List.of("x"), "t", new FloatValue("slope", 0.5f)),
            call("Leaky", List.of("t"), "y", new FloatValue("slope", 2)));
    // -leaky(8, 0.5) = -8, -leaky(-4, 0.5) = 2; then with 2
    assertThat(run(graph, Map.of("x", row(8, -4))).get("y").floats()).containsExactly(16, -2);
  }

  @Test
  void anAttributeMayHaveADefaultAndAnInputMayBeAbsent() {
    OnnxFunction clipped =
        new OnnxFunction(
            "own",
            "Clipped",
            "",
            List.of("a", "least"),
            List.of("r"),
            List.of(),
            List.of(new FloatValue("slope", 0.25f)),
            List.of(
                node(
                    "LeakyRelu",
                    List.of("a"),
                    List.of("t"),
                    new OnnxAttribute.Reference("alpha", "slope")),
                node("Clip", "r", "t", "least")),
            OPSETS);
    Graph graph = imported(List.of(clipped), call("Clipped", List.of("x"), "y"));
    assertThat(run(graph, Map.of("x", row(8, -4))).get("y").floats()).containsExactly(8, -1);
    Graph other =
        imported(
            List.of(clipped),
            call("Clipped", List.of("x", "one"), "y", new FloatValue("slope", 1)));
    assertThat(run(other, Map.of("x", row(8, -4))).get("y").floats()).containsExactly(8, 1);
  }

  @Test
  void functionsCallFunctionsButNeverThemselves() {
    OnnxFunction outer = function("Outer", call("Inner", List.of("a"), "r"));
    OnnxFunction inner = function("Inner", node("Neg", "r", "a"));
    Graph graph = imported(List.of(outer, inner), call("Outer", List.of("x"), "y"));
    assertThat(run(graph, Map.of("x", row(1, 2))).get("y").floats()).containsExactly(-1, -2);
    for (OnnxNode again :
        List.of(call("Outer", List.of("a"), "r"), call("Inner", List.of("a"), "r"))) {
      OnnxFunction circle = function("Inner", again);
      assertThatThrownBy(() -> imported(List.of(outer, circle), call("Outer", List.of("x"), "y")))
          .isInstanceOf(ImportException.class)
          .hasMessageContaining("the function calls itself");
    }
  }

  @Test
  void functionsThatCallEachOtherTwiceAreNotFollowedForEver() {
    // each calls the next one twice: 2^27 nodes
    OnnxFunction[] chain = new OnnxFunction[28];
    for (int i = 0; i < chain.length; i++) {
      chain[i] =
          i == chain.length - 1
              ? function("F" + i, node("Neg", "r", "a"))
              : new OnnxFunction(
                  "own",
                  "F" + i,
                  "",
                  List.of("a"),
                  List.of("r"),
                  List.of(),
                  List.of(),
                  List.of(
                      call("F" + (i + 1), List.of("a"), "t"),
                      call("F" + (i + 1), List.of("t"), "r")),
                  OPSETS);
    }
    assertThatThrownBy(() -> imported(List.of(chain), call("F0", List.of("x"), "y")))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("more than 1,048,576 nodes, those of loops counted each time");
  }

  @Test
  void aFunctionDoesNotSeeWhatIsAroundItsCall() {
    OnnxFunction peeping = function("Peeping", node("Add", "r", "a", "one"));
    assertThatThrownBy(() -> imported(List.of(peeping), call("Peeping", List.of("x"), "y")))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("nodes that read what nothing defines");
  }

  @Test
  void graphsInFunctionsReadTheFunctionsValues() {
    OnnxNode choice =
        node(
            "If",
            List.of("c"),
            List.of("r"),
            graph(
                "then_branch",
                graph(List.of(call("Twice", List.of("a"), "s")), List.of(), List.of(), any("s"))),
            graph("else_branch", graph(List.of(), List.of(), List.of(), any("a"))));
    OnnxNode yes =
        node(
            "Constant",
            List.of(),
            List.of("c"),
            new OnnxAttribute.TensorValue("value", ModelRuns.truth(true)));
    OnnxFunction choosing =
        new OnnxFunction(
            "own",
            "Choosing",
            "",
            List.of("a"),
            List.of("r"),
            List.of(),
            List.of(),
            List.of(yes, choice),
            OPSETS);
    OnnxFunction twice = function("Twice", node("Add", "r", "a", "a"));
    Graph graph = imported(List.of(choosing, twice), call("Choosing", List.of("x"), "y"));
    assertThat(run(graph, Map.of("x", row(1, 2))).get("y").floats()).containsExactly(2, 4);
  }

  @Test
  void aCallMayLeaveOutputsOut() {
    OnnxFunction both =
        new OnnxFunction(
            "own",
            "Both",
            "",
            List.of("a"),
            List.of("p", "q"),
            List.of(),
            List.of(),
            List.of(node("Neg", "p", "a"), node("Abs", "q", "a")),
            OPSETS);
    OnnxNode call = new OnnxNode("c", "Both", "own", List.of("x"), List.of("", "y"), List.of());
    Map<String, Tensor> got = run(imported(List.of(both), call), Map.of("x", row(1, -2)));
    assertThat(got.get("y").floats()).containsExactly(1, 2);
  }

  private static OnnxFunction function(String name, OnnxNode node) {
    return new OnnxFunction(
        "own", name, "", List.of("a"), List.of("r"), List.of(), List.of(), List.of(node), OPSETS);
  }

  private static OnnxNode call(
      String function, List<String> inputs, String output, OnnxAttribute... attributes) {
    return new OnnxNode(output, function, "own", inputs, List.of(output), List.of(attributes));
  }

  private static Graph imported(List<OnnxFunction> functions, OnnxNode... nodes) {
    OnnxModel model =
        new OnnxModel(
            8,
            "opml",
            OPSETS,
            graph(
                List.of(nodes),
                List.of(constant("one", Shape.SCALAR, 1)),
                List.of(floats("x", 2)),
                any("y")),
            functions);
    return OnnxImporter.of("model", model);
  }
}
