package opml.formats.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.core.codec.Names;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxDimension;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.node.Attributes;
import opml.formats.onnx.node.GraphImport;
import opml.formats.onnx.node.Limits;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.operator.Operators;
import opml.formats.onnx.text.TextNode;
import opml.formats.onnx.text.TextOperators;
import opml.formats.refusal.ImportException;
import opml.formats.refusal.Reason;
import opml.formats.refusal.Reason.Kind;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;

/// Cuts a model that has strings into stages ([StringModel]). What constants alone decide, and is plain Java, is
/// computed now.
final class StringImport {
  private static final int MOST_PORTS = 1 << 16;

  /// Each time, what is left is gone through, and a graph is a thing to import.
  private static final int MOST_STAGES = 128;

  private final String source;
  private final OnnxModel file;
  private final OnnxGraph graph;
  private final Bindings bindings;
  private final Importing all;
  private final StringUse use;
  private final Map<String, OnnxTensor> initializers = new HashMap<>();
  private final Map<String, Integer> producers = new HashMap<>();
  private final Map<String, ModelValue> constants = new HashMap<>();
  private final IdentityHashMap<OnnxNode, TextNode> text = new IdentityHashMap<>();
  private final List<OnnxValueInfo> inputs = new ArrayList<>();

  /// Values of numbers that follow from constants alone: each graph computes those that it reads.
  private final Set<String> derived = new HashSet<>();

  /// The nodes that make these, each behind those that it reads.
  private final List<OnnxNode> deriving = new ArrayList<>();

  private final Set<String> given = new HashSet<>();

  StringImport(String source, OnnxModel file, Bindings bindings) {
    this.source = source;
    this.file = file;
    this.graph = file.graph();
    this.bindings = bindings;
    this.all = new Importing(new GraphImport(Limits.ofConstants(Long.MAX_VALUE)), file);
    this.use = new StringUse(file);
  }

  /// {@return the model}
  ///
  /// @throws ImportException if it cannot be run; it tells every reason that is known
  StringModel run() {
    Optional<Integer> opset = Importing.opset(file.opsets());
    if (opset.isEmpty() && file.opsets().stream().anyMatch(one -> Operators.isOnnx(one.domain()))) {
      problems().add(Kind.OPSET, 1, "no version of ONNX's operator set that is supported");
    }
    List<OnnxValueInfo> declared = Renaming.inputs(graph);
    new InputImport(all, bindings, MOST_PORTS).requireBindings(declared);
    for (OnnxTensor initializer : graph.initializers()) {
      initializers.putIfAbsent(initializer.name(), initializer);
      if (initializer.hasStrings()) {
        constants.put(initializer.name(), initializer.strings());
      }
    }
    declared.forEach(this::input);
    graph.outputs().forEach(this::requireTensor);
    List<Integer> needed = needed();
    refuseIfWrong();
    for (int i : needed) {
      visit(graph.nodes().get(i), label(i), opset);
    }
    refuseIfWrong();
    List<StringModel.Stage> stages = stages(nodes(needed));
    refuseIfWrong();
    StringModel model = new StringModel(source, file, use, inputs, stages, constants);
    probe(model);
    refuseIfWrong();
    return model;
  }

  private void input(OnnxValueInfo input) {
    requireTensor(input);
    given.add(input.name());
    Optional<Tensor> bound = bindings.constant(input.name());
    if (bound.isEmpty()) {
      inputs.add(withBound(input));
      return;
    }
    Tensor value = bound.get();
    if (OnnxType.of(value.type()).code() != input.elementType()
        || !StringModel.fits(withBound(input), value.shape())) {
      problems()
          .add(
              Kind.BINDING,
              1,
              "input %s is bound to %s %s, but is declared otherwise"
                  .formatted(Names.shown(input.name()), value.type().label(), value.shape()));
    }
    constants.put(input.name(), new NumberTensor(value));
  }

