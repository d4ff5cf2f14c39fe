package opml.formats.onnx;

import static opml.formats.onnx.ModelRuns.any;
import static opml.formats.onnx.ModelRuns.flag;
import static opml.formats.onnx.ModelRuns.floats;
import static opml.formats.onnx.ModelRuns.graph;
import static opml.formats.onnx.ModelRuns.node;
import static opml.formats.onnx.ModelRuns.row;
import static opml.formats.onnx.ModelRuns.run;
import static opml.formats.onnx.ModelRuns.truth;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.graph.Graph;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxFunction;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;

/// Random graphs in graphs and functions, which capture values around them and hide their names, against an
/// interpreter of the same files that knows nothing of an import; and the same with one name wrong.
class NestedGraphsTest {
  private static final int ROUNDS = Integer.getInteger("opml.nested.rounds", 150);
  private static final int FUNCTIONS = 3;
  private static final List<String> OPERATORS = List.of("Add", "Sub", "Mul", "Neg");
  private static final List<OnnxOpset> OPSETS = List.of(new OnnxOpset("", 16));

  private long seed = System.nanoTime();
  private SplittableRandom random = new SplittableRandom(seed);

  @Test
  void graphsInGraphsMeanWhatTheySay() {
    for (int round = 0; round < ROUNDS; round++) {
      begin();
      OnnxModel model = model();
      float[] x = {random.nextInt(-3, 4), random.nextInt(-3, 4)};
      boolean chosen = random.nextBoolean();
      Graph graph;
      try {
        graph = OnnxImporter.of("model", model);
      } catch (ImportException e) {
        throw new AssertionError("seed " + seed, e);
      }
      Map<String, Tensor> given = Map.of("x", row(x), "flag", truth(chosen));
      float[] expected = interpreted(model, x, chosen);
      float[] got = run(graph, given).get("y").floats();
      for (int i = 0; i < 2; i++) {
        assertThat(Float.floatToIntBits(got[i]))
            .as("seed %d, element %d: %s, not %s", seed, i, got[i], expected[i])
            .isEqualTo(Float.floatToIntBits(expected[i]));
      }
    }
  }

  @Test
  void aWrongNameIsARefusalOrAnotherModel() {
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      begin();
      OnnxModel model = model();
      Wrong wrong = new Wrong(random.nextInt(40));
      OnnxModel changed =
          new OnnxModel(
              model.irVersion(),
              model.producerName(),
              model.opsets(),
              wrong.graph(model.graph()),
              model.functions().stream().map(wrong::function).toList());
      try {
        Graph graph = OnnxImporter.of("model", changed);
        run(graph, Map.of("x", row(1, 2), "flag", truth(true)));
      } catch (ImportException e) {
        assertThat(e.reasons()).as("seed %d", seed).isNotEmpty();
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertThat(refused).as("seed %d", seed).isPositive();
  }

  private void begin() {
    seed = random.nextLong();
    random = new SplittableRandom(seed);
  }

  // ------------------------------------------------------------------ what is made

  private OnnxModel model() {
    List<OnnxFunction> functions = new ArrayList<>();
    for (int i = 0; i < FUNCTIONS; i++) {
      Body body = body(List.of("a", "b"), List.of("f"), 2, i + 1, false);
      functions.add(
          new OnnxFunction(
              "own",
              "F" + i,
              "",
              List.of("a", "b", "f"),
              List.of(body.result),
              List.of(),
              List.of(),
              body.nodes,
              OPSETS));
    }
    Body body = body(List.of("x"), List.of("flag"), 3, 0, false);
    List<OnnxNode> nodes = new ArrayList<>(body.nodes);
    nodes.add(node("Identity", "y", body.result));
    OnnxGraph graph = graph(nodes, List.of(), List.of(floats("x", 2), flag("flag")), any("y"));
    return new OnnxModel(8, "opml", OPSETS, graph, functions);
  }

  private record Body(List<OnnxNode> nodes, String result) {}

  /// Makes nodes of which each may read what is before it, and what is around it.
  ///
  /// @param values names of what is there
  /// @param flags names of truth values that are there
  /// @param next the first function that may be called
  /// @param hides whether names may be those of values around it, which are then not read here
  private Body body(List<String> values, List<String> flags, int depth, int next, boolean hides) {
    int count = random.nextInt(1, 5);
    List<String> own = new ArrayList<>();
    List<String> readable = new ArrayList<>(values);
    for (int i = 0; i < count; i++) {
      String name = "v" + depth + i;
      if (hides && random.nextInt(4) == 0) {
        String hidden = values.get(random.nextInt(values.size()));
        if (!own.contains(hidden) && readable.size() > 1) {
          name = hidden;
          readable.remove(hidden);
        }
      }
      own.add(name);
    }
    List<OnnxNode> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.addAll(nodes(own.get(i), readable, flags, depth, next));
      readable.add(own.get(i));
    }
    return new Body(nodes, own.getLast());
  }

