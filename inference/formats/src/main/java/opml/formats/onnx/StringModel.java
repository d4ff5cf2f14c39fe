package opml.formats.onnx;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.engine.graph.Graph;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.text.TextNode;
import opml.formats.refusal.ImportException;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;

/// A model that has strings, in stages that take turns: nodes that make strings or look into them, which are plain
/// Java, and graphs of all others. A graph has a number in place of each string ([StringIds]), which is enough for
/// whatever moves strings or compares them.
///
/// The sizes of a graph follow from the values that a run has for it, and it is imported for these, since how many
/// parts a string has nobody knows before. So such a model has no id, and nothing can be committed: there are no bits
/// of a string that a kernel could have read, and Unicode's tables, by which letters change their case, are those of
/// the Java that runs.
public final class StringModel {
  /// A part of a model.
  sealed interface Stage {
    record Text(List<TextNode> nodes) implements Stage {
      public Text {
        nodes = List.copyOf(nodes);
      }
    }

    /// @param nodes in the order in which they run, and before them those that constants alone decide
    /// @param reads values that inputs or earlier stages give
    /// @param gives values that later stages read, or that are outputs
    record Numbers(List<OnnxNode> nodes, List<String> reads, List<String> gives) implements Stage {
      public Numbers {
        nodes = List.copyOf(nodes);
        reads = List.copyOf(reads);
        gives = List.copyOf(gives);
      }
    }
  }

  private final String source;
  private final OnnxModel file;
  private final StringUse use;
  private final List<OnnxValueInfo> inputs;
  private final List<Stage> stages;
  private final Map<String, ModelValue> constants;
  private final Map<String, OnnxTensor> initializers = new HashMap<>();
  private final StringIds ids = new StringIds();
  private final IdentityHashMap<OnnxNode, OnnxNode> rewritten = new IdentityHashMap<>();

  /// @param inputs that a run takes, with what is bound of their shapes
  /// @param constants those that are not numbers of the file, by their names
  StringModel(
      String source,
      OnnxModel file,
      StringUse use,
      List<OnnxValueInfo> inputs,
      List<Stage> stages,
      Map<String, ModelValue> constants) {
    this.source = source;
    this.file = file;
    this.use = use;
    this.inputs = List.copyOf(inputs);
    this.stages = List.copyOf(stages);
    this.constants = Map.copyOf(constants);
    for (OnnxTensor initializer : file.graph().initializers()) {
      initializers.putIfAbsent(initializer.name(), initializer);
    }
    constants.forEach((name, value) -> initializers.put(name, initializer(name, value)));
    for (Stage stage : stages) {
      if (stage instanceof Stage.Numbers numbers) {
        numbers.nodes().forEach(node -> rewritten.put(node, ofIds(node)));
      }
    }
  }

  /// {@return whether a model has strings, or nodes that are none of a graph's, so that it is one for [#of]}
  public static boolean isOne(OnnxModel model) {
    return StringUse.refusal(model).isPresent();
  }

  /// Reads a file, and imports it if it has strings.
  ///
  /// @return nothing if it has none
  /// @throws IOException if it cannot be read
  /// @throws opml.core.codec.MalformedException if it is not an ONNX model
  /// @throws ImportException as [#of]
  public static Optional<StringModel> load(Path path, Bindings bindings) throws IOException {
    OnnxModel model = OnnxReader.read(path);
    return isOne(model) ? Optional.of(of(path.toString(), model, bindings)) : Optional.empty();
  }

  /// Imports a model.
  ///
  /// @param source names it in errors
  /// @throws ImportException if it cannot be run, whatever its inputs are; it tells every reason that is known
  /// @throws opml.core.codec.MalformedException if a constant cannot be read
  public static StringModel of(String source, OnnxModel model, Bindings bindings) {
    return new StringImport(source, model, bindings).run();
  }

  /// {@return the inputs, in the order of the file; dimensions that were bound are numbers}
  public List<OnnxValueInfo> inputs() {
    return inputs;
  }

  /// {@return the outputs as the file declares them}
  public List<OnnxValueInfo> outputs() {
    return file.graph().outputs();
  }