  private OnnxValueInfo withBound(OnnxValueInfo input) {
    Optional<Shape> bound = bindings.shape(input.name());
    Optional<List<OnnxDimension>> dims =
        bound.isPresent()
            ? Optional.of(
                bound.get().dims().stream()
                    .<OnnxDimension>map(dim -> new OnnxDimension.Sized(dim))
                    .toList())
            : input.shape().map(shape -> shape.stream().map(this::withBound).toList());
    return new OnnxValueInfo(input.name(), input.kind(), input.elementType(), dims);
  }

  private OnnxDimension withBound(OnnxDimension dim) {
    return dim instanceof OnnxDimension.Named(String name)
        ? bindings.dim(name).<OnnxDimension>map(OnnxDimension.Sized::new).orElse(dim)
        : dim;
  }

  private void requireTensor(OnnxValueInfo port) {
    if (port.kind() != OnnxValueInfo.Kind.TENSOR && port.kind() != OnnxValueInfo.Kind.UNDECLARED) {
      problems()
          .add(
              Kind.TYPE,
              1,
              "%s is %s; a model with strings takes and gives tensors"
                  .formatted(Names.shown(port.name()), port.kind().label()));
    }
  }

  private List<OnnxNode> nodes(List<Integer> indices) {
    return indices.stream().map(i -> graph.nodes().get(i)).toList();
  }

  private String label(int index) {
    return Names.shown(graph.nodes().get(index).label(index));
  }

  /// {@return the nodes on which the outputs depend, each behind those that it reads}
  private List<Integer> needed() {
    for (int i = 0; i < graph.nodes().size(); i++) {
      for (String output : graph.nodes().get(i).outputs()) {
        if (!output.isEmpty() && producers.putIfAbsent(output, i) != null) {
          problems()
              .add(
                  Kind.GRAPH, "value", Names.shown(output), "values with a name that is taken", "");
        }
      }
    }
    Set<Integer> done = new HashSet<>();
    Set<Integer> open = new HashSet<>();
    List<Integer> order = new ArrayList<>();
    List<Integer> path = new ArrayList<>();
    for (OnnxValueInfo output : graph.outputs()) {
      require(output.name(), path);
      while (!path.isEmpty()) {
        int node = path.getLast();
        boolean first = open.add(node);
        int before = path.size();
        if (first) {
          for (String read : Renaming.read(graph.nodes().get(node)).stream().sorted().toList()) {
            require(read, path);
          }
          if (path.subList(before, path.size()).stream()
              .anyMatch(one -> open.contains(one) && !done.contains(one))) {
            problems().add(Kind.GRAPH, "node", label(node), "nodes that form a cycle", "");
            return List.of();
          }
          path.subList(before, path.size()).removeIf(done::contains);
        }
        if (path.size() == before) {
          path.removeLast();
          if (done.add(node)) {
            order.add(node);
          }
        }
      }
    }
    return order;
  }

  private void require(String name, List<Integer> path) {
    Integer producer = producers.get(name);
    if (producer != null) {
      path.add(producer);
    } else if (!initializers.containsKey(name)
        && !graph.sparseInitializers().contains(name)
        && !given.contains(name)) {
      problems().add(Kind.GRAPH, "value", Names.shown(name), "values that nothing defines", "");
    }
  }

  /// Learns what a node is, and computes it if it is known.
  private void visit(OnnxNode node, String label, Optional<Integer> opset) {
    try {
      use.visit(node);
      if (StringUse.isConstant(node)) {
        constants.put(node.outputs().getFirst(), constant(node));
      } else if (use.isText(node)) {
        TextNode one =
            TextOperators.of(node, label, use.reads(node), opset.orElse(Integer.MAX_VALUE));
        text.put(node, one);
        fold(one);
      } else if (Renaming.read(node).stream().allMatch(this::isConstant)) {
        derived.addAll(node.outputs());
        deriving.add(node);
      }
    } catch (RefusedNode e) {
      String rule = e.kind() == Kind.OPERATOR ? e.rule() : node.opType() + ": " + e.rule();
      problems().add(e.kind(), "node", label, rule, e.detail());
    } catch (IllegalArgumentException e) {
      problems().add(Kind.USE, 1, String.valueOf(e.getMessage()));
    }
  }

