package opml.formats.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.GraphImport;
import opml.formats.onnx.node.GraphImport.State;
import opml.formats.onnx.node.Meaning;
import opml.formats.onnx.node.Nibbles;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.operator.Operators;
import opml.formats.refusal.Reason.Kind;
import org.jspecify.annotations.Nullable;

/// One graph of a model while it is imported: the whole one, or one in a node's attribute or a function, whose nodes
/// may read what the graphs around it define. All names are different ones by then.
final class GraphScope {
  /// A shape counts no more elements, and they are split when they are used.
  private static final long MOST_FLOATS = 4L * Integer.MAX_VALUE;

  private static final String NODE = "node";
  private static final String VALUE = "value";
  static final String NAMELESS = "values without a name";

  private final Importing all;
  private final GraphImport graph;
  private final ImportProblems problems;
  private final OnnxGraph model;
  private final Optional<GraphScope> outer;

  /// Stands before the names of its nodes.
  private final String prefix;

  /// The version of ONNX's operator set, if there is one that we know.
  private final Optional<Integer> opset;

  private final Set<String> sparse;
  private final Map<String, OnnxTensor> initializers = new HashMap<>();
  private final Map<String, Integer> producers = new HashMap<>();

  /// @param outer the graph around it; none for a whole one, or in a function
  GraphScope(
      Importing all,
      OnnxGraph model,
      Optional<GraphScope> outer,
      String prefix,
      Optional<Integer> opset) {
    this.all = all;
    this.graph = all.graph();
    this.problems = all.problems();
    this.model = model;
    this.outer = outer;
    this.prefix = prefix;
    this.opset = opset;
    this.sparse = Set.copyOf(model.sparseInitializers());
    names();
  }

  Importing all() {
    return all;
  }

  GraphImport graph() {
    return graph;
  }

  Optional<Integer> opset() {
    return opset;
  }

  String prefix() {
    return prefix;
  }

  /// Imports the nodes that the outputs need.
  void nodes() {
    Set<Integer> needed = needed();
    Set<String> read = new HashSet<>();
    needed.forEach(i -> read.addAll(Renaming.read(model.nodes().get(i))));
    model.outputs().forEach(output -> read.add(output.name()));
    graph.addReads(read);
    requirePlaces(read);
    for (int i : ordered(needed)) {
      importNode(i);
    }
  }

  /// Learns what defines each name, and that only one thing does.
  private void names() {
    Set<String> taken = new HashSet<>();
    for (OnnxTensor initializer : model.initializers()) {
      name(taken, initializer.name(), "initializer");
      initializers.putIfAbsent(initializer.name(), initializer);
    }
    for (OnnxValueInfo input : model.inputs()) {
      // files before IR version 4 have initializers among the inputs
      if (!initializers.containsKey(input.name())) {
        name(taken, input.name(), "input");
      }
    }
    for (String sparse : model.sparseInitializers()) {
      name(taken, sparse, "initializer");
    }
    Set<String> nodeNames = new HashSet<>();
    for (int i = 0; i < model.nodes().size(); i++) {
      OnnxNode node = model.nodes().get(i);
      if (!node.name().isEmpty() && !nodeNames.add(node.name())) {
        problems.add(Kind.GRAPH, NODE, label(i), "nodes with the name of another node", "");
      }
      String output = "output of node " + label(i);
      for (String result : node.outputs()) {
        if (!result.isEmpty()) {
          name(taken, result, output);
          producers.putIfAbsent(result, i);
        }
      }
    }
  }

  private void name(Set<String> taken, String name, String what) {
    if (name.isEmpty()) {
      problems.add(Kind.GRAPH, VALUE, what, NAMELESS, "");
    } else if (!taken.add(name)) {
      problems.add(Kind.GRAPH, VALUE, Names.shown(name), "values with a name that is taken", what);
    }
  }

  /// {@return the nodes on whose results the outputs depend}
  private Set<Integer> needed() {
    Set<Integer> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    model.outputs().forEach(output -> open.add(output.name()));
    while (!open.isEmpty()) {
      @Nullable Integer producer = producers.get(open.removeLast());
      if (producer != null && needed.add(producer)) {
        open.addAll(Renaming.read(model.nodes().get(producer)));
      }
    }
    return needed;
  }

