package opml.formats.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.file.OnnxDimension;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.GraphImport;
import opml.formats.onnx.node.GraphImport.State;
import opml.formats.onnx.node.Limits;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Types;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.operator.Operators;
import opml.formats.refusal.ImportException;
import opml.formats.refusal.Reason.Kind;
import org.jspecify.annotations.Nullable;

/// Turns an ONNX model into a graph.
///
/// The result is a function of the file alone, so that whoever imports it commits to the same model: nodes
/// that the output does not need are left out, the others run in the order of the file, except that a node
/// waits for those whose results it reads; slots are numbered as the nodes first name them, after the inputs,
/// which are slot 0.
///
/// A model that cannot run is walked to its end, so that all reasons are told at once. What a refused node would
/// compute is unknown from there on, and nodes that read such a value are not judged by it: of them only the operator
/// counts.
public final class OnnxImporter {
  /// Inputs, or outputs. In a file one of them takes a few bytes, in a graph a node and a slot.
  private static final int MOST_PORTS = 1 << 16;

  private static final Limits ALL = Limits.ofConstants(Long.MAX_VALUE);

  /// A shape counts no more elements, and they are split when they are used.
  private static final long MOST_FLOATS = 4L * Integer.MAX_VALUE;

  private static final String NODE = "node";
  private static final String VALUE = "value";
  private static final String NAMELESS = "values without a name";

  private final OnnxGraph model;
  private final Set<Called> functions;
  private final Set<String> sparse;
  private final Limits limits;
  private final ImportProblems problems = new ImportProblems();
  private final Map<String, OnnxTensor> initializers = new HashMap<>();
  private final Map<String, Integer> producers = new HashMap<>();

  /// An operator as nodes call it, whatever its overload. A function of the model takes the place of ours.
  private record Called(String domain, String name) {
    /// ONNX's own domain has two names.
    static Called of(String domain, String name) {
      return new Called(Operators.isOnnx(domain) ? "" : domain, name);
    }
  }

  private OnnxImporter(OnnxModel model, Limits limits) {
    this.limits = limits;
    this.model = model.graph();
    this.functions =
        model.functions().stream()
            .map(function -> Called.of(function.domain(), function.name()))
            .collect(Collectors.toSet());
    this.sparse = Set.copyOf(model.graph().sparseInitializers());
  }

  /// Reads and imports a file.
  ///
  /// @throws IOException if it cannot be read
  /// @throws MalformedException if it is not an ONNX model
  /// @throws ImportException if it is one that we cannot run
  public static Graph load(Path file) throws IOException {
    return imported(file, OnnxReader.read(file), ALL);
  }

  /// Reads and imports as [#load] a file that must have all of its data in itself.
  ///
  /// @param mostConstants bytes of its constants that are read, all together
  /// @throws MalformedException also if a tensor's data are beside the file
  /// @throws ImportException also if its constants are more than that
  public static Graph loadAlone(Path file, long mostConstants) throws IOException {
    return imported(file, OnnxReader.readAlone(file), Limits.ofConstants(mostConstants));
  }

