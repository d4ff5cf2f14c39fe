package opml.formats.onnx;

import static opml.formats.onnx.ModelRuns.any;
import static opml.formats.onnx.ModelRuns.constant;
import static opml.formats.onnx.ModelRuns.flag;
import static opml.formats.onnx.ModelRuns.floats;
import static opml.formats.onnx.ModelRuns.graph;
import static opml.formats.onnx.ModelRuns.node;
import static opml.formats.onnx.ModelRuns.row;
import static opml.formats.onnx.ModelRuns.run;
import static opml.formats.onnx.ModelRuns.truth;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import opml.engine.graph.Graph;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxFunction;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;

/// Files whose names are made to be taken for others: those that an import makes for the values of loops, branches and
/// functions, those of a function's inputs, and those of a sequence's tensors.
class ClashingNamesTest {
  private static final List<OnnxOpset> OPSETS = List.of(new OnnxOpset("", 16));
  private static final String VICTIM = "victim";

  @Test
  void noNameOfAFileIsOneThatAnImportMakes() {
    Set<String> made = made();
    assertThat(made).hasSizeGreaterThan(15);
    Map<String, Tensor> inputs = Map.of("x", row(1, -2), "chosen", truth(true));
    float[] expected =
        run(OnnxImporter.of("model", model(VICTIM, VICTIM)), inputs).get("y").floats();
    for (String name : made) {
      Graph graph = OnnxImporter.of("model", model(name, name));
      assertThat(run(graph, inputs).get("y").floats()).as(name).isEqualTo(expected);
      // What such a name stands for is none of a file's business.
      assertThatThrownBy(() -> OnnxImporter.of("model", model(VICTIM, name)))
          .as(name)
          .isInstanceOf(ImportException.class)
          .hasMessageContaining("nodes that read what nothing defines");
    }
  }

  /// {@return the names of values that an import makes}
  private static Set<String> made() {
    OnnxExamination examined = OnnxImporter.examine("model", model(VICTIM, VICTIM), Bindings.NONE);
    Set<String> made = new TreeSet<>(examined.values().keySet());
    made.removeAll(Set.of("x", "chosen", "n", "l", "b", "c", "s", "y", VICTIM));
    return made;
  }

  /// A loop, a branch and a call, and a value that is defined before them and read behind them.
  private static OnnxModel model(String defined, String read) {
    OnnxGraph turn =
        graph(
            List.of(node("Neg", "t", "s"), node("Add", "next", "t", "x")),
            List.of(),
            List.of(any("i"), any("going"), any("s")),
            any("going"),
            any("next"));
    OnnxGraph then = graph(List.of(node("Abs", "q", "l")), List.of(), List.of(), any("q"));
    OnnxGraph otherwise = graph(List.of(node("Neg", "q", "l")), List.of(), List.of(), any("q"));
    OnnxFunction twice =
        function(List.of("a"), List.of("r"), node("Neg", "t", "a"), node("Sub", "r", "a", "t"));
    List<OnnxNode> nodes =
        List.of(
            node("Exp", defined, "x"),
            node("Loop", List.of("n", "", "x"), List.of("l"), graph("body", turn)),
            node(
                "If",
                List.of("chosen"),
                List.of("b"),
                graph("then_branch", then),
                graph("else_branch", otherwise)),
            call(List.of("b"), "c"),
            node("Add", "s", "c", read),
            node("Mul", "y", "s", read));
    return new OnnxModel(
        8,
        "opml",
        OPSETS,
        graph(nodes, List.of(constant("n", 2)), List.of(floats("x", 2), flag("chosen")), any("y")),
        List.of(twice));
  }

  @Test
  void aFunctionsInputsStayWhatTheyAre() {
    OnnxFunction again =
        function(
            List.of("a"),
            List.of("r"),
            node("Neg", "t", "b"),
            node("Abs", "a", "t"),
            node("Add", "r", "a", "t"));
    assertThatThrownBy(() -> called(again, call(List.of("x"), "y")))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("the function has a node with the name of an input: a");
    OnnxFunction same = function(List.of("a", "a"), List.of("r"), node("Neg", "r", "a"));
    assertThatThrownBy(() -> called(same, call(List.of("x", "x"), "y")))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("the function has two inputs with one name: a");
  }

  @Test
  void aFunctionMayGiveAValueTwice() {
    OnnxFunction both = function(List.of("a"), List.of("r", "r", "a", "a"), node("Neg", "r", "a"));
    OnnxNode call =
        new OnnxNode("c", "F", "own", List.of("x"), List.of("p", "q", "v", "w"), List.of());
    Graph graph = called(both, call, node("Sum", "y", "p", "q", "v", "w", "w"));
    assertThat(run(graph, Map.of("x", row(1, -2))).get("y").floats()).containsExactly(1, -2);
  }

  @Test
  void aSequencesTensorsAndOtherInputsAreAllThere() {
    OnnxModel model =
        new OnnxModel(
            8,
            "opml",
            OPSETS,
            graph(
                List.of(
                    node(
                        "ConcatFromSequence",
                        List.of("f"),
                        List.of("z"),
                        new OnnxAttribute.IntValue("axis", 0)),
                    node("Sub", "y", "z", "f[0]")),
                List.of(),
                List.of(floats("f", OnnxValueInfo.Kind.SEQUENCE), floats("f[0]", 2)),
                any("y")));
    Bindings bindings = new Bindings(Map.of("f", 1), Map.of("f", Shape.of(2)), Map.of());
    Graph graph = OnnxImporter.of("model", model, bindings);
    List<String> names = graph.input().parts().stream().map(part -> part.name()).toList();
    assertThat(names).doesNotHaveDuplicates().hasSize(2);
    Map<String, Tensor> got =
        run(graph, Map.of(names.getFirst(), row(5, 6), names.getLast(), row(1, 2)));
    assertThat(got.get("y").floats()).containsExactly(4, 4);
  }

  private static OnnxFunction function(
      List<String> inputs, List<String> outputs, OnnxNode... nodes) {
    return new OnnxFunction(
        "own", "F", "", inputs, outputs, List.of(), List.of(), List.of(nodes), OPSETS);
  }

  private static OnnxNode call(List<String> inputs, String output) {
    return new OnnxNode(output, "F", "own", inputs, List.of(output), List.of());
  }

  private static Graph called(OnnxFunction function, OnnxNode... nodes) {
    OnnxModel model =
        new OnnxModel(
            8,
            "opml",
            OPSETS,
            graph(List.of(nodes), List.of(), List.of(floats("x", 2)), any("y")),
            List.of(function));
    return OnnxImporter.of("model", model);
  }
}