  private boolean isConstant(String name) {
    return constants.containsKey(name)
        || initializers.containsKey(name)
        || graph.sparseInitializers().contains(name)
        || derived.contains(name);
  }

  private static StringTensor constant(OnnxNode node) {
    Attributes attributes = new Attributes(node.attributes());
    if (attributes.has("value_string")) {
      String value = attributes.text("value_string", "");
      attributes.end();
      return StringTensor.of(Shape.SCALAR, value);
    }
    if (attributes.has("value_strings")) {
      List<String> values = attributes.texts("value_strings");
      attributes.end();
      return new StringTensor(Shape.of(values.size()), values);
    }
    OnnxAttribute value = attributes.any("value").orElseThrow();
    attributes.end();
    if (value instanceof OnnxAttribute.TensorValue(_, OnnxTensor tensor)) {
      return tensor.strings();
    }
    throw new IllegalStateException(node.opType());
  }

  /// Computes a node all of whose inputs are constants, and numbers among them the file's.
  private void fold(TextNode node) {
    List<Optional<ModelValue>> values = new ArrayList<>();
    for (String input : node.inputs()) {
      Optional<ModelValue> value =
          Optional.ofNullable(constants.get(input))
              .or(() -> Optional.ofNullable(initializers.get(input)).map(OnnxTensor::content));
      if (value.isEmpty()) {
        return;
      }
      values.add(value);
    }
    List<ModelValue> results = node.run(values);
    for (int i = 0; i < node.outputs().size(); i++) {
      if (results.get(i) instanceof StringTensor strings) {
        all.graph().countFolded(strings.memory());
      }
      constants.put(node.outputs().get(i), results.get(i));
    }
  }

  /// {@return the stages: plain Java as far as it can go, then a graph as far as that can, and so on}
  private List<StringModel.Stage> stages(List<OnnxNode> needed) {
    Set<String> available = new HashSet<>(constants.keySet());
    inputs.forEach(input -> available.add(input.name()));
    available.addAll(initializers.keySet());
    available.addAll(graph.sparseInitializers());
    List<OnnxNode> rest = new ArrayList<>(needed);
    rest.removeIf(node -> constants.keySet().containsAll(node.outputs()));
    List<StringModel.Stage> stages = new ArrayList<>();
    while (!rest.isEmpty()) {
      if (stages.size() > MOST_STAGES) {
        problems()
            .add(
                Kind.SIZE,
                1,
                "strings and numbers take turns more than %d times".formatted(MOST_STAGES));
        return List.of();
      }
      List<OnnxNode> words = ready(rest, available, true);
      if (!words.isEmpty()) {
        stages.add(new StringModel.Stage.Text(words.stream().map(this::ready).toList()));
      }
      List<OnnxNode> numbers = ready(rest, available, false);
      if (!numbers.isEmpty()) {
        numbers(numbers, rest).ifPresent(stages::add);
      }
      if (words.isEmpty() && numbers.isEmpty()) {
        throw new IllegalStateException("nodes wait for each other");
      }
    }
    return stages;
  }

  private TextNode ready(OnnxNode node) {
    TextNode known = text.get(node);
    if (known == null) {
      throw new IllegalStateException(node.opType());
    }
    return known;
  }

  private List<OnnxNode> ready(List<OnnxNode> rest, Set<String> available, boolean isText) {
    List<OnnxNode> ready = new ArrayList<>();
    for (OnnxNode node : rest) {
      if (text.containsKey(node) == isText && available.containsAll(Renaming.read(node))) {
        ready.add(node);
        available.addAll(node.outputs());
      }
    }
    Set<OnnxNode> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    taken.addAll(ready);
    rest.removeIf(taken::contains);
    return ready;
  }

