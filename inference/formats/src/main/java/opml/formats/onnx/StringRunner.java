package opml.formats.onnx;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import opml.core.codec.Names;
import opml.engine.graph.Graph;
import opml.engine.graph.Port;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.text.TextNode;
import opml.formats.refusal.ImportException;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;

/// Runs a model that has strings. Graphs of numbers are imported for the sizes that their values have, and the last
/// ones are kept. It may be used by many threads at once.
public final class StringRunner {
  /// A graph that is ready to run.
  @FunctionalInterface
  public interface Part {
    /// {@return the output's bytes}
    ///
    /// @param input the input's bytes
    /// @throws IllegalStateException if a node failed
    MemorySegment run(MemorySegment input);
  }

  /// Graphs that are kept, for the runs to come, of all stages together.
  private static final int MOST_KEPT = 8;

  /// Values become constants one after the other, as an import says which it needs.
  private static final int MOST_TRIES = 8;

  /// For which values a graph was imported.
  ///
  /// @param bound the bytes of those that are constants of it
  private record Sizes(
      StringModel.Stage.Numbers stage, List<OnnxValueInfo> given, Map<String, ByteBuffer> bound) {}

  private record Prepared(Graph graph, Part part) {}

  /// Bytes of memory that all strings of a run take, each counted once for each node or graph that gives it.
  private static final long MOST_MEMORY = 1L << 30;

