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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;

/// If, Loop and Scan against the loops of Java that they mean.
class ControlFlowTest {
  private static final int OPSET = 16;

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void aKnownConditionChoosesABranchAndTheOtherOneMayBeWrong() {
    OnnxGraph right = graph(List.of(node("Neg", "r", "x")), List.of(), List.of(), any("r"));
    OnnxGraph wrong = graph(List.of(node("Neg", "r", "x", "x")), List.of(), List.of(), any("r"));
    for (boolean yes : new boolean[] {false, true}) {
      OnnxNode choice =
          node(
              "If",
              List.of("c"),
              List.of("y"),
              graph("then_branch", yes ? right : wrong),
              graph("else_branch", yes ? wrong : right));
      Graph graph =
          imported(
              model(
                  OPSET,
                  graph(
                      List.of(choice),
                      List.of(constant("c", yes)),
                      List.of(floats("x", 2)),
                      any("y"))));
      assertThat(run(graph, Map.of("x", row(1, -2))).get("y").floats()).containsExactly(-1, 2);
      assertThat(graph.nodes()).hasSize(1);
    }
  }

  @Test
  void aConditionOfTheDataSelectsAmongBothBranches() {
    OnnxNode choice =
        node(
            "If",
            List.of("c"),
            List.of("y", "z"),
            graph(
                "then_branch",
                graph(
                    List.of(node("Neg", "r", "x"), node("Abs", "s", "x")),
                    List.of(),
                    List.of(),
                    any("r"),
                    any("s"))),
            graph(
                "else_branch",
                graph(
                    List.of(node("Add", "r", "x", "one")),
                    List.of(constant("one", Shape.of(1), 1)),
                    List.of(),
                    any("r"),
                    any("x"))));
    Graph graph =
        imported(
            model(
                OPSET,
                graph(
                    List.of(choice),
                    List.of(),
                    List.of(floats("x", 2), flag("c")),
                    any("y"),
                    any("z"))));
    Map<String, Tensor> yes = run(graph, Map.of("x", row(1, -2), "c", truth(true)));
    assertThat(yes.get("y").floats()).containsExactly(-1, 2);
    assertThat(yes.get("z").floats()).containsExactly(1, 2);
    Map<String, Tensor> no = run(graph, Map.of("x", row(1, -2), "c", truth(false)));
    assertThat(no.get("y").floats()).containsExactly(2, -1);
    assertThat(no.get("z").floats()).containsExactly(1, -2);
  }

  @Test
  void aCapturedNameThatIsNotThereIsTold() {
    OnnxNode choice =
        node(
            "If",
            List.of("c"),
            List.of("y"),
            graph(
                "then_branch",
                graph(List.of(node("Neg", "r", "nowhere")), List.of(), List.of(), any("r"))),
            graph("else_branch", graph(List.of(), List.of(), List.of(), any("absent"))));
    for (OnnxTensor[] known : new OnnxTensor[][] {{constant("c", true)}, {}}) {
      List<OnnxValueInfo> inputs =
          known.length == 0 ? List.of(floats("x", 2), flag("c")) : List.of(floats("x", 2));
      assertThatThrownBy(
              () ->
                  imported(model(OPSET, graph(List.of(choice), List.of(known), inputs, any("y")))))
          .isInstanceOf(ImportException.class)
          .hasMessageContaining("nodes that read what nothing defines")
          .hasMessageContaining("nowhere");
    }
  }

  @Test
  void aLoopTakesItsTurnsAndStacksWhatItScans() {
    OnnxGraph body =
        graph(
            List.of(
                node("Add", "next", "state", "x"),
                node("Cast", List.of("turn"), List.of("number"), new IntValue("to", 1)),
                node("Less", "goes", "number", "limit")),
            List.of(),
            List.of(any("turn"), any("before"), any("state")),
            any("goes"),
            any("next"),
            any("number"));
    for (int round = 0; round < 10; round++) {
      int limit = random.nextInt(6);
      int turns = random.nextInt(8);
      boolean counted = random.nextBoolean();
      OnnxNode loop =
          node(
              "Loop",
              List.of(counted ? "n" : "", "", "x"),
              List.of("y", "numbers"),
              graph("body", body));
      OnnxModel looping =
          model(
              OPSET,
              graph(
                  List.of(loop),
                  List.of(constant("n", turns), constant("limit", Shape.SCALAR, limit)),
                  List.of(floats("x", 2)),
                  any("y"),
                  new OnnxValueInfo("numbers", 1, Optional.empty())));
      // turn t goes on if t < limit, so that limit + 1 turns are taken
      int taken = counted ? Math.min(turns, limit + 1) : limit + 1;
      if (taken == 0) {
        assertThatThrownBy(() -> imported(looping))
            .isInstanceOf(ImportException.class)
            .hasMessageContaining("a loop without turns gathers what has no shape");
        continue;
      }
      Graph graph = imported(looping);
      Map<String, Tensor> got = run(graph, Map.of("x", row(1, -3)));
      assertThat(got.get("y").floats())
          .as("seed %d", seed)
          .containsExactly(1 + taken, -3 * (1 + taken));
      float[] numbers = new float[taken];
      for (int i = 0; i < taken; i++) {
        numbers[i] = i;
      }
      assertThat(got.get("numbers").floats()).as("seed %d", seed).isEqualTo(numbers);
    }
  }