  /// {@return a graph of nodes, unless nobody reads what they give but who computes it again}
  private Optional<StringModel.Stage> numbers(List<OnnxNode> nodes, List<OnnxNode> later) {
    Set<String> own = new HashSet<>();
    nodes.forEach(node -> own.addAll(node.outputs()));
    own.remove("");
    Set<String> wanted = new HashSet<>();
    graph.outputs().forEach(output -> wanted.add(output.name()));
    for (OnnxNode node : later) {
      Renaming.read(node).stream()
          .filter(name -> text.containsKey(node) || !derived.contains(name))
          .forEach(wanted::add);
    }
    List<String> gives = own.stream().filter(wanted::contains).sorted().toList();
    if (gives.isEmpty()) {
      return Optional.empty();
    }
    List<OnnxNode> whole = derivation(nodes, own);
    whole.addAll(nodes);
    Set<String> reads = new HashSet<>();
    whole.forEach(node -> own.addAll(node.outputs()));
    whole.forEach(node -> reads.addAll(Renaming.read(node)));
    reads.removeAll(own);
    reads.removeIf(this::isConstant);
    return Optional.of(
        new StringModel.Stage.Numbers(whole, reads.stream().sorted().toList(), gives));
  }

  /// {@return the nodes that make values of constants alone, of those that nodes read and do not give, in the order in
  ///     which they run}
  private List<OnnxNode> derivation(List<OnnxNode> nodes, Set<String> own) {
    Set<String> wanted = new HashSet<>();
    nodes.forEach(node -> wanted.addAll(Renaming.read(node)));
    wanted.removeAll(own);
    List<OnnxNode> before = new ArrayList<>();
    for (OnnxNode node : deriving.reversed()) {
      if (node.outputs().stream().anyMatch(wanted::contains)) {
        before.add(node);
        wanted.addAll(Renaming.read(node));
      }
    }
    return new ArrayList<>(before.reversed());
  }

  /// Imports each graph with what is known of its inputs, and notes what is wrong whatever they are.
  private void probe(StringModel model) {
    Map<String, OnnxValueInfo> declared = new HashMap<>();
    inputs.forEach(input -> declared.put(input.name(), input));
    for (StringModel.Stage stage : model.stages()) {
      if (stage instanceof StringModel.Stage.Numbers numbers) {
        List<OnnxValueInfo> given = new ArrayList<>();
        for (String name : numbers.reads()) {
          given.add(known(name, Optional.ofNullable(declared.get(name))));
        }
        try {
          model.graph(numbers, given, Bindings.NONE);
        } catch (ImportException e) {
          e.reasons().stream().filter(StringImport::isFinal).forEach(this::note);
        }
      }
    }
  }

  private OnnxValueInfo known(String name, Optional<OnnxValueInfo> declared) {
    int type = declared.map(OnnxValueInfo::elementType).orElse(0);
    boolean isKnown =
        declared
            .flatMap(OnnxValueInfo::dims)
            .filter(dims -> dims.stream().allMatch(dim -> dim.isPresent()))
            .isPresent();
    return new OnnxValueInfo(
        name,
        OnnxValueInfo.Kind.TENSOR,
        type == OnnxType.STRING.code() ? OnnxType.INT64.code() : type,
        isKnown ? declared.flatMap(OnnxValueInfo::shape) : Optional.empty());
  }

  private void note(Reason reason) {
    problems().add(reason.kind(), reason.unit(), reason.first(), reason.text(), "");
  }

  /// {@return whether a reason does not hang on what is not known yet}
  private static boolean isFinal(Reason reason) {
    return switch (reason.kind()) {
      case SHAPE, BINDING -> false;
      case TYPE -> !reason.text().contains(OnnxType.nameOf(0));
      case OPSET, INPUTS, OUTPUTS, OPERATOR, SIZE, GRAPH, USE, TOKENIZER -> true;
    };
  }

  private ImportProblems problems() {
    return all.problems();
  }

  private void refuseIfWrong() {
    if (!problems().isEmpty()) {
      throw new ImportException(
          source,
          problems().reasons(),
          List.copyOf(problems().unbound()),
          problems().occurrences());
    }
  }
}