  private List<OnnxNode> nodes(
      String name, List<String> values, List<String> flags, int depth, int next) {
    int kind = random.nextInt(depth > 0 ? 8 : 4);
    if (kind < 4) {
      String operator = OPERATORS.get(random.nextInt(OPERATORS.size()));
      return List.of(
          operator.equals("Neg")
              ? node(operator, name, one(values))
              : node(operator, name, one(values), one(values)));
    }
    if (kind == 4 && next < FUNCTIONS) {
      int called = random.nextInt(next, FUNCTIONS);
      return List.of(
          new OnnxNode(
              "",
              "F" + called,
              "own",
              List.of(one(values), one(values), one(flags)),
              List.of(name),
              List.of()));
    }
    if (kind <= 6) {
      String condition = one(flags);
      List<OnnxNode> nodes = new ArrayList<>();
      if (random.nextBoolean()) {
        condition = name + ".known";
        nodes.add(constant(condition, truth(random.nextBoolean())));
      }
      Body then = body(values, flags, depth - 1, next, true);
      Body otherwise = body(values, flags, depth - 1, next, true);
      nodes.add(
          node(
              "If",
              List.of(condition),
              List.of(name),
              graph("then_branch", inside(then, List.of())),
              graph("else_branch", inside(otherwise, List.of()))));
      return nodes;
    }
    return loop(name, values, flags, depth, next);
  }

  private List<OnnxNode> loop(
      String name, List<String> values, List<String> flags, int depth, int next) {
    String turns = name + ".turns";
    String state = "s" + depth;
    List<String> visible = new ArrayList<>(values);
    if (!visible.contains(state)) {
      visible.add(state);
    }
    Body body = body(visible, flags, depth - 1, next, false);
    boolean asked = random.nextBoolean();
    String goes = asked ? one(flags) : "g" + depth;
    OnnxGraph graph =
        graph(
            body.nodes,
            List.of(),
            List.of(any("t" + depth), any("g" + depth), any(state)),
            any(goes),
            any(body.result));
    return List.of(
        constant(turns, Tensor.ofLongs(Shape.SCALAR, random.nextInt(4))),
        node(
            "Loop",
            List.of(turns, random.nextBoolean() ? one(flags) : "", one(values)),
            List.of(name),
            graph("body", graph)));
  }

  private static OnnxGraph inside(Body body, List<String> inputs) {
    return graph(
        body.nodes, List.of(), inputs.stream().map(ModelRuns::any).toList(), any(body.result));
  }

  private static OnnxNode constant(String name, Tensor value) {
    return node(
        "Constant", List.of(), List.of(name), new OnnxAttribute.TensorValue("value", value));
  }

  private String one(List<String> names) {
    return names.get(random.nextInt(names.size()));
  }

  // ------------------------------------------------------------------ what it means

  /// Values by name, and those around them.
  private record Scope(Map<String, Object> values, Optional<Scope> outer) {
    Object get(String name) {
      return values.containsKey(name) ? values.get(name) : outer.orElseThrow().get(name);
    }

    float[] floats(String name) {
      return (float[]) get(name);
    }

    boolean truth(String name) {
      return (boolean) get(name);
    }
  }

  private float[] interpreted(OnnxModel model, float[] x, boolean chosen) {
    Map<String, Object> values = new HashMap<>(Map.of("x", x, "flag", chosen));
    Scope scope = new Scope(values, Optional.empty());
    interpret(model, model.graph().nodes(), scope);
    return scope.floats("y");
  }