  /// {@return the needed nodes in the order in which they run, and behind them those that never can}
  private List<Integer> ordered(Set<Integer> needed) {
    Map<Integer, List<Integer>> readers = new HashMap<>();
    Map<Integer, Integer> missing = new HashMap<>();
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int node : needed) {
      Set<Integer> sources = sources(node);
      sources.forEach(s -> readers.computeIfAbsent(s, key -> new ArrayList<>()).add(node));
      missing.put(node, sources.size());
      if (sources.isEmpty()) {
        ready.add(node);
      }
    }
    List<Integer> order = new ArrayList<>();
    while (!ready.isEmpty()) {
      int node = ready.remove();
      order.add(node);
      for (int reader : readers.getOrDefault(node, List.of())) {
        if (missing.merge(reader, -1, Integer::sum) == 0) {
          ready.add(reader);
        }
      }
    }
    if (order.size() < needed.size()) {
      Set<Integer> stuck = new HashSet<>(needed);
      order.forEach(stuck::remove);
      cycle(stuck);
      order.addAll(stuck.stream().sorted().toList());
    }
    return order;
  }

  private Set<Integer> sources(int node) {
    Set<Integer> sources = new HashSet<>();
    for (String input : Renaming.read(model.nodes().get(node))) {
      @Nullable Integer producer = producers.get(input);
      if (producer != null) {
        sources.add(producer);
      }
    }
    return sources;
  }

  /// Notes a cycle among nodes each of which waits for another of them.
  private void cycle(Set<Integer> stuck) {
    List<Integer> path = new ArrayList<>();
    Map<Integer, Integer> places = new HashMap<>();
    int node = Collections.min(stuck);
    while (places.putIfAbsent(node, path.size()) == null) {
      path.add(node);
      node = sources(node).stream().filter(stuck::contains).min(Integer::compare).orElseThrow();
    }
    path.subList(places.get(node), path.size()).stream()
        .sorted()
        .forEach(i -> problems.add(Kind.GRAPH, NODE, label(i), "nodes that form a cycle", ""));
  }

  private void importNode(int index) {
    OnnxNode node = model.nodes().get(index);
    importNode(node, label(index));
  }

  /// Imports a node of the graph, or one that stands for a part of one.
  void importNode(OnnxNode node, String label) {
    Optional<Operator> operator =
        node.overload().isEmpty() ? Operators.find(node.domain(), node.opType()) : Optional.empty();
    if (operator.map(Operator::takesNibbles).orElse(false)) {
      node.inputs().forEach(this::widen);
    }
    boolean unknown = false;
    boolean constant = true;
    for (String name : Renaming.read(node)) {
      switch (state(name, label)) {
        case CONSTANT -> {}
        case COMPUTED -> constant = false;
        case UNKNOWN -> {
          unknown = true;
          constant = false;
        }
        case UNKNOWN_CONSTANT -> unknown = true;
        case UNDEFINED -> throw new IllegalStateException("what is undefined is unknown");
      }
    }
    boolean function = all.isFunction(node);
    boolean flow = ControlFlow.isOne(node);
    boolean list = SequenceNodes.isOne(node);
    boolean done = false;
    try {
      all.countNode();
      if (function) {
        done = all.inlined(this, node, label);
      } else if (flow) {
        done = !unknown && opset.isPresent() && new ControlFlow(this, node, label).run();
      } else if (list) {
        done = !unknown && opset.isPresent() && new SequenceNodes(this, node, label).run();
      } else if (operator.isEmpty()) {
        String domain = Operators.isOnnx(node.domain()) ? "" : node.domain() + ".";
        problems.add(Kind.OPERATOR, NODE, label, domain + node.opType(), "");
      } else if (!constant && unknown && operator.get().needsConstants(node)) {
        String use = NodeImport.notOfConstants(node.opType());
        problems.add(Kind.OPERATOR, NODE, label, use, "");
      } else if (opset.filter(version -> version < operator.get().declaration().since()).isPresent()
          && Operators.isOnnx(node.domain())) {
        problems.add(Kind.OPERATOR, NODE, label, sinceWhen(operator.get().declaration()), "");
      } else if (!unknown && opset.isPresent()) {
        operator.get().importNode(new NodeImport(graph, node, label, opset.get()));
        done = true;
      }
    } catch (RefusedNode e) {
      String rule = e.kind() == Kind.OPERATOR ? e.rule() : node.opType() + ": " + e.rule();
      problems.add(e.kind(), NODE, label, rule, e.detail(), e.inputs());
    } catch (MalformedException | UncheckedIOException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "node " + label + ": the importer of " + node.opType() + " failed: " + e, e);
    }
    boolean isConstant = constant || operator.map(Operator::asksForShape).orElse(false);
    for (String output : node.outputs()) {
      if (!done || graph.state(output) == State.UNDEFINED) {
        graph.defineUnknown(output, isConstant);
      }
    }
  }

  private static String sinceWhen(Declaration operator) {
    return "%s (since opset %d)".formatted(operator.name(), operator.since());
  }

  private boolean isProduced(String name) {
    return producers.containsKey(name)
        || outer.map(around -> around.isProduced(name)).orElse(false);
  }

  /// {@return what a graph's output is, if that is known}
  Optional<Meaning> output(OnnxValueInfo output) {
    state(output.name(), prefix + "outputs");
    return graph.meaning(output.name());
  }

  /// {@return what is known of a value, which is looked up among the initializers when it is first read}
  private State state(String name, String reader) {
    if (graph.state(name) == State.UNDEFINED) {
      if (!initializer(name)) {
        if (!isProduced(name)) {
          problems.add(
              Kind.GRAPH, NODE, reader, "nodes that read what nothing defines", Names.shown(name));
        }
        graph.defineUnknown(name, false);
      }
    }
    return graph.state(name);
  }

  /// Reads an initializer, unless we do not have its type or it is too large. Those that nobody reads cost nothing.
  ///
  /// @return whether there is one of that name
  boolean initializer(String name) {
    if (!initializers.containsKey(name) && !sparse.contains(name)) {
      return outer.map(around -> around.initializer(name)).orElse(false);
    }
    if (sparse.contains(name)) {
      problems.unsupportedType("sparse tensor", Names.shown(name));
      graph.defineUnknown(name, true);
      return true;
    }
    OnnxTensor initializer = Objects.requireNonNull(initializers.get(name));
    Optional<ElementType> type = initializer.type().flatMap(OnnxType::element);
    if (type.isEmpty()) {
      problems.unsupportedType(
          initializer.type().map(OnnxType::label).orElse("unknown"), Names.shown(name));
      graph.defineUnknown(name, true);
    } else if (isLarge(type.get(), initializer.dims())) {
      problems.add(Kind.SIZE, "tensor", Names.shown(name), Value.TOO_LARGE, initializer.describe());
      graph.defineUnknown(name, true);
    } else {
      try {
        graph.countConstant(bytes(type.get(), initializer.dims()));
        graph.define(name, Value.constant(name, initializer.value()));
      } catch (RefusedNode e) {
        problems.add(e.kind(), "tensor", Names.shown(name), e.rule(), e.detail());
        graph.defineUnknown(name, true);
      }
    }
    return true;
  }

  /// Reads an initializer of integers of four bits, if it is one that nobody has read, as one of bytes.
  private void widen(String name) {
    @Nullable OnnxTensor initializer = initializers.get(name);
    if (initializer == null || graph.state(name) != State.UNDEFINED) {
      return;
    }
    Optional<OnnxTensor> packed = initializer.nibbles();
    if (packed.isEmpty()) {
      return;
    }
    boolean signed = initializer.type().equals(Optional.of(OnnxType.INT4));
    Shape shape = new Shape(initializer.dims().stream().map(Math::toIntExact).toList());
    try {
      graph.countConstant(shape.count());
      Tensor apart = Nibbles.apart(packed.get().value(), shape, signed);
      graph.define(name, Value.constant(name, apart));
    } catch (RefusedNode e) {
      problems.add(e.kind(), "tensor", Names.shown(name), e.rule(), e.detail());
      graph.defineUnknown(name, true);
    }
  }

  /// Checks where those initializers lie that are read, all together. Those that are refused for their type or size,
  /// which is told with what else is wrong, are not looked for.
  private void requirePlaces(Set<String> read) {
    try {
      OnnxTensor.requirePlaces(
          model.initializers().stream()
              .filter(initializer -> initializers.get(initializer.name()) == initializer)
              .filter(initializer -> read.contains(initializer.name()))
              .map(initializer -> initializer.nibbles().orElse(initializer))
              .filter(
                  initializer ->
                      initializer
                          .type()
                          .flatMap(OnnxType::element)
                          .filter(type -> !isLarge(type, initializer.dims()))
                          .isPresent())
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// {@return whether a constant whose dimensions make sense is larger than a slot, and none that may be split}
  private static boolean isLarge(ElementType type, List<Long> dims) {
    return bytes(type, dims) > (type == ElementType.F32 ? MOST_FLOATS : Slot.MAX_BYTES);
  }

  /// {@return the bytes of a constant; 0 if its dimensions make no sense, which is told when it is read}
  private static long bytes(ElementType type, List<Long> dims) {
    double bytes = type.bytes();
    for (long dim : dims) {
      if (dim < 0 || dim > Integer.MAX_VALUE) {
        return 0;
      }
      bytes *= dim;
    }
    return (long) bytes;
  }

  /// {@return the node's name as it may be shown, or its number and operator where it has none}
  private String label(int index) {
    return Names.shown(prefix + model.nodes().get(index).label(index));
  }
}