  @Test
  void aLoopWhoseEndTheDataDecideKeepsItsValuesFromThereOn() {
    OnnxGraph body =
        graph(
            List.of(node("Add", "next", "state", "state"), node("Less", "goes", "next", "limit")),
            List.of(),
            List.of(any("turn"), any("before"), any("state")),
            any("goes"),
            any("next"));
    OnnxNode loop = node("Loop", List.of("n", "c", "x"), List.of("y"), graph("body", body));
    Graph graph =
        imported(
            model(
                OPSET,
                graph(
                    List.of(loop),
                    List.of(constant("n", 10)),
                    List.of(floats("x"), floats("limit"), flag("c")),
                    any("y"))));
    for (float limit : new float[] {0, 5, 100, 1e9f}) {
      for (boolean begins : new boolean[] {false, true}) {
        float x = 1;
        boolean goes = begins;
        for (int turn = 0; turn < 10 && goes; turn++) {
          x += x;
          goes = x < limit;
        }
        Map<String, Tensor> given =
            Map.of(
                "x",
                Tensor.ofFloats(Shape.SCALAR, 1),
                "limit",
                Tensor.ofFloats(Shape.SCALAR, limit),
                "c",
                truth(begins));
        assertThat(run(graph, given).get("y").floats()).containsExactly(x);
      }
    }
  }

  @Test
  void whatALoopMustKnowIsToldByName() {
    OnnxGraph body =
        graph(
            List.of(node("Neg", "next", "state")),
            List.of(),
            List.of(any("turn"), any("before"), any("state")),
            any("before"),
            any("next"));
    OnnxGraph growing =
        graph(
            List.of(
                node(
                    "Concat", List.of("state", "state"), List.of("next"), new IntValue("axis", 0))),
            List.of(),
            List.of(any("turn"), any("before"), any("state")),
            any("before"),
            any("next"));
    refusedLoop("the trip count must be a constant", "to be bound are n", body, "n", "");
    refusedLoop("or has no greatest count, must be a constant", "to be bound are c", body, "", "c");
    refusedLoop("change their shapes must be a constant", "to be bound are c", growing, "two", "c");
    refusedLoop("more than 65,536 turns, or no end", "", body, "", "");
  }

  private static void refusedLoop(
      String message, String more, OnnxGraph body, String count, String condition) {
    OnnxNode loop = node("Loop", List.of(count, condition, "x"), List.of("y"), graph("body", body));
    assertThatThrownBy(
            () ->
                imported(
                    model(
                        OPSET,
                        graph(
                            List.of(loop),
                            List.of(constant("two", 2)),
                            List.of(
                                floats("x", 2),
                                OnnxValueInfo.of("n", ElementType.I64, Shape.SCALAR),
                                flag("c")),
                            any("y")))))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining(message)
        .hasMessageContaining(more);
  }

  @Test
  void aScanGoesAlongAnyAxisInEitherDirection() {
    OnnxGraph body =
        graph(
            List.of(node("Add", "sum", "state", "element"), node("Neg", "negative", "sum")),
            List.of(),
            List.of(any("state"), any("element")),
            any("sum"),
            any("negative"));
    for (int round = 0; round < 10; round++) {
      boolean second = random.nextBoolean();
      boolean backwards = random.nextBoolean();
      boolean outBackwards = random.nextBoolean();
      int outAxis = random.nextInt(-2, 2);
      int length = random.nextInt(1, 6);
      OnnxNode scan =
          node(
              "Scan",
              List.of("begin", "x"),
              List.of("last", "all"),
              graph("body", body),
              new IntValue("num_scan_inputs", 1),
              Ints.of("scan_input_axes", second ? 1 : 0),
              Ints.of("scan_input_directions", backwards ? 1 : 0),
              Ints.of("scan_output_axes", outAxis),
              Ints.of("scan_output_directions", outBackwards ? 1 : 0));
      Shape shape = second ? Shape.of(2, length) : Shape.of(length, 2);
      Graph graph =
          imported(
              model(
                  OPSET,
                  graph(
                      List.of(scan),
                      List.of(),
                      List.of(floats("begin", 2), OnnxValueInfo.of("x", ElementType.F32, shape)),
                      any("last"),
                      any("all"))));
      float[] x = whole(2 * length);
      float[] state = whole(2);
      Map<String, Tensor> given = Map.of("begin", row(state), "x", Tensor.ofFloats(shape, x));
      Map<String, Tensor> got = run(graph, given);
      List<float[]> sums = new ArrayList<>();
      float[] sum = state.clone();
      for (int turn = 0; turn < length; turn++) {
        int place = backwards ? length - 1 - turn : turn;
        for (int i = 0; i < 2; i++) {
          sum[i] += x[second ? i * length + place : place * 2 + i];
        }
        sums.add(outBackwards ? 0 : sums.size(), sum.clone());
      }
      assertThat(got.get("last").floats()).as("seed %d", seed).isEqualTo(sum);
      boolean rows = outAxis == 0 || outAxis == -2;
      Tensor all = got.get("all");
      assertThat(all.shape()).isEqualTo(rows ? Shape.of(length, 2) : Shape.of(2, length));
      for (int turn = 0; turn < length; turn++) {
        for (int i = 0; i < 2; i++) {
          assertThat(all.f32(rows ? turn * 2 + i : i * length + turn))
              .as("seed %d", seed)
              .isEqualTo(-sums.get(turn)[i]);
        }
      }
    }
  }

