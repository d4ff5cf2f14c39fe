package opml.formats.onnx;

import static opml.formats.onnx.ModelRuns.any;
import static opml.formats.onnx.ModelRuns.constant;
import static opml.formats.onnx.ModelRuns.flag;
import static opml.formats.onnx.ModelRuns.floats;
import static opml.formats.onnx.ModelRuns.graph;
import static opml.formats.onnx.ModelRuns.imported;
import static opml.formats.onnx.ModelRuns.model;
import static opml.formats.onnx.ModelRuns.node;
import static opml.formats.onnx.ModelRuns.row;
import static opml.formats.onnx.ModelRuns.run;
import static opml.formats.onnx.ModelRuns.truth;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.graph.Graph;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxValueInfo.Kind;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;

/// Sequences are lists at import: nodes of them do what lists of Java do.
class SequencesTest {
  private static final int OPSET = 17;

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void sequencesAreListsOfTheModelsTensors() {
    for (int round = 0; round < 30; round++) {
      List<OnnxNode> nodes = new ArrayList<>();
      List<OnnxTensor> constants = new ArrayList<>();
      List<String> names = List.of("a", "b", "c");
      List<String> expected = new ArrayList<>(names.subList(0, random.nextInt(1, 4)));
      nodes.add(node("SequenceConstruct", expected, List.of("s0")));
      int steps = random.nextInt(1, 12);
      for (int i = 1; i <= steps; i++) {
        String before = "s" + (i - 1);
        boolean said = random.nextBoolean();
        boolean inserts = expected.size() < 2 || random.nextInt(3) > 0;
        int places = inserts ? expected.size() + 1 : expected.size();
        int place = said ? random.nextInt(places) : places - 1;
        // from the end, as far as numbers say it
        long number =
            place < expected.size() && random.nextBoolean() ? place - expected.size() : place;
        List<String> inputs = new ArrayList<>(List.of(before));
        if (inserts) {
          String name = names.get(random.nextInt(3));
          inputs.add(name);
          expected.add(place, name);
        } else {
          expected.remove(place);
        }
        if (said) {
          constants.add(constant("p" + i, number));
          inputs.add("p" + i);
        }
        nodes.add(node(inserts ? "SequenceInsert" : "SequenceErase", inputs, List.of("s" + i)));
      }
      int place = random.nextInt(expected.size());
      constants.add(constant("place", place));
      nodes.add(node("SequenceAt", "at", "s" + steps, "place"));
      nodes.add(node("SequenceLength", "length", "s" + steps));
      nodes.add(
          node(
              "ConcatFromSequence",
              List.of("s" + steps),
              List.of("rows"),
              new IntValue("axis", -2),
              new IntValue("new_axis", 1)));
      Graph graph =
          imported(
              model(
                  OPSET,
                  graph(
                      nodes,
                      constants,
                      List.of(floats("a", 2), floats("b", 2), floats("c", 2)),
                      any("at"),
                      any("length"),
                      any("rows"),
                      floats("s" + steps, Kind.SEQUENCE))));
      Map<String, Tensor> given = Map.of("a", row(1, 2), "b", row(3, 4), "c", row(5, 6));
      Map<String, Tensor> got = run(graph, given);
      assertThat(got.get("at").floats())
          .as("seed %d", seed)
          .isEqualTo(given.get(expected.get(place)).floats());
      assertThat(got.get("length").integers()).containsExactly(expected.size());
      assertThat(got.get("rows").shape()).isEqualTo(Shape.of(expected.size(), 2));
      for (int i = 0; i < expected.size(); i++) {
        float[] wanted = given.get(expected.get(i)).floats();
        assertThat(got.get("s" + steps + "[" + i + "]").floats()).isEqualTo(wanted);
        assertThat(got.get("rows").part(0, i, 1).floats()).isEqualTo(wanted);
      }
      assertThat(got).hasSize(3 + expected.size());
    }
  }

  @Test
  void aTensorIsSplitInPartsOfASize() {
    assertThat(shapes(split(true), List.of())).containsExactly("1x3", "1x3", "1x3", "1x3", "1x3");
    assertThat(shapes(split(false), List.of())).containsExactly("3", "3", "3", "3", "3");
    OnnxTensor two = constant("n", 2);
    assertThat(shapes(split(false, "n"), List.of(two))).containsExactly("2x3", "2x3", "1x3");
    OnnxTensor sizes = new OnnxTensor("n", Tensor.ofLongs(Shape.of(3), 1, 0, 4));
    assertThat(shapes(split(true, "n"), List.of(sizes))).containsExactly("1x3", "0x3", "4x3");
    for (long[] wrong : new long[][] {{1, 3}, {6, -1}, {}}) {
      OnnxTensor not = new OnnxTensor("n", Tensor.ofLongs(Shape.of(wrong.length), wrong));
      assertThatThrownBy(() -> shapes(split(true, "n"), List.of(not)))
          .hasMessageContaining("SplitToSequence: the parts are not the whole");
    }
    assertThatThrownBy(() -> shapes(split(true, "n"), List.of(constant("n", 0))))
        .hasMessageContaining("parts of less than one element");
  }

