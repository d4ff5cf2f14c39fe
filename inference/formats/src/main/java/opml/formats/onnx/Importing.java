package opml.formats.onnx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxFunction;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.GraphImport;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.operator.Operators;
import opml.formats.refusal.Reason.Kind;

/// What all scopes of an import have in common: the graph that grows, what is wrong, and the model's functions, whose
/// nodes stand in place of their calls.
final class Importing {
  /// Nodes, those of loops counted each time. A short file can have functions that call each other often.
  private static final int MOST_NODES = 1 << 20;

  /// Functions and graphs in each other; each takes its importer's stack.
  private static final int MOST_NESTED = 32;

  /// An operator as nodes call it. A function of the model takes the place of ours.
  private record Called(String domain, String name, String overload) {
    /// ONNX's own domain has two names.
    static Called of(String domain, String name, String overload) {
      return new Called(Operators.isOnnx(domain) ? "" : domain, name, overload);
    }
  }

  private final GraphImport graph;
  private final ImportProblems problems = new ImportProblems();
  private final Map<Called, OnnxFunction> functions;
  private final Deque<OnnxFunction> open = new ArrayDeque<>();
  private int nested;
  private int nodes;
  private int prefixes;

  Importing(GraphImport graph, List<OnnxFunction> functions) {
    this.graph = graph;
    this.functions =
        functions.stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    one -> Called.of(one.domain(), one.name(), one.overload()),
                    one -> one,
                    (first, again) -> first));
  }

  GraphImport graph() {
    return graph;
  }

  ImportProblems problems() {
    return problems;
  }

  /// Counts a node, or refuses it.
  void countNode() {
    if (++nodes > MOST_NODES) {
      throw new RefusedNode(
          Kind.SIZE,
          "more than %,d nodes, those of loops counted each time".formatted(MOST_NODES),
          "");
    }
  }

  /// Begins a graph in the one that is open, or refuses it.
  void enter() {
    if (nested == MOST_NESTED) {
      throw new RefusedNode("more than " + MOST_NESTED + " graphs and functions in each other", "");
    }
    nested++;
  }

  /// Ends a graph.
  void leave() {
    nested--;
  }

  /// {@return what stands before the names of one import of a graph, as no other's}
  String prefix(String label) {
    return label + "#" + prefixes++ + "/";
  }

  /// {@return whether a node calls a function of the model}
  boolean isFunction(OnnxNode node) {
    return functions.containsKey(Called.of(node.domain(), node.opType(), node.overload()));
  }

  /// Imports a function's nodes in place of a call.
  ///
  /// @return whether all outputs of the call are known
  boolean inlined(GraphScope around, OnnxNode call, String label) {
    OnnxFunction function = functions.get(Called.of(call.domain(), call.opType(), call.overload()));
    if (function == null) {
      throw new IllegalStateException("no function " + call.opType());
    }
    if (open.contains(function)) {
      throw new RefusedNode("the function calls itself", "");
    }
    int inputs = call.inputs().size();
    int outputs = call.outputs().size();
    if (inputs > function.inputs().size() || outputs > function.outputs().size()) {
      throw new RefusedNode(
          "more inputs or outputs than the function has",
          "%d and %d, not %d and %d"
              .formatted(inputs, outputs, function.inputs().size(), function.outputs().size()));
    }
    OnnxGraph body = body(function, call, prefix(label));
    enter();
    open.push(function);
    try {
      Optional<Integer> opset = opset(function.opsets()).or(around::opset);
      new GraphScope(this, body, Optional.of(around), label + "/", opset).nodes();
    } finally {
      open.pop();
      leave();
    }
    return body.outputs().stream().allMatch(output -> graph.value(output.name()).isPresent());
  }

  /// {@return a function's nodes with the call's values and attributes in place}
  private static OnnxGraph body(OnnxFunction function, OnnxNode call, String prefix) {
    OnnxGraph written =
        new OnnxGraph(function.name(), function.nodes(), List.of(), List.of(), List.of());
    Map<String, String> names = new HashMap<>();
    Set<String> defined = Renaming.defined(written);
    defined.forEach(name -> names.put(name, prefix + name));
    for (int i = 0; i < function.inputs().size(); i++) {
      names.put(function.inputs().get(i), i < call.inputs().size() ? call.inputs().get(i) : "");
    }
    for (int i = 0; i < call.outputs().size(); i++) {
      if (!call.outputs().get(i).isEmpty() && defined.contains(function.outputs().get(i))) {
        names.put(function.outputs().get(i), call.outputs().get(i));
      }
    }
    Map<String, OnnxAttribute> attributes = new HashMap<>();
    function.defaults().forEach(one -> attributes.put(one.name(), one));
    call.attributes().forEach(one -> attributes.put(one.name(), one));
    OnnxGraph renamed = new Renaming(names, attributes).graph(written);
    return new OnnxGraph(
        renamed.name(),
        renamed.nodes(),
        List.of(),
        List.of(),
        call.outputs().stream()
            .filter(name -> !name.isEmpty())
            .map(name -> new OnnxValueInfo(name, 0, Optional.<List<OptionalLong>>empty()))
            .toList());
  }

  /// {@return the version of ONNX's own operators, if it is one that we know}
  static Optional<Integer> opset(List<OnnxOpset> opsets) {
    return opsets.stream()
        .filter(opset -> Operators.isOnnx(opset.domain()))
        .map(OnnxOpset::version)
        .filter(version -> version >= Declaration.MIN_OPSET && version <= Declaration.MAX_OPSET)
        .findFirst()
        .map(Long::intValue);
  }
}
