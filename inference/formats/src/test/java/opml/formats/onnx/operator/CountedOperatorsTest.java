package opml.formats.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.Port;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.onnx.Bindings;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxAttribute;
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

/// Results of which the data decide how large they are.
class CountedOperatorsTest {
  private static final int ROWS = 3;
  private static final int COLUMNS = 4;

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /// Numbers of which many are zero, or equal.
  private final Tensor x = numbers(ROWS, COLUMNS);

  private Tensor numbers(int... dims) {
    float[] numbers = new float[Shape.of(dims).count()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextInt(-2, 3);
    }
    return Tensor.ofFloats(Shape.of(dims), numbers);
  }

  @Test
  void indicesOfWhatIsNotZeroAreAsManyAsThereAre() {
    List<OnnxNode> nodes = List.of(OnnxNode.of("NonZero", List.of("x"), List.of("y")));
    Graph graph = imported(nodes, List.of(), List.of("y"), Map.of());
    assertThat(graph.output().parts())
        .hasToString("[y i64 2x12, of axis 1 as many as y.count, y.count i64 1]");
    assertThat(graph.output().results()).hasSize(1);
    List<Long> rows = new ArrayList<>();
    List<Long> columns = new ArrayList<>();
    for (int i = 0; i < ROWS * COLUMNS; i++) {
      if (x.f32(i) != 0) {
        rows.add((long) (i / COLUMNS));
        columns.add((long) (i % COLUMNS));
      }
    }
    Tensor y = run(graph).get("y");
    assertThat(y.shape()).as("seed %d", seed).isEqualTo(Shape.of(2, rows.size()));
    rows.addAll(columns);
    assertThat(y.integers())
        .as("seed %d", seed)
        .containsExactly(rows.stream().mapToLong(i -> i).toArray());
  }

  @Test
  void whatAMaskSelectsIsAsMuchAsItSelects() {
    List<OnnxNode> nodes =
        List.of(
            OnnxNode.of("NonZero", List.of("x"), List.of("places")),
            OnnxNode.of("Transpose", List.of("places"), List.of("tuples")),
            OnnxNode.of("GatherND", List.of("x", "tuples"), List.of("some")),
            OnnxNode.of("Abs", List.of("some"), List.of("y")));
    Tensor y = run(imported(nodes, List.of(), List.of("y"), Map.of())).get("y");
    List<Float> expected = new ArrayList<>();
    for (float value : x.floats()) {
      if (value != 0) {
        expected.add(Math.abs(value));
      }
    }
    assertThat(y.shape()).as("seed %d", seed).isEqualTo(Shape.of(expected.size()));
    for (int i = 0; i < expected.size(); i++) {
      assertThat(y.f32(i)).as("seed %d", seed).isEqualTo(expected.get(i));
    }
  }

