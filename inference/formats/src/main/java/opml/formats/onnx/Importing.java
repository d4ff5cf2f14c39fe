package opml.formats.onnx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import opml.core.codec.Names;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxFunction;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
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

  /// What bodies and functions have in them, counted each time that one is read, whether or not a node is needed: a
  /// loop may go over many nodes that nobody reads, or over none, in a loop.
  private static final long MOST_PARTS = 1L << 23;

  /// What an import of a body takes that has nothing in it, in parts.
  static final long EACH_TIME = 64;

  /// Tensors in sequences, counted at each node that makes one: a loop makes a longer one at each turn.
  private static final int MOST_LISTED = 1 << 24;

  /// With which names begin that we make.
  private static final String OURS = "#";

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

  /// Names in the file that begin like those that we make.
  private final NavigableSet<String> likeOurs = new TreeSet<>();

  private int nested;
  private int nodes;
  private int prefixes;
  private long parts;
  private long listed;

  Importing(GraphImport graph, OnnxModel model) {
    this.graph = graph;
    this.functions =
        model.functions().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    one -> Called.of(one.domain(), one.name(), one.overload()),
                    one -> one,
                    (first, again) -> first));
    noteNames(model.graph());
    for (OnnxFunction function : model.functions()) {
      noteNames(graphOf(function));
      noteNames(function.inputs().stream());
      noteNames(function.outputs().stream());
    }
  }

  private void noteNames(OnnxGraph of) {
    noteNames(Renaming.defined(of).stream());
    noteNames(of.outputs().stream().map(OnnxValueInfo::name));
    for (OnnxNode node : of.nodes()) {
      noteNames(node.inputs().stream());
      for (OnnxAttribute attribute : node.attributes()) {
        if (attribute instanceof OnnxAttribute.GraphValue(_, OnnxGraph inner)) {
          noteNames(inner);
        }
      }
    }
  }

  private void noteNames(Stream<String> names) {
    names.filter(name -> name.startsWith(OURS)).forEach(likeOurs::add);
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

  /// Counts what a body or a function has in it, or refuses it.
  void countParts(long more) {
    parts += more;
    if (parts > MOST_PARTS) {
      throw new RefusedNode(
          Kind.SIZE,
          "more than %,d nodes and values in loops and functions, counted each time"
              .formatted(MOST_PARTS),
          "");
    }
  }

  /// {@return how much there is to be read of a graph, and of those in it}
  static long parts(OnnxGraph graph) {
    long parts = 1L + graph.inputs().size() + graph.outputs().size();
    parts += graph.initializers().size();
    parts += graph.sparseInitializers().size();
    for (OnnxNode node : graph.nodes()) {
      parts += 1L + node.inputs().size() + node.outputs().size();
      for (OnnxAttribute attribute : node.attributes()) {
        parts +=
            attribute instanceof OnnxAttribute.GraphValue(_, OnnxGraph inner) ? parts(inner) : 1;
      }
    }
    return parts;
  }

  /// Counts a sequence's tensors, or refuses it.
  void countListed(int tensors) {
    listed += tensors;
    if (listed > MOST_LISTED) {
      throw new RefusedNode(
          Kind.SIZE,
          "more than %,d tensors in sequences, counted at each node".formatted(MOST_LISTED),
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

  /// {@return what stands before the names of one import of a graph, as before no other's and no name of the file}: a
  /// label may be any text, so the number stands first
  String prefix(String label) {
    String number = OURS + prefixes++ + "/";
    for (String near = likeOurs.ceiling(number);
        near != null && near.startsWith(number);
        near = likeOurs.ceiling(number)) {
      number = OURS + prefixes++ + "/";
    }
    return number + label + "/";
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
    requireOneMeaning(function);
    countParts(0); // before it is gone through once more
    countParts(parts(graphOf(function)));
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
    handedOn(function, call);
    return body.outputs().stream().allMatch(output -> graph.meaning(output.name()).isPresent());
  }

  /// Checks that no name of a function's values stands for two: its inputs are the call's values, which a node in it
  /// must not become.
  private static void requireOneMeaning(OnnxFunction function) {
    Set<String> taken = new HashSet<>();
    for (String input : function.inputs()) {
      if (!taken.add(input)) {
        throw new RefusedNode("the function has two inputs with one name", Names.shown(input));
      }
    }
    for (OnnxNode node : function.nodes()) {
      for (String output : node.outputs()) {
        if (!output.isEmpty() && taken.contains(output)) {
          throw new RefusedNode(
              "the function has a node with the name of an input", Names.shown(output));
        }
      }
    }
  }

  /// Defines what a function gives as it is given it, without a node, and what it gives twice.
  private void handedOn(OnnxFunction function, OnnxNode call) {
    Set<String> computed = Renaming.defined(graphOf(function));
    Map<String, Integer> given = new HashMap<>();
    for (int i = 0; i < function.inputs().size(); i++) {
      given.putIfAbsent(function.inputs().get(i), i);
    }
    Map<String, String> first = new HashMap<>();
    for (int i = 0; i < call.outputs().size(); i++) {
      String result = function.outputs().get(i);
      String output = call.outputs().get(i);
      if (output.isEmpty()) {
        continue;
      }
      if (computed.contains(result)) {
        String known = first.putIfAbsent(result, output);
        if (known != null) {
          graph.meaning(known).ifPresent(meaning -> graph.define(output, meaning));
        }
        continue;
      }
      int from = given.getOrDefault(result, -1);
      if (from < 0) {
        throw new RefusedNode(
            "an output of the function that nothing defines", Names.shown(result));
      }
      if (from < call.inputs().size()) {
        graph.meaning(call.inputs().get(from)).ifPresent(known -> graph.define(output, known));
      }
    }
  }

  private static OnnxGraph graphOf(OnnxFunction function) {
    return new OnnxGraph(function.name(), function.nodes(), List.of(), List.of(), List.of());
  }

  /// {@return a function's nodes with the call's values and attributes in place; what they read of nothing that the
  ///     function has is nothing that is around the call either}
  private static OnnxGraph body(OnnxFunction function, OnnxNode call, String prefix) {
    OnnxGraph written = graphOf(function);
    Set<String> defined = Renaming.defined(written);
    Set<String> own = new HashSet<>(defined);
    function.nodes().forEach(node -> own.addAll(Renaming.read(node)));
    Map<String, String> names = Renaming.prefixed(own, prefix);
    for (int i = 0; i < function.inputs().size(); i++) {
      names.put(function.inputs().get(i), i < call.inputs().size() ? call.inputs().get(i) : "");
    }
    Set<String> given = new HashSet<>();
    for (int i = 0; i < call.outputs().size(); i++) {
      String result = function.outputs().get(i);
      if (!call.outputs().get(i).isEmpty() && defined.contains(result) && given.add(result)) {
        names.put(result, call.outputs().get(i));
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
