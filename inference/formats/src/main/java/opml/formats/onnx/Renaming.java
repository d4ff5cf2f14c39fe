package opml.formats.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import org.jspecify.annotations.Nullable;

/// Names of a sub-graph's or a function's values, which may be imported often and in one graph with others: each time,
/// what it defines gets names of its own.
///
/// @param names that are others now; all others stay
/// @param attributes that stand in place of references to a function's attributes
record Renaming(Map<String, String> names, Map<String, OnnxAttribute> attributes) {
  /// Longer names are cut where they are made others: a loop makes them as often as it turns.
  private static final int MOST_CHARACTERS = 100;

  Renaming {
    names = Map.copyOf(names);
    attributes = Map.copyOf(attributes);
  }

  /// {@return a renaming of all that a graph defines, with a prefix, which keeps references as they are}
  static Renaming of(OnnxGraph graph, String prefix) {
    return new Renaming(prefixed(defined(graph), prefix), Map.of());
  }

  /// {@return names with a prefix, all of them short, and different if the old ones are}
  static Map<String, String> prefixed(Set<String> old, String prefix) {
    Map<String, String> names = new HashMap<>();
    int cut = 0;
    for (String name : old) {
      String brief = name;
      while (brief.length() > MOST_CHARACTERS || !brief.equals(name) && old.contains(brief)) {
        brief = name.substring(0, MOST_CHARACTERS / 2) + "~" + cut++;
      }
      names.put(name, prefix + brief);
    }
    return names;
  }

  /// {@return the names that a graph itself defines, without those of graphs in it}
  static Set<String> defined(OnnxGraph graph) {
    Set<String> names = new HashSet<>();
    graph.inputs().forEach(input -> names.add(input.name()));
    graph.initializers().forEach(initializer -> names.add(initializer.name()));
    names.addAll(graph.sparseInitializers());
    graph.nodes().forEach(node -> names.addAll(node.outputs()));
    names.remove("");
    return names;
  }

  /// {@return the names of outer values that a node reads, its own inputs and what graphs in its attributes capture}
  static Set<String> read(OnnxNode node) {
    Set<String> names = new HashSet<>(node.inputs());
    for (OnnxAttribute attribute : node.attributes()) {
      if (attribute instanceof OnnxAttribute.GraphValue(_, OnnxGraph graph)) {
        names.addAll(captured(graph));
      }
    }
    names.remove("");
    return names;
  }

  private static Set<String> captured(OnnxGraph graph) {
    Set<String> names = new HashSet<>();
    graph.nodes().forEach(node -> names.addAll(read(node)));
    graph.outputs().forEach(output -> names.add(output.name()));
    names.removeAll(defined(graph));
    return names;
  }

  String name(String name) {
    return names.getOrDefault(name, name);
  }

  OnnxGraph graph(OnnxGraph graph) {
    return new OnnxGraph(
        graph.name(),
        graph.nodes().stream().map(this::node).toList(),
        graph.initializers().stream().map(this::tensor).toList(),
        graph.inputs().stream().map(this::value).toList(),
        graph.outputs().stream().map(this::value).toList(),
        List.of(),
        graph.sparseInitializers().stream().map(this::name).toList());
  }

  OnnxNode node(OnnxNode node) {
    return new OnnxNode(
        node.name(),
        node.opType(),
        node.domain(),
        node.overload(),
        node.inputs().stream().map(this::name).toList(),
        node.outputs().stream().map(this::name).toList(),
        node.attributes().stream().flatMap(attribute -> attribute(attribute).stream()).toList());
  }

  private OnnxTensor tensor(OnnxTensor tensor) {
    return tensor.named(name(tensor.name()));
  }

  private OnnxValueInfo value(OnnxValueInfo value) {
    return new OnnxValueInfo(name(value.name()), value.kind(), value.elementType(), value.shape());
  }

  /// {@return nothing for a reference to what the function's call does not give}
  private Optional<OnnxAttribute> attribute(OnnxAttribute attribute) {
    return switch (attribute) {
      case OnnxAttribute.Reference(String name, String of) -> {
        @Nullable OnnxAttribute given = attributes.get(of);
        yield Optional.ofNullable(given).map(value -> value.named(name));
      }
      case OnnxAttribute.GraphValue(String name, OnnxGraph graph) ->
          Optional.of(new OnnxAttribute.GraphValue(name, inside(graph)));
      default -> Optional.of(attribute);
    };
  }

  /// What a graph inside defines hides what the graph around it does.
  private OnnxGraph inside(OnnxGraph graph) {
    Map<String, String> rest = new HashMap<>(names);
    rest.keySet().removeAll(defined(graph));
    return new Renaming(rest, attributes).graph(graph);
  }

  /// {@return a graph's initializers, without those that only stand for an input's value}
  static List<OnnxValueInfo> inputs(OnnxGraph graph) {
    Set<String> given = new HashSet<>();
    graph.initializers().forEach(initializer -> given.add(initializer.name()));
    List<OnnxValueInfo> inputs = new ArrayList<>(graph.inputs());
    inputs.removeIf(input -> given.contains(input.name()));
    return inputs;
  }
}