  /// {@return the names of the nodes that are computed in plain Java when the model runs}
  public List<String> textNodes() {
    List<String> names = new ArrayList<>();
    for (Stage stage : stages) {
      if (stage instanceof Stage.Text(List<TextNode> nodes)) {
        nodes.forEach(node -> names.add(node.label()));
      }
    }
    return names;
  }

  /// {@return which of its nodes or values is the first that has strings, and that these cannot be committed}
  public String whereStringsAre() {
    return StringUse.refusal(file).orElseThrow();
  }

  List<Stage> stages() {
    return stages;
  }

  Map<String, ModelValue> constants() {
    return constants;
  }

  /// {@return a constant of the model, of numbers or strings, if the name is one's}
  Optional<ModelValue> constant(String name) {
    return Optional.ofNullable(constants.get(name))
        .or(() -> Optional.ofNullable(initializers.get(name)).map(OnnxTensor::content));
  }

  /// {@return the numbers of the strings that are constants, for those of a run to go on from}
  StringIds ids() {
    return ids;
  }

  boolean isString(String value) {
    return use.isString(value);
  }

  /// {@return the graph of a stage}
  ///
  /// @param given of its inputs, as they are when it runs: numbers in place of strings
  /// @throws ImportException if it cannot be run with these
  Graph graph(Stage.Numbers stage, List<OnnxValueInfo> given, Bindings bindings) {
    Set<String> taken = new HashSet<>();
    given.forEach(input -> taken.add(input.name()));
    List<OnnxTensor> read = new ArrayList<>();
    for (OnnxNode node : stage.nodes()) {
      for (String name : Renaming.read(node)) {
        OnnxTensor initializer = initializers.get(name);
        if (initializer != null && taken.add(name)) {
          read.add(initializer);
        }
      }
    }
    OnnxGraph graph =
        new OnnxGraph(
            file.graph().name(),
            stage.nodes().stream().map(node -> rewritten.getOrDefault(node, node)).toList(),
            read,
            given,
            stage.gives().stream().map(StringModel::undeclared).toList(),
            List.of(),
            file.graph().sparseInitializers().stream().filter(taken::add).toList());
    OnnxModel part =
        new OnnxModel(
            file.irVersion(), file.producerName(), file.opsets(), graph, file.functions());
    return OnnxImporter.of(source, part, bindings);
  }

  private static OnnxValueInfo undeclared(String name) {
    return new OnnxValueInfo(name, OnnxValueInfo.Kind.UNDECLARED, 0, Optional.empty());
  }

  private OnnxTensor initializer(String name, ModelValue value) {
    return new OnnxTensor(
        name,
        switch (value) {
          case StringTensor strings -> ids.ids(strings);
          case NumberTensor(Tensor tensor) -> tensor;
        });
  }

  /// {@return a node that reads numbers in place of strings}
  private OnnxNode ofIds(OnnxNode node) {
    List<OnnxAttribute> attributes = new ArrayList<>();
    for (OnnxAttribute attribute : node.attributes()) {
      attributes.add(
          attribute instanceof OnnxAttribute.Texts(String name, List<String> values)
                  && name.equals("pool_strings")
              ? new OnnxAttribute.Ints("pool_int64s", values.stream().map(ids::id).toList())
              : attribute);
    }
    return new OnnxNode(
        node.name(),
        node.opType(),
        node.domain(),
        node.overload(),
        node.inputs(),
        node.outputs(),
        attributes);
  }

  /// {@return the sizes of a tensor as those of an input}
  static OnnxValueInfo input(String name, Tensor tensor) {
    return OnnxValueInfo.of(name, tensor.type(), tensor.shape());
  }

  /// {@return whether a shape is as an input declares it}
  static boolean fits(OnnxValueInfo declared, Shape shape) {
    return declared
        .dims()
        .map(
            dims -> {
              boolean fits = dims.size() == shape.rank();
              for (int i = 0; fits && i < dims.size(); i++) {
                fits = dims.get(i).isEmpty() || dims.get(i).getAsLong() == shape.dim(i);
              }
              return fits;
            })
        .orElse(true);
  }
}