  private static void interpret(OnnxModel model, List<OnnxNode> nodes, Scope scope) {
    nodes.forEach(node -> scope.values.put(node.outputs().getFirst(), value(model, node, scope)));
  }

  private static Object value(OnnxModel model, OnnxNode node, Scope scope) {
    List<String> in = node.inputs();
    return switch (node.opType()) {
      case "Identity" -> scope.get(in.getFirst());
      case "Constant" -> {
        Tensor tensor = ((OnnxAttribute.TensorValue) node.attributes().getFirst()).value();
        yield switch (tensor.type()) {
          case BOOL -> tensor.integer(0) != 0;
          default -> tensor.integer(0);
        };
      }
      case "Neg" -> each(scope.floats(in.getFirst()), scope.floats(in.getFirst()), 3);
      case "Add", "Sub", "Mul" ->
          each(
              scope.floats(in.getFirst()),
              scope.floats(in.getLast()),
              OPERATORS.indexOf(node.opType()));
      case "If" -> {
        OnnxGraph branch = inner(node, scope.truth(in.getFirst()) ? 0 : 1);
        Scope own = new Scope(new HashMap<>(), Optional.of(scope));
        interpret(model, branch.nodes(), own);
        yield own.get(branch.outputs().getFirst().name());
      }
      case "Loop" -> {
        long turns = (long) scope.get(in.getFirst());
        boolean goes = in.get(1).isEmpty() || scope.truth(in.get(1));
        Object state = scope.get(in.get(2));
        OnnxGraph body = inner(node, 0);
        for (long turn = 0; turn < turns && goes; turn++) {
          Scope own = new Scope(new HashMap<>(), Optional.of(scope));
          own.values.put(body.inputs().get(1).name(), goes);
          own.values.put(body.inputs().get(2).name(), state);
          interpret(model, body.nodes(), own);
          goes = own.truth(body.outputs().get(0).name());
          state = own.get(body.outputs().get(1).name());
        }
        yield state;
      }
      default -> {
        OnnxFunction function =
            model.functions().stream()
                .filter(one -> one.name().equals(node.opType()))
                .findFirst()
                .orElseThrow();
        Scope own = new Scope(new HashMap<>(), Optional.empty());
        for (int i = 0; i < in.size(); i++) {
          own.values.put(function.inputs().get(i), scope.get(in.get(i)));
        }
        interpret(model, function.nodes(), own);
        yield own.get(function.outputs().getFirst());
      }
    };
  }

  private static OnnxGraph inner(OnnxNode node, int index) {
    return ((OnnxAttribute.GraphValue) node.attributes().get(index)).graph();
  }

  private static float[] each(float[] a, float[] b, int operation) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] =
          switch (operation) {
            case 0 -> a[i] + b[i];
            case 1 -> a[i] - b[i];
            case 2 -> a[i] * b[i];
            default -> -a[i];
          };
    }
    return result;
  }

  // ------------------------------------------------------------------ what is wrong

  /// Puts another name in the place of one input, counted through all graphs.
  private final class Wrong {
    private int left;
    private final String other =
        List.of("nowhere", "x", "y", "a", "v10", "v20", "flag").get(random.nextInt(7));

    Wrong(int left) {
      this.left = left;
    }

    OnnxFunction function(OnnxFunction function) {
      return new OnnxFunction(
          function.domain(),
          function.name(),
          "",
          function.inputs(),
          function.outputs(),
          List.of(),
          List.of(),
          function.nodes().stream().map(this::node).toList(),
          function.opsets());
    }

    OnnxGraph graph(OnnxGraph graph) {
      return new OnnxGraph(
          graph.name(),
          graph.nodes().stream().map(this::node).toList(),
          graph.initializers(),
          graph.inputs(),
          graph.outputs());
    }

    private OnnxNode node(OnnxNode node) {
      return new OnnxNode(
          node.name(),
          node.opType(),
          node.domain(),
          node.inputs().stream().map(name -> left-- == 0 ? other : name).toList(),
          node.outputs(),
          node.attributes().stream()
              .map(
                  attribute ->
                      attribute instanceof OnnxAttribute.GraphValue(String name, OnnxGraph inside)
                          ? new OnnxAttribute.GraphValue(name, graph(inside))
                          : attribute)
              .toList());
    }
  }
}