  private static OnnxNode split(boolean keeps, String... sizes) {
    List<String> inputs = new ArrayList<>(List.of("x"));
    inputs.addAll(List.of(sizes));
    return node("SplitToSequence", inputs, List.of("y"), new IntValue("keepdims", keeps ? 1 : 0));
  }

  private static List<String> shapes(OnnxNode split, List<OnnxTensor> constants) {
    Graph graph =
        imported(
            model(OPSET, graph(List.of(split), constants, List.of(floats("x", 5, 3)), any("y"))));
    Tensor x = Tensor.ofFloats(Shape.of(5, 3), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    List<String> shapes = new ArrayList<>();
    List<Float> all = new ArrayList<>();
    run(graph, Map.of("x", x))
        .forEach(
            (name, part) -> {
              shapes.add(part.shape().toString());
              for (float value : part.floats()) {
                all.add(value);
              }
            });
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i)).isEqualTo(i);
    }
    assertThat(all).hasSize(15);
    return shapes;
  }

  @Test
  void aSequenceIsAsManyInputsAsABindingSays() {
    OnnxNode joined =
        node("ConcatFromSequence", List.of("x"), List.of("y"), new IntValue("axis", 0));
    OnnxValueInfo x = floats("x", Kind.SEQUENCE);
    OnnxModel sum = model(OPSET, graph(List.of(joined), List.of(), List.of(x), any("y")));
    assertThatThrownBy(() -> imported(sum))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining(
            "input x is a sequence; expected is --bind x=N, how many tensors it has");
    assertThatThrownBy(() -> imported(sum, new Bindings(Map.of("x", 2), Map.of(), Map.of())))
        .hasMessageContaining("input x has no shape");
    Bindings all =
        new Bindings(
            Map.of("x", 3),
            Map.of("x", Shape.of(2), "x[1]", Shape.of(1)),
            Map.of("x[2]", row(7, 8)));
    Graph graph = imported(sum, all);
    assertThat(graph.input().parts()).hasToString("[x[0] f32 2, x[1] f32 1]");
    assertThat(run(graph, Map.of("x[0]", row(1, 2), "x[1]", row(3))).get("y").floats())
        .containsExactly(1, 2, 3, 7, 8);
    assertThatThrownBy(
            () ->
                imported(
                    sum,
                    new Bindings(Map.of("x", 1, "n", 2), Map.of("x[1]", Shape.of(1)), Map.of())))
        .hasMessageContaining("bound is the input x[1], which the model does not have")
        .hasMessageContaining("bound is the dimension n, which the model does not have; it has x");
    assertThatThrownBy(() -> imported(sum, new Bindings(Map.of("x", 70_000), Map.of(), Map.of())))
        .hasMessageContaining("input x has 70,000 tensors; at most 65,536 inputs are supported");
    assertThatThrownBy(
            () -> imported(sum, new Bindings(Map.of("x", 0), Map.of("x", Shape.of(2)), Map.of())))
        .hasMessageContaining("a sequence without elements has no shape to join");
  }

  @Test
  void aSequenceOfNothingIsAnOutputWithoutElements() {
    OnnxValueInfo x = floats("x", Kind.SEQUENCE);
    Graph graph =
        imported(
            model(
                OPSET, graph(List.of(node("Identity", "y", "x")), List.of(), List.of(x), any("y"))),
            new Bindings(Map.of("x", 0), Map.of(), Map.of()));
    assertThat(graph.output().parts()).hasToString("[nothing u8 0]");
    assertThat(run(graph).get("nothing").bytes()).isEmpty();
  }

  @Test
  void anOptionalIsWhatIsInItOrNothing() {
    List<OnnxNode> nodes =
        List.of(
            node("OptionalHasElement", "has", "x"),
            node(
                "If",
                List.of("has"),
                List.of("y"),
                graph(
                    "then_branch",
                    graph(
                        List.of(
                            node("OptionalGetElement", "element", "x"),
                            node("Neg", "negative", "element")),
                        List.of(),
                        List.of(),
                        any("negative"))),
                graph(
                    "else_branch",
                    graph(
                        List.of(node("Identity", "zero", "z")),
                        List.of(),
                        List.of(),
                        any("zero")))));
    OnnxTensor z = constant("z", Shape.of(1), 0);
    OnnxModel model =
        model(
            OPSET,
            graph(
                nodes,
                List.of(z),
                List.of(new OnnxValueInfo("x", Kind.OPTIONAL, 1, floats("x", 2).shape())),
                any("y"),
                any("has")));
    assertThatThrownBy(() -> imported(model))
        .hasMessageContaining(
            "input x is an optional; expected is --bind x=N, 0 if it has nothing, or 1");
    Graph one = imported(model, new Bindings(Map.of("x", 1), Map.of(), Map.of()));
    Map<String, Tensor> got = run(one, Map.of("x", row(1, -2)));
    assertThat(got.get("y").floats()).containsExactly(-1, 2);
    assertThat(got.get("has").integers()).containsExactly(1);
    Map<String, Tensor> none =
        run(imported(model, new Bindings(Map.of("x", 0), Map.of(), Map.of())));
    assertThat(none.get("y").floats()).containsExactly(0);
    assertThat(none.get("has").integers()).containsExactly(0);
  }

  @Test
  void whatIsInAnEmptyOptionalIsNotTaken() {
    List<OnnxNode> nodes =
        List.of(
            node("Optional", List.of(), List.of("none")), node("OptionalGetElement", "y", "none"));
    assertThatThrownBy(
            () ->
                imported(model(OPSET, graph(nodes, List.of(), List.of(floats("x", 2)), any("y")))))
        .hasMessageContaining("OptionalGetElement: the optional is empty");
    OnnxNode relu = node("Relu", "y", "none");
    assertThatThrownBy(
            () ->
                imported(
                    model(
                        OPSET,
                        graph(
                            List.of(nodes.getFirst(), relu),
                            List.of(),
                            List.of(floats("x", 2)),
                            any("y")))))
        .hasMessageContaining("input 0 is an empty optional, where a tensor is supported");
  }

  @Test
  void anOptionalSequenceIsBoundToItsLengthOrToNothing() {
    OnnxValueInfo x = new OnnxValueInfo("x", Kind.OPTIONAL_SEQUENCE, 1, floats("x", 2).shape());
    OnnxModel model =
        model(
            OPSET,
            graph(
                List.of(node("Identity", "y", "x"), node("OptionalHasElement", "has", "x")),
                List.of(),
                List.of(x),
                new OnnxValueInfo("y", Kind.OPTIONAL_SEQUENCE, 1, Optional.empty()),
                any("has")));
    Graph two = imported(model, new Bindings(Map.of("x", 2), Map.of(), Map.of()));
    assertThat(two.output().parts()).hasToString("[y[0] f32 2, y[1] f32 2, has bool scalar]");
    assertThat(run(two, Map.of("x[0]", row(1, 2), "x[1]", row(3, 4))).get("y[1]").floats())
        .containsExactly(3, 4);
    Graph none = imported(model, new Bindings(Map.of("x", 0), Map.of(), Map.of()));
    assertThat(run(none).get("has").integers()).containsExactly(0);
  }

  @Test
  void branchesMayGiveSequencesOfTheSameShapes() {
    Graph graph = imported(branches(2, 2));
    Map<String, Tensor> given = Map.of("a", row(1), "b", row(2));
    for (boolean condition : new boolean[] {false, true}) {
      Map<String, Tensor> all = new HashMap<>(given);
      all.put("if", truth(condition));
      Map<String, Tensor> got = run(graph, all);
      assertThat(got.get("y[0]").floats()).containsExactly(condition ? 1 : 2);
      assertThat(got.get("y[1]").floats()).containsExactly(condition ? 1 : 2);
    }
    assertThatThrownBy(() -> imported(branches(2, 3)))
        .hasMessageContaining(
            "the condition of branches with different shapes must be a constant, and follows from"
                + " inputs: to be bound are if");
    Bindings bound = new Bindings(Map.of(), Map.of(), Map.of("if", truth(false)));
    assertThat(run(imported(branches(2, 3), bound), given)).hasSize(3);
  }

  private static OnnxModel branches(int then, int otherwise) {
    return model(
        OPSET,
        graph(
            List.of(
                node(
                    "If",
                    List.of("if"),
                    List.of("y"),
                    graph("then_branch", repeated("a", then)),
                    graph("else_branch", repeated("b", otherwise)))),
            List.of(),
            List.of(flag("if"), floats("a", 1), floats("b", 1)),
            floats("y", Kind.SEQUENCE)));
  }

  private static OnnxGraph repeated(String name, int times) {
    return graph(
        List.of(node("SequenceConstruct", Collections.nCopies(times, name), List.of("s"))),
        List.of(),
        List.of(),
        any("s"));
  }

  @Test
  void aLoopGathersASequence() {
    Graph graph = imported(gathering(4));
    Map<String, Tensor> got = run(graph, Map.of("x", row(1, 3)));
    assertThat(got).hasSize(5);
    for (int i = 0; i < 5; i++) {
      assertThat(got.get("y[" + i + "]").floats()).containsExactly(1 << i, 3 << i);
    }
  }

  @Test
  void aLoopDoesNotFillTheMemoryWithSequences() {
    assertThatThrownBy(() -> imported(gathering(60_000)))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("more than 16,777,216 tensors in sequences, counted at each node");
  }

  /// A loop that puts the last element of a sequence, twice as large, behind it.
  private static OnnxModel gathering(int turns) {
    OnnxGraph body =
        graph(
            List.of(
                node("SequenceAt", "last", "s", "end"),
                turns > 100
                    ? node("Identity", "twice", "last")
                    : node("Add", "twice", "last", "last"),
                node("SequenceInsert", "more", "s", "twice")),
            List.of(constant("end", -1)),
            List.of(any("turn"), any("goes"), any("s")),
            any("goes"),
            any("more"));
    return model(
        OPSET,
        graph(
            List.of(
                node("SequenceConstruct", "begin", "x"),
                node("Loop", List.of("n", "", "begin"), List.of("y"), graph("body", body))),
            List.of(constant("n", turns)),
            List.of(floats("x", 2)),
            floats("y", Kind.SEQUENCE)));
  }

  @Test
  void aMapRunsForEachElement() {
    OnnxGraph body =
        graph(
            List.of(node("Add", "sum", "element", "other"), node("Shape", "size", "element")),
            List.of(),
            List.of(any("element"), any("other")),
            any("sum"),
            any("size"));
    OnnxNode map =
        node("SequenceMap", List.of("x", "one"), List.of("y", "sizes"), graph("body", body));
    OnnxNode both = node("SequenceMap", List.of("x", "x"), List.of("z", ""), graph("body", body));
    OnnxModel model =
        model(
            OPSET,
            graph(
                List.of(map, both),
                List.of(constant("one", Shape.of(1), 1)),
                List.of(floats("x", Kind.SEQUENCE)),
                any("y"),
                any("sizes"),
                any("z")));
    Bindings bindings =
        new Bindings(Map.of("x", 2), Map.of("x[0]", Shape.of(2), "x[1]", Shape.of(3)), Map.of());
    Map<String, Tensor> got =
        run(imported(model, bindings), Map.of("x[0]", row(1, 2), "x[1]", row(3, 4, 5)));
    assertThat(got.get("y[0]").floats()).containsExactly(2, 3);
    assertThat(got.get("y[1]").floats()).containsExactly(4, 5, 6);
    assertThat(got.get("sizes[1]").integers()).containsExactly(3);
    assertThat(got.get("z[1]").floats()).containsExactly(6, 8, 10);
  }

  @Test
  void wrongUsesAreToldInWords() {
    refused("SequenceAt: there is no such place in the sequence: 2 of 2", "SequenceAt", "two");
    refused(
        "SequenceErase: there is no such place in the sequence: -3 of 2", "SequenceErase", "less");
    refused(
        "SequenceAt: input 1 must be a constant, and follows from inputs: to be bound are n",
        "SequenceAt",
        "n");
    refused("Relu: input 0 is a sequence, where a tensor is supported", "Relu");
    List<OnnxNode> mixed = List.of(node("SequenceConstruct", "y", "x", "n"));
    refused("SequenceConstruct: the elements are not of one type: int64 scalar and float 2", mixed);
    refused(
        "SequenceLength: input 0 is not a sequence: float 2",
        List.of(node("SequenceLength", "y", "x")));
    refused(
        "outputs that are not of the declared type: a sequence of 1 tensor, declared a tensor",
        List.of(node("SequenceConstruct", "y", "x")));
    refused(
        "SequenceMap: input 0 is no sequence",
        List.of(
            node(
                "SequenceMap",
                List.of("x"),
                List.of("y"),
                graph("body", graph(List.of(), List.of(), List.of(any("e")), any("e"))))));
    assertThatThrownBy(
            () ->
                imported(
                    model(
                        10,
                        graph(
                            List.of(node("SequenceConstruct", "y", "x")),
                            List.of(),
                            List.of(floats("x", 2)),
                            any("y")))))
        .hasMessageContaining("SequenceConstruct (since opset 11)");
  }

  private static void refused(String message, String opType, String... more) {
    List<String> inputs = new ArrayList<>(List.of("s"));
    inputs.addAll(List.of(more));
    refused(
        message,
        List.of(node("SequenceConstruct", "s", "x", "x"), node(opType, inputs, List.of("y"))));
  }

  private static void refused(String message, List<OnnxNode> nodes) {
    assertThatThrownBy(
            () ->
                imported(
                    model(
                        OPSET,
                        graph(
                            nodes,
                            List.of(constant("two", 2), constant("less", -3)),
                            List.of(
                                floats("x", 2),
                                OnnxValueInfo.of("n", ElementType.I64, Shape.SCALAR)),
                            new OnnxValueInfo("y", 0, Optional.empty())))))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining(message);
  }
}
