package opml.formats.onnx;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import opml.core.codec.MalformedException;
import opml.engine.graph.Graph;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import org.jspecify.annotations.Nullable;

/// Turns an ONNX model of one input and one output into a graph.
///
/// The result is a function of the file alone, so that whoever imports it commits to the same model: nodes
/// that the output does not need are left out, the others run in the order of the file, except that a node
/// waits for those whose results it reads; slots are numbered as the nodes first name them, after the input,
/// which is slot 0.
public final class OnnxImporter {
  private final String source;
  private final OnnxGraph model;
  private final Map<String, Integer> producers = new HashMap<>();

  private OnnxImporter(String source, OnnxGraph model) {
    this.source = source;
    this.model = model;
  }

  /// Reads and imports a file.
  ///
  /// @throws IOException if it cannot be read
  /// @throws MalformedException if it is not an ONNX model
  /// @throws ImportException if it is one that we cannot run
  public static Graph load(Path file) throws IOException {
    return of(file.toString(), OnnxReader.read(file));
  }

  /// Imports a model; `source` names it in errors.
  ///
  /// @throws ImportException if we cannot run it
  public static Graph of(String source, OnnxModel model) {
    return new OnnxImporter(source, model.graph()).run(opset(source, model.opsets()));
  }

  private Graph run(int opset) {
    GraphImport graph = new GraphImport(source, opset);
    Set<String> constants = initializers(graph);
    OnnxValueInfo input = onlyInput(constants);
    if (model.outputs().size() != 1) {
      throw refuse(model.outputs().size() + " outputs, supported is one");
    }
    String output = model.outputs().getFirst().name();
    name(constants, input.name(), "input");
    for (int i = 0; i < model.nodes().size(); i++) {
      for (String result : model.nodes().get(i).outputs()) {
        if (!result.isEmpty()) {
          name(constants, result, "output of node " + label(i));
          producers.put(result, i);
        }
      }
    }
    if (!constants.contains(output)) {
      throw refuse("output " + output + " is not defined");
    }
    Set<Integer> needed = needed(output);
    requireSupported(needed);
    ElementType type = inputType(input);
    try {
      graph.input(input.name(), type, inputShape(input));
    } catch (IllegalArgumentException e) {
      throw refuse("input: " + e.getMessage());
    }
    for (int i : ordered(needed)) {
      OnnxNode node = model.nodes().get(i);
      Operator operator = Operators.find(node.domain(), node.opType()).orElseThrow();
      operator.importNode(new NodeImport(graph, node, label(i)));
    }
    return graph.finish(input.name(), output);
  }

  /// Defines the initialisers and returns their names.
  private Set<String> initializers(GraphImport graph) {
    Set<String> names = new HashSet<>();
    for (OnnxTensor initializer : model.initializers()) {
      name(names, initializer.name(), "initializer");
      graph.define(initializer.name(), Value.constant(initializer.name(), initializer.value()));
    }
    return names;
  }

  private void name(Set<String> names, String name, String what) {
    if (name.isEmpty()) {
      throw refuse("an " + what + " has no name");
    }
    if (!names.add(name)) {
      throw refuse(what + " " + name + ": the name is taken");
    }
  }

  private OnnxValueInfo onlyInput(Set<String> constants) {
    List<OnnxValueInfo> inputs =
        model.inputs().stream().filter(input -> !constants.contains(input.name())).toList();
    if (inputs.size() != 1) {
      throw refuse(
          inputs.size()
              + " inputs, supported is one: "
              + inputs.stream().map(OnnxValueInfo::name).toList());
    }
    return inputs.getFirst();
  }

  private ElementType inputType(OnnxValueInfo input) {
    for (ElementType type : ElementType.values()) {
      if (type.onnxCode() == input.elementType()) {
        return type;
      }
    }
    throw refuse("input " + input.name() + " has data type " + input.elementType());
  }

  /// {@return the declared shape, a symbolic batch being one}
  private Shape inputShape(OnnxValueInfo input) {
    var declared =
        input.dims().orElseThrow(() -> refuse("input " + input.name() + " has no shape"));
    List<Integer> dims = new ArrayList<>();
    for (int i = 0; i < declared.size(); i++) {
      if (declared.get(i).isEmpty() && i > 0) {
        throw refuse("dimension " + i + " of input " + input.name() + " is not a number");
      }
      long dim = declared.get(i).orElse(1);
      if (dim < 1 || dim > Integer.MAX_VALUE) {
        throw refuse("dimension " + i + " of input " + input.name() + " is " + dim);
      }
      dims.add((int) dim);
    }
    try {
      return new Shape(dims);
    } catch (IllegalArgumentException e) {
      throw refuse("input " + input.name() + ": " + e.getMessage());
    }
  }

  /// {@return the nodes on whose results the output depends}
  private Set<Integer> needed(String output) {
    Set<Integer> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(output));
    while (!open.isEmpty()) {
      @Nullable Integer producer = producers.get(open.removeLast());
      if (producer != null && needed.add(producer)) {
        open.addAll(model.nodes().get(producer).inputs());
      }
    }
    return needed;
  }

  private void requireSupported(Set<Integer> needed) {
    List<String> unsupported = new ArrayList<>();
    for (int i = 0; i < model.nodes().size(); i++) {
      OnnxNode node = model.nodes().get(i);
      if (needed.contains(i) && Operators.find(node.domain(), node.opType()).isEmpty()) {
        String domain = node.domain().isEmpty() ? "" : node.domain() + ".";
        unsupported.add(domain + node.opType() + " (node " + label(i) + ")");
      }
    }
    if (!unsupported.isEmpty()) {
      throw refuse(
          "unsupported operators: "
              + String.join(", ", unsupported)
              + "; supported are "
              + Operators.names());
    }
  }

  /// {@return the needed nodes in the order in which they run}
  private List<Integer> ordered(Set<Integer> needed) {
    Map<Integer, List<Integer>> readers = new HashMap<>();
    Map<Integer, Integer> missing = new HashMap<>();
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int node : needed) {
      Set<Integer> sources = new HashSet<>();
      for (String input : model.nodes().get(node).inputs()) {
        @Nullable Integer producer = producers.get(input);
        if (producer != null && sources.add(producer)) {
          readers.computeIfAbsent(producer, key -> new ArrayList<>()).add(node);
        }
      }
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
      Set<Integer> stuckNodes = new HashSet<>(needed);
      order.forEach(stuckNodes::remove);
      int stuck = Collections.min(stuckNodes);
      throw refuse("nodes form a cycle, node " + label(stuck) + " is in it or behind it");
    }
    return order;
  }

  /// {@return the node's name, or its number where it has none}
  private String label(int index) {
    String name = model.nodes().get(index).name();
    return name.isEmpty() ? "#" + index : name;
  }

  private ImportException refuse(String problem) {
    return new ImportException(source + ": " + problem);
  }

  private static int opset(String source, List<OnnxOpset> opsets) {
    List<Long> versions =
        opsets.stream()
            .filter(opset -> opset.domain().isEmpty() || opset.domain().equals("ai.onnx"))
            .map(OnnxOpset::version)
            .toList();
    if (versions.size() != 1) {
      throw new ImportException(
          source + ": " + versions.size() + " versions of ONNX's operator set, expected one");
    }
    long version = versions.getFirst();
    if (version < Operators.MIN_OPSET || version > Operators.MAX_OPSET) {
      throw new ImportException(
          source
              + ": operator set "
              + version
              + ", supported are "
              + Operators.MIN_OPSET
              + " to "
              + Operators.MAX_OPSET);
    }
    return (int) version;
  }
}