  @Test
  void beforeOpset9AScanIsOneForEachOfABatch() {
    OnnxGraph body =
        graph(
            List.of(node("Add", "sum", "state", "element"), node("Identity", "out", "sum")),
            List.of(),
            List.of(any("state"), any("element")),
            any("sum"),
            any("out"));
    for (boolean backwards : new boolean[] {false, true}) {
      for (int[] lengths : new int[][] {{}, {3, 3}, {2, 3}, {1, 2}}) {
        List<OnnxAttribute> attributes =
            new ArrayList<>(List.of(graph("body", body), new IntValue("num_scan_inputs", 1)));
        if (backwards) {
          attributes.add(Ints.of("directions", 1));
        }
        OnnxTensor given =
            new OnnxTensor(
                "lengths",
                Tensor.ofLongs(
                    Shape.of(lengths.length), Arrays.stream(lengths).asLongStream().toArray()));
        OnnxNode scan =
            node(
                "Scan",
                List.of(lengths.length == 0 ? "" : "lengths", "begin", "x"),
                List.of("last", "all"),
                attributes.toArray(OnnxAttribute[]::new));
        Graph graph =
            imported(
                model(
                    8,
                    graph(
                        List.of(scan),
                        List.of(given),
                        List.of(floats("begin", 2, 1), floats("x", 2, 3, 1)),
                        any("last"),
                        any("all"))));
        float[] x = whole(6);
        float[] last = whole(2);
        Map<String, Tensor> inputs =
            Map.of(
                "begin",
                Tensor.ofFloats(Shape.of(2, 1), last.clone()),
                "x",
                Tensor.ofFloats(Shape.of(2, 3, 1), x));
        float[] all = new float[6];
        for (int one = 0; one < 2; one++) {
          int length = lengths.length == 0 ? 3 : lengths[one];
          for (int turn = 0; turn < length; turn++) {
            last[one] += x[3 * one + (backwards ? length - 1 - turn : turn)];
            all[3 * one + turn] = last[one];
          }
        }
        Map<String, Tensor> got = run(graph, inputs);
        assertThat(got.get("last").floats()).as("seed %d", seed).isEqualTo(last);
        assertThat(got.get("all").floats()).as("seed %d", seed).isEqualTo(all);
        assertThat(got.get("all").shape()).isEqualTo(Shape.of(2, 3, 1));
      }
    }
  }

  @Test
  void aBodyMustFitItsLoop() {
    OnnxGraph body = graph(List.of(), List.of(), List.of(any("a")), any("a"));
    for (String operator : List.of("Loop", "Scan")) {
      OnnxNode node =
          operator.equals("Loop")
              ? node("Loop", List.of("n", "", "x"), List.of("y"), graph("body", body))
              : node(
                  "Scan",
                  List.of("x", "x"),
                  List.of("y"),
                  graph("body", body),
                  new IntValue("num_scan_inputs", 1));
      OnnxModel model =
          model(
              OPSET,
              graph(List.of(node), List.of(constant("n", 2)), List.of(floats("x", 2)), any("y")));
      assertThatThrownBy(() -> imported(model))
          .isInstanceOf(ImportException.class)
          .hasMessageContaining(operator + ": the body's inputs and outputs are not those of the");
    }
    OnnxNode bare = node("If", "y", "c");
    OnnxModel model =
        model(
            OPSET,
            graph(List.of(bare), List.of(constant("c", true)), List.of(floats("x", 2)), any("y")));
    assertThatThrownBy(() -> imported(model))
        .hasMessageContaining("If: attribute then_branch is missing");
  }

  @Test
  void graphsInGraphsHaveABottom() {
    OnnxGraph inner = graph(List.of(node("Neg", "r", "x")), List.of(), List.of(), any("r"));
    OnnxGraph other = graph(List.of(), List.of(), List.of(), any("x"));
    for (int depth = 0; depth < 40; depth++) {
      OnnxNode choice =
          node(
              "If",
              List.of("c"),
              List.of("r"),
              graph("then_branch", inner),
              graph("else_branch", other));
      inner = graph(List.of(choice), List.of(), List.of(), any("r"));
    }
    OnnxModel model =
        model(
            OPSET,
            graph(inner.nodes(), List.of(constant("c", true)), List.of(floats("x", 2)), any("r")));
    assertThatThrownBy(() -> OnnxImporter.of("model", model))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("more than 32 graphs and functions in each other");
  }

  private float[] whole(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(-9, 10);
    }
    return values;
  }
}