  @Test
  void boxesThatAreLeftAreGatheredByTheirIndices() {
    int boxes = 6;
    float[] corners = new float[4 * boxes];
    float[] scores = new float[boxes];
    for (int i = 0; i < boxes; i++) {
      int top = random.nextInt(4);
      int left = random.nextInt(4);
      float[] box = {top, left, top + 2, left + 2};
      System.arraycopy(box, 0, corners, 4 * i, 4);
      scores[i] = random.nextInt(1, 100) + i / 100f;
    }
    List<OnnxNode> nodes =
        List.of(
            OnnxNode.of("NonMaxSuppression", List.of("boxes", "x", "most"), List.of("found")),
            OnnxNode.of(
                "Gather",
                List.of("found", "two"),
                List.of("column"),
                new OnnxAttribute.IntValue("axis", 1)),
            OnnxNode.of("Squeeze", List.of("column", "one"), List.of("places")),
            OnnxNode.of(
                "Gather",
                List.of("x", "places"),
                List.of("scores"),
                new OnnxAttribute.IntValue("axis", 2)));
    List<OnnxTensor> constants =
        List.of(
            new OnnxTensor("boxes", Tensor.ofFloats(Shape.of(1, boxes, 4), corners)),
            new OnnxTensor("most", Tensor.ofLongs(Shape.of(1), 4)),
            new OnnxTensor("two", Tensor.ofLongs(Shape.of(1), 2)),
            new OnnxTensor("one", Tensor.ofLongs(Shape.of(1), 1)));
    Tensor given = Tensor.ofFloats(Shape.of(1, 1, boxes), scores);
    Graph graph = imported(given, nodes, constants, List.of("scores", "found"), Bindings.NONE);
    assertThat(graph.output().parts())
        .extracting(Port.Part::name)
        .containsExactly("scores", "found", "scores.count");
    Map<String, Tensor> said = run(graph, Map.of("x", given));
    List<Integer> kept = new ArrayList<>();
    Integer[] order = new Integer[boxes];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Float.compare(scores[b], scores[a]));
    for (int i : order) {
      boolean free = kept.stream().noneMatch(j -> overlap(corners, i, j));
      if (free && kept.size() < 4) {
        kept.add(i);
      }
    }
    assertThat(said.get("found").shape()).as("seed %d", seed).isEqualTo(Shape.of(kept.size(), 3));
    assertThat(said.get("scores").shape())
        .as("seed %d", seed)
        .isEqualTo(Shape.of(1, 1, kept.size()));
    for (int i = 0; i < kept.size(); i++) {
      assertThat(said.get("scores").f32(i)).as("seed %d", seed).isEqualTo(scores[kept.get(i)]);
    }
  }

  /// {@return whether two boxes of two by two have anything in common: the threshold is 0}
  private static boolean overlap(float[] corners, int i, int j) {
    return Math.abs(corners[4 * i] - corners[4 * j]) < 2
        && Math.abs(corners[4 * i + 1] - corners[4 * j + 1]) < 2;
  }

  @Test
  void allOutputsOfUniqueAreThere() {
    List<OnnxNode> nodes =
        List.of(OnnxNode.of("Unique", List.of("x"), List.of("y", "first", "inverse", "counts")));
    List<String> outputs = List.of("y", "first", "inverse", "counts");
    Map<String, Tensor> said = run(imported(nodes, List.of(), outputs, Map.of()));
    TreeSet<Float> values = new TreeSet<>();
    for (float value : x.floats()) {
      values.add(value);
    }
    List<Float> sorted = List.copyOf(values);
    assertThat(said.get("y").floats()).as("seed %d", seed).hasSize(sorted.size());
    assertThat(said.get("counts").shape()).isEqualTo(Shape.of(sorted.size()));
    long all = 0;
    for (int i = 0; i < sorted.size(); i++) {
      assertThat(said.get("y").f32(i)).as("seed %d", seed).isEqualTo(sorted.get(i));
      assertThat(x.f32((int) said.get("first").integer(i))).isEqualTo(sorted.get(i));
      all += said.get("counts").integer(i);
    }
    assertThat(all).isEqualTo(x.shape().count());
    for (int i = 0; i < x.shape().count(); i++) {
      assertThat(said.get("y").f32((int) said.get("inverse").integer(i))).isEqualTo(x.f32(i));
    }
  }

  @Test
  void whatIsKnownAtImportAndWhatIsNotGiveTheSame() {
    for (String operator : List.of("NonZero", "Unique")) {
      List<OnnxNode> nodes =
          List.of(
              OnnxNode.of(operator, List.of("x"), List.of("some")),
              OnnxNode.of("Identity", List.of("some"), List.of("y")));
      Tensor free = run(imported(nodes, List.of(), List.of("y"), Map.of())).get("y");
      Graph bound = imported(nodes, List.of(), List.of("y"), Map.of("x", x));
      Port.Part nothing = bound.input().parts().getFirst();
      Tensor known =
          run(bound, Map.of(nothing.name(), Tensor.zero(nothing.type(), nothing.shape()))).get("y");
      assertThat(free.shape()).as("%s, seed %d", operator, seed).isEqualTo(known.shape());
      assertThat(free.bytes()).as("%s, seed %d", operator, seed).isEqualTo(known.bytes());
    }
  }

  @Test
  void operandsThatFitTogetherGoOn() {
    List<OnnxNode> nodes =
        List.of(
            OnnxNode.of("NonZero", List.of("x"), List.of("places")),
            OnnxNode.of("Mul", List.of("places", "weights"), List.of("weighed")),
            OnnxNode.of("Add", List.of("weighed", "places"), List.of("y")));
    List<OnnxTensor> constants =
        List.of(new OnnxTensor("weights", Tensor.ofLongs(Shape.of(2, 1), 10, 100)));
    Map<String, Tensor> said = run(imported(nodes, constants, List.of("y", "places"), Map.of()));
    Tensor places = said.get("places");
    assertThat(said.get("y").shape()).as("seed %d", seed).isEqualTo(places.shape());
    for (int i = 0; i < places.shape().count(); i++) {
      int weight = i < places.shape().dim(1) ? 11 : 101;
      assertThat(said.get("y").integer(i))
          .as("seed %d", seed)
          .isEqualTo(weight * places.integer(i));
    }
    List<OnnxTensor> others =
        List.of(new OnnxTensor("weights", Tensor.ofLongs(Shape.of(12), new long[12])));
    assertThatThrownBy(() -> imported(nodes, others, List.of("y"), Map.of()))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("the data decide the size of one input, along an axis of the other");
  }

  @Test
  void columnsWhoseConditionHoldsAreKept() {
    List<OnnxNode> nodes =
        List.of(
            OnnxNode.of(
                "Cast", List.of("x"), List.of("bools"), new OnnxAttribute.IntValue("to", 9)),
            OnnxNode.of("Gather", List.of("bools", "row"), List.of("condition")),
            OnnxNode.of(
                "Compress",
                List.of("x", "condition"),
                List.of("y"),
                new OnnxAttribute.IntValue("axis", 1)));
    List<OnnxTensor> constants = List.of(new OnnxTensor("row", Tensor.ofLongs(Shape.SCALAR, 1)));
    Tensor y = run(imported(nodes, constants, List.of("y"), Map.of())).get("y");
    List<Float> expected = new ArrayList<>();
    for (int i = 0; i < ROWS * COLUMNS; i++) {
      if (x.f32(COLUMNS + i % COLUMNS) != 0) {
        expected.add(x.f32(i));
      }
    }
    assertThat(y.shape()).as("seed %d", seed).isEqualTo(Shape.of(ROWS, expected.size() / ROWS));
    for (int i = 0; i < expected.size(); i++) {
      assertThat(y.f32(i)).as("seed %d", seed).isEqualTo(expected.get(i));
    }
  }

  @Test
  void aNodeThatCannotGoOnSaysWhichInputsWouldHaveToBeKnown() {
    for (String operator : List.of("Shape", "ReduceSum", "Softmax", "Size")) {
      List<OnnxNode> nodes =
          List.of(
              OnnxNode.of("NonZero", List.of("x"), List.of("places")),
              OnnxNode.of(
                  "Cast", List.of("places"), List.of("some"), new OnnxAttribute.IntValue("to", 1)),
              OnnxNode.of(operator, List.of("some"), List.of("y")));
      assertThatThrownBy(() -> imported(nodes, List.of(), List.of("y"), Map.of()))
          .isInstanceOfSatisfying(
              ImportException.class, e -> assertThat(e.unbound()).containsExactly("x"))
          .hasMessageContaining(
              operator + ": the size of input 0, which the data decide, must be a constant");
      imported(nodes, List.of(), List.of("y"), Map.of("x", x));
    }
  }

  // ------------------------------------------------------------------ models and runs

  private Graph imported(
      List<OnnxNode> nodes,
      List<OnnxTensor> constants,
      List<String> outputs,
      Map<String, Tensor> bound) {
    return imported(x, nodes, constants, outputs, new Bindings(Map.of(), Map.of(), bound));
  }

  private static Graph imported(
      Tensor input,
      List<OnnxNode> nodes,
      List<OnnxTensor> constants,
      List<String> outputs,
      Bindings bindings) {
    OnnxGraph graph =
        new OnnxGraph(
            "counted",
            nodes,
            constants,
            List.of(OnnxValueInfo.of("x", input.type(), input.shape())),
            outputs.stream().map(name -> new OnnxValueInfo(name, 0, Optional.empty())).toList());
    OnnxModel model = new OnnxModel(8, "opml", List.of(new OnnxOpset("", 17)), graph);
    return OnnxImporter.of(
        "counted", OnnxReader.parse("counted", OnnxWriter.write(model)), bindings);
  }

  private Map<String, Tensor> run(Graph graph) {
    return run(graph, Map.of("x", x));
  }

  /// {@return what a graph says, natively and as it is committed to}
  private static Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs) {
    MemorySegment input = graph.input().pack(inputs);
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    Tensor output =
        switch (runner.run(input)) {
          case GraphRunner.Result.Finished finished -> finished.output();
          case GraphRunner.Result.Failed failed -> throw new AssertionError("node failed");
        };
    Model model = Model.of(graph, PinnedPrograms::of);
    byte[] bytes = input.toArray(ValueLayout.JAVA_BYTE);
    assertThat(GraphExecution.run(model, bytes, runner).output()).isEqualTo(output.bytes());
    return graph.output().unpack(output.data());
  }
}