  private final StringModel model;
  private final Function<Graph, Part> parts;
  private final Map<StringModel.Stage.Numbers, Set<String>> bound = new HashMap<>();
  private final Map<Sizes, Prepared> kept =
      new LinkedHashMap<>(MOST_KEPT, 1, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Sizes, Prepared> eldest) {
          return size() > MOST_KEPT;
        }
      };

  /// @param parts makes a graph ready to run
  public StringRunner(StringModel model, Function<Graph, Part> parts) {
    this.model = model;
    this.parts = parts;
  }

  /// Runs the model.
  ///
  /// @param inputs by their names, all of them
  /// @return outputs by their names, in the order of the file
  /// @throws IllegalArgumentException if an input is missing, unknown, or has another type or shape, which tells all;
  ///     or if a node cannot take the strings that it is given, which names it
  /// @throws ImportException if a graph of numbers cannot be run with values of such sizes
  /// @throws IllegalStateException if a node failed
  public Map<String, ModelValue> run(Map<String, ModelValue> inputs) {
    requireInputs(inputs);
    Map<String, ModelValue> values = new HashMap<>(inputs);
    values.putAll(model.constants());
    StringIds ids = new StringIds(model.ids());
    long memory = 0;
    for (StringModel.Stage stage : model.stages()) {
      switch (stage) {
        case StringModel.Stage.Text(List<TextNode> nodes) -> {
          for (TextNode node : nodes) {
            memory = run(node, values, memory);
          }
        }
        case StringModel.Stage.Numbers numbers -> memory = run(numbers, values, ids, memory);
      }
    }
    Map<String, ModelValue> outputs = new LinkedHashMap<>();
    for (OnnxValueInfo output : model.outputs()) {
      outputs.put(output.name(), output(output, values));
    }
    return outputs;
  }

  private void requireInputs(Map<String, ModelValue> inputs) {
    List<String> problems = new ArrayList<>();
    Set<String> unknown = new HashSet<>(inputs.keySet());
    for (OnnxValueInfo declared : model.inputs()) {
      ModelValue given = inputs.get(declared.name());
      unknown.remove(declared.name());
      if (given == null) {
        problems.add("%s is missing".formatted(shown(declared)));
      } else if (type(given) != declared.elementType()
          || !StringModel.fits(declared, shape(given))) {
        problems.add("%s is %s".formatted(shown(declared), given.describe()));
      }
    }
    unknown.stream()
        .map(String::valueOf)
        .sorted()
        .forEach(name -> problems.add(Names.shown(name) + " is unknown"));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  private static String shown(OnnxValueInfo declared) {
    return Names.shown(declared.name()) + " " + declared.describe();
  }

  private static int type(ModelValue value) {
    return switch (value) {
      case StringTensor _ -> OnnxType.STRING.code();
      case NumberTensor(Tensor tensor) -> OnnxType.of(tensor.type()).code();
    };
  }

  private static Shape shape(ModelValue value) {
    return switch (value) {
      case StringTensor strings -> strings.shape();
      case NumberTensor(Tensor tensor) -> tensor.shape();
    };
  }

  private ModelValue output(OnnxValueInfo output, Map<String, ModelValue> values) {
    ModelValue value =
        Optional.ofNullable(values.get(output.name()))
            .or(() -> model.constant(output.name()))
            .orElseThrow(() -> noTensor(output.name()));
    if (output.elementType() != 0 && output.elementType() != type(value)) {
      throw new IllegalArgumentException(
          "output %s is %s, declared %s"
              .formatted(
                  Names.shown(output.name()),
                  value.describe(),
                  OnnxType.nameOf(output.elementType())));
    }
    return value;
  }

  private static IllegalArgumentException noTensor(String name) {
    return new IllegalArgumentException(
        "%s is no tensor; a model with strings hands on tensors alone"
            .formatted(Names.shown(name)));
  }

  /// {@return the memory that strings take behind the node}
  private long run(TextNode node, Map<String, ModelValue> values, long before) {
    long memory = before;
    List<Optional<ModelValue>> given = new ArrayList<>();
    for (String input : node.inputs()) {
      given.add(Optional.ofNullable(values.get(input)).or(() -> model.constant(input)));
    }
    List<ModelValue> results = node.run(given);
    for (int i = 0; i < node.outputs().size(); i++) {
      memory = counted(results.get(i), memory);
      values.put(node.outputs().get(i), results.get(i));
    }
    return memory;
  }

  private static long counted(ModelValue value, long before) {
    long memory = before + (value instanceof StringTensor strings ? strings.memory() : 0);
    if (memory > MOST_MEMORY) {
      throw new IllegalArgumentException(
          "the run's strings take more than %,d bytes".formatted(MOST_MEMORY));
    }
    return memory;
  }

  private long run(
      StringModel.Stage.Numbers stage, Map<String, ModelValue> values, StringIds ids, long before) {
    Map<String, Tensor> given = new LinkedHashMap<>();
    for (String name : stage.reads()) {
      ModelValue value = Optional.ofNullable(values.get(name)).orElseThrow(() -> noTensor(name));
      given.put(
          name,
          switch (value) {
            case StringTensor strings -> ids.ids(strings);
            case NumberTensor(Tensor tensor) -> tensor;
          });
    }
    Set<String> constants = new HashSet<>();
    Prepared prepared = prepared(stage, given, constants);
    Map<String, Tensor> packed = new LinkedHashMap<>(given);
    packed.keySet().removeAll(constants);
    if (packed.isEmpty()) {
      Port.Part nothing = prepared.graph().input().parts().getFirst();
      packed.put(nothing.name(), Tensor.zero(nothing.type(), nothing.shape()));
    }
    MemorySegment output = prepared.part().run(prepared.graph().input().pack(packed));
    Map<String, Tensor> results = prepared.graph().output().unpack(output);
    long memory = before;
    for (Map.Entry<String, Tensor> result : results.entrySet()) {
      boolean isString = model.isString(result.getKey());
      ModelValue value =
          isString ? ids.strings(result.getValue()) : new NumberTensor(result.getValue());
      memory = counted(value, memory);
      values.put(result.getKey(), value);
    }
    return memory;
  }

  /// {@return a stage's graph for values, which was imported once or is now}
  ///
  /// @param constants gets the names of values that are constants of it
  private synchronized Prepared prepared(
      StringModel.Stage.Numbers stage, Map<String, Tensor> given, Set<String> constants) {
    Set<String> known = bound.computeIfAbsent(stage, key -> new HashSet<>());
    for (int tries = 1; ; tries++) {
      List<OnnxValueInfo> declared = new ArrayList<>();
      Map<String, ByteBuffer> bytes = new HashMap<>();
      Map<String, Tensor> values = new HashMap<>();
      given.forEach(
          (name, tensor) -> {
            declared.add(StringModel.input(name, tensor));
            if (known.contains(name)) {
              values.put(name, tensor);
              bytes.put(name, ByteBuffer.wrap(tensor.bytes()));
            }
          });
      constants.addAll(values.keySet());
      Sizes sizes = new Sizes(stage, declared, bytes);
      Prepared old = kept.get(sizes);
      if (old != null) {
        return old;
      }
      try {
        Graph graph = model.graph(stage, declared, new Bindings(Map.of(), Map.of(), values));
        Prepared made = new Prepared(graph, parts.apply(graph));
        kept.put(sizes, made);
        return made;
      } catch (ImportException e) {
        if (tries == MOST_TRIES || !known.addAll(e.unbound())) {
          throw e;
        }
      }
    }
  }
}