  private static Graph imported(Path file, OnnxModel model, Limits limits) throws IOException {
    try {
      return of(file.toString(), model, limits);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /// Imports a model; `source` names it in errors.
  ///
  /// @throws MalformedException if a constant that is needed cannot be read
  /// @throws ImportException if we cannot run it; it tells every reason
  public static Graph of(String source, OnnxModel model) {
    return of(source, model, ALL);
  }

  /// Imports a model as [#of(String, OnnxModel)], within limits, which are a part of what its identity follows from.
  public static Graph of(String source, OnnxModel model, Limits limits) {
    OnnxImporter importer = new OnnxImporter(model, limits);
    Optional<Graph> graph = importer.run(importer.opset(model.opsets()));
    return graph
        .filter(whole -> importer.problems.isEmpty())
        .orElseThrow(() -> new ImportException(source, importer.problems.reasons()));
  }

  /// {@return the graph, unless there are problems}
  private Optional<Graph> run(Optional<Integer> opset) {
    names();
    List<OnnxValueInfo> inputs =
        model.inputs().stream().filter(input -> !initializers.containsKey(input.name())).toList();
    requireSome(Kind.INPUTS, "input", inputs);
    requireSome(Kind.OUTPUTS, "output", model.outputs());
    Set<Integer> needed = needed();
    Set<String> read = new HashSet<>();
    needed.forEach(i -> read.addAll(model.nodes().get(i).inputs()));
    model.outputs().forEach(output -> read.add(output.name()));
    requirePlaces(read);
    GraphImport graph = new GraphImport(opset.orElse(Declaration.MAX_OPSET), read, limits);
    inputs.forEach(input -> input(graph, input));
    requireRoom(graph, "inputs", inputs);
    for (int i : ordered(needed)) {
      importNode(graph, i, opset.isPresent());
    }
    model.outputs().forEach(output -> output(graph, output));
    requireRoom(graph, "outputs", model.outputs());
    if (!problems.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(graph.finish(namesOf(inputs), namesOf(model.outputs())));
    } catch (RefusedNode e) {
      problems.add(e.kind(), 1, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private Optional<Integer> opset(List<OnnxOpset> opsets) {
    List<Long> versions =
        opsets.stream()
            .filter(opset -> Operators.isOnnx(opset.domain()))
            .map(OnnxOpset::version)
            .toList();
    if (versions.size() != 1) {
      problems.add(
          Kind.OPSET,
          versions.size(),
          versions.size() + " versions of ONNX's operator set are named, not one");
      return Optional.empty();
    }
    long version = versions.getFirst();
    if (version < Declaration.MIN_OPSET || version > Declaration.MAX_OPSET) {
      problems.add(
          Kind.OPSET,
          1,
          "opset "
              + version
              + "; "
              + Declaration.MIN_OPSET
              + " to "
              + Declaration.MAX_OPSET
              + " are supported");
      return Optional.empty();
    }
    return Optional.of((int) version);
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

  private void requireSome(Kind kind, String what, List<OnnxValueInfo> values) {
    if (values.isEmpty()) {
      problems.add(kind, 0, "no " + what + "; at least one is needed");
    } else if (values.size() > MOST_PORTS) {
      problems.add(
          kind,
          values.size(),
          "%,d %ss; at most %,d are supported".formatted(values.size(), what, MOST_PORTS));
    }
  }

  private void requireRoom(GraphImport graph, String what, List<OnnxValueInfo> values) {
    try {
      graph.requireRoom(what, namesOf(values));
    } catch (RefusedNode e) {
      problems.add(e.kind(), 1, e.rule());
    }
  }

  private static List<String> namesOf(List<OnnxValueInfo> values) {
    return values.stream().map(OnnxValueInfo::name).toList();
  }

  /// Defines an input, which is known if its type is supported and all of its sizes are numbers. A symbolic batch is
  /// one.
  private void input(GraphImport graph, OnnxValueInfo input) {
    String name = input.name();
    String shown = "input " + Names.shown(name);
    if (input.kind() != OnnxValueInfo.Kind.TENSOR) {
      problems.add(Kind.TYPE, 1, shown + " is " + input.kind().label() + "; a tensor is supported");
      graph.defineUnknown(name, false);
      return;
    }
    Optional<ElementType> type = input.type().flatMap(OnnxType::element);
    if (type.isEmpty()) {
      unsupportedType(OnnxType.nameOf(input.elementType()), shown);
    }
    Optional<Shape> shape = shape(input);
    if (type.isEmpty() || shape.isEmpty()) {
      graph.defineUnknown(name, false);
      return;
    }
    Value value = Value.computed(name, type.get(), shape.get());
    try {
      value.requireSlot();
      graph.define(name, value);
    } catch (RefusedNode e) {
      problems.add(e.kind(), "input", Names.shown(name), e.rule(), e.detail());
      graph.defineUnknown(name, false);
    }
  }

  private Optional<Shape> shape(OnnxValueInfo input) {
    String what = "input " + Names.shown(input.name());
    if (input.shape().isEmpty()) {
      problems.add(Kind.SHAPE, 1, what + " has no shape");
      return Optional.empty();
    }
    List<OnnxDimension> declared = input.shape().get();
    List<Integer> dims = new ArrayList<>();
    List<String> symbolic = new ArrayList<>();
    List<String> bad = new ArrayList<>();
    for (int i = 0; i < declared.size(); i++) {
      long dim = declared.get(i).known().orElse(1);
      if (declared.get(i).known().isEmpty() && i > 0) {
        symbolic.add(i + " is " + declared.get(i).label());
      } else if (dim < 0 || dim > Integer.MAX_VALUE) {
        bad.add(i + " is " + dim);
      }
      dims.add((int) dim);
    }
    if (!symbolic.isEmpty()) {
      problems.add(
          Kind.SHAPE,
          symbolic.size(),
          what
              + " has dimensions that are not numbers: "
              + Names.list(symbolic)
              + "; only dimension 0 may be symbolic, and is 1 then");
    }
    if (!bad.isEmpty()) {
      problems.add(Kind.SIZE, bad.size(), what + " has impossible dimensions: " + Names.list(bad));
    }
    if (!symbolic.isEmpty() || !bad.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Shape(dims));
    } catch (IllegalArgumentException e) {
      problems.add(
          Kind.SIZE,
          1,
          what
              + " has too many dimensions or elements: ["
              + Names.list(dims.stream().map(String::valueOf).toList())
              + "]");
      return Optional.empty();
    }
  }

  private void unsupportedType(String type, String place) {
    problems.add(Kind.TYPE, "tensor", place, "type " + type, "");
  }

  /// {@return the nodes on whose results the outputs depend}
  private Set<Integer> needed() {
    Set<Integer> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    model.outputs().forEach(output -> open.add(output.name()));
    while (!open.isEmpty()) {
      @Nullable Integer producer = producers.get(open.removeLast());
      if (producer != null && needed.add(producer)) {
        open.addAll(model.nodes().get(producer).inputs());
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
    for (String input : model.nodes().get(node).inputs()) {
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

  private void importNode(GraphImport graph, int index, boolean knowsOpset) {
    OnnxNode node = model.nodes().get(index);
    boolean unknown = false;
    boolean constant = true;
    for (String name : node.inputs()) {
      switch (name.isEmpty() ? State.CONSTANT : state(graph, name, index)) {
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
    Optional<Operator> operator =
        Operators.find(node.domain(), node.opType())
            .filter(
                ours ->
                    node.overload().isEmpty()
                        && !functions.contains(Called.of(node.domain(), node.opType())));
    if (operator.isEmpty()) {
      String domain = Operators.isOnnx(node.domain()) ? "" : node.domain() + ".";
      problems.add(Kind.OPERATOR, NODE, label(index), domain + node.opType(), "");
    } else if (!constant && unknown && operator.get().needsConstants(node)) {
      String use = NodeImport.notOfConstants(node.opType());
      problems.add(Kind.OPERATOR, NODE, label(index), use, "");
    } else if (knowsOpset && operator.get().declaration().since() > graph.opset()) {
      problems.add(Kind.OPERATOR, NODE, label(index), sinceWhen(operator.get().declaration()), "");
    } else if (!unknown && knowsOpset) {
      try {
        operator.get().importNode(new NodeImport(graph, node, label(index)));
        return;
      } catch (RefusedNode e) {
        String rule = e.kind() == Kind.OPERATOR ? e.rule() : node.opType() + ": " + e.rule();
        problems.add(e.kind(), NODE, label(index), rule, e.detail());
      } catch (MalformedException | UncheckedIOException e) {
        throw e;
      } catch (RuntimeException e) {
        throw new IllegalStateException(
            "node " + label(index) + ": the importer of " + node.opType() + " failed: " + e, e);
      }
    }
    boolean isConstant = constant || operator.map(Operator::asksForShape).orElse(false);
    node.outputs().forEach(output -> graph.defineUnknown(output, isConstant));
  }

  private static String sinceWhen(Declaration operator) {
    return "%s (since opset %d)".formatted(operator.name(), operator.since());
  }

  /// {@return what is known of a value, which is looked up among the initializers when it is first read}
  private State state(GraphImport graph, String name, int reader) {
    if (graph.state(name) == State.UNDEFINED) {
      if (!initializer(graph, name)) {
        if (!producers.containsKey(name)) {
          problems.add(
              Kind.GRAPH,
              NODE,
              label(reader),
              "nodes that read what nothing defines",
              Names.shown(name));
        }
        graph.defineUnknown(name, false);
      }
    }
    return graph.state(name);
  }

  /// Reads an initializer, unless we do not have its type or it is too large. Those that nobody reads cost nothing.
  ///
  /// @return whether there is one of that name
  private boolean initializer(GraphImport graph, String name) {
    if (sparse.contains(name)) {
      unsupportedType("sparse tensor", Names.shown(name));
      graph.defineUnknown(name, true);
      return true;
    }
    @Nullable OnnxTensor initializer = initializers.get(name);
    if (initializer == null) {
      return false;
    }
    Optional<ElementType> type = initializer.type().flatMap(OnnxType::element);
    if (type.isEmpty()) {
      unsupportedType(initializer.type().map(OnnxType::label).orElse("unknown"), Names.shown(name));
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

  /// Checks where those initializers lie that are read, all together. Those that are refused for their type or size,
  /// which is told with what else is wrong, are not looked for.
  private void requirePlaces(Set<String> read) {
    try {
      OnnxTensor.requirePlaces(
          model.initializers().stream()
              .filter(initializer -> initializers.get(initializer.name()) == initializer)
              .filter(initializer -> read.contains(initializer.name()))
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

  private void output(GraphImport graph, OnnxValueInfo output) {
    String name = output.name();
    if (name.isEmpty()) {
      problems.add(Kind.GRAPH, VALUE, "output", NAMELESS, "");
      return;
    }
    if (graph.state(name) == State.UNDEFINED && !initializer(graph, name)) {
      problems.add(Kind.GRAPH, "output", Names.shown(name), "outputs that nothing defines", "");
      return;
    }
    graph
        .value(name)
        .filter(value -> output.elementType() != 0)
        .filter(value -> OnnxType.of(value.type()).code() != output.elementType())
        .ifPresent(
            value ->
                problems.add(
                    Kind.TYPE,
                    "output",
                    Names.shown(name),
                    "outputs that are not of the declared type",
                    Types.name(value.type())
                        + ", declared "
                        + OnnxType.nameOf(output.elementType())));
  }

  /// {@return the node's name as it may be shown, or its number and operator where it has none}
  private String label(int index) {
    OnnxNode node = model.nodes().get(index);
    return Names.shown(node.name().isEmpty() ? "#" + index + " " + node.opType() : node.name());
  }
}
