package opml.cli.drawing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import opml.cli.console.Amounts;
import opml.cli.console.Failure;
import opml.cli.drawing.SvgGraph.Link;
import opml.cli.drawing.SvgGraph.Role;
import opml.cli.drawing.SvgGraph.Shown;
import opml.core.codec.Names;
import opml.core.codec.Printable;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.OnnxExamination;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxDimension;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.node.Value;
import opml.formats.refusal.ImportException;

/// An ONNX model as a picture: its nodes as the file has them, with the shapes that the import found, and what is not
/// supported in red. Constants, and nodes that the import folds into constants, are words in the nodes that read them.
public final class GraphDrawing {
  /// No browser shows more in a useful way.
  private static final int MOST_NODES = 20_000;

  private static final int NAME_LETTERS = 32;
  private static final int TIP_LETTERS = 120;
  private static final int CONSTANTS_SHOWN = 3;
  private static final int ATTRIBUTES_SHOWN = 30;

  private final OnnxGraph graph;
  private final Map<String, Value> values;
  private final Map<String, OnnxValueInfo> declared = new HashMap<>();
  private final Map<String, OnnxTensor> constants = new HashMap<>();
  private final Map<String, List<String>> problems = new HashMap<>();
  private final Map<String, Integer> makers = new HashMap<>();
  private final Map<Integer, Integer> boxesOfNodes = new HashMap<>();
  private final Set<String> outputs = new HashSet<>();
  private final Set<String> functions = new HashSet<>();
  private final List<Shown> boxes = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();
  private int folded;

  private GraphDrawing(OnnxExamination examined) {
    this.graph = examined.model().graph();
    this.values = examined.values();
    graph.values().forEach(info -> declared.put(info.name(), info));
    graph.inputs().forEach(info -> declared.put(info.name(), info));
    graph.outputs().forEach(info -> declared.put(info.name(), info));
    graph.initializers().forEach(tensor -> constants.put(tensor.name(), tensor));
    graph.outputs().forEach(info -> outputs.add(info.name()));
    examined.model().functions().forEach(function -> functions.add(function.name()));
    examined
        .refusal()
        .map(ImportException::occurrences)
        .orElse(List.of())
        .forEach(
            one ->
                problems
                    .computeIfAbsent(one.place(), _ -> new ArrayList<>())
                    .add("not supported: " + one.text()));
  }

  /// {@return the picture, as SVG}
  ///
  /// @param title of the whole, in front of the counts
  /// @throws Failure if there are too many nodes
  public static String svg(String title, OnnxExamination examined) {
    int nodes = examined.model().graph().nodes().size();
    if (nodes > MOST_NODES) {
      throw new Failure(
          "--svg: %s has %,d nodes; at most %,d are drawn".formatted(title, nodes, MOST_NODES));
    }
    return new GraphDrawing(examined).draw(title);
  }

  private String draw(String title) {
    for (OnnxValueInfo input : graph.inputs()) {
      if (!constants.containsKey(input.name()) && !isConstant(input.name())) {
        makers.putIfAbsent(input.name(), port("input", input));
      }
    }
    List<Integer> drawn = new ArrayList<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      OnnxNode node = graph.nodes().get(i);
      if (isFolded(node, problems(node, i))) {
        folded++;
      } else {
        int box = boxes.size();
        boxes.add(node(node, i));
        node.outputs().stream()
            .filter(name -> !name.isEmpty())
            .forEach(name -> makers.putIfAbsent(name, box));
        drawn.add(i);
      }
    }
    for (int i : drawn) {
      OnnxNode node = graph.nodes().get(i);
      int box = boxOf(node, i);
      read(node).forEach(name -> link(name, box));
    }
    for (OnnxValueInfo output : graph.outputs()) {
      link(output.name(), port("output", output));
    }
    return SvgGraph.of(
        "%s: %s, %s%s"
            .formatted(
                Printable.cut(title, NAME_LETTERS * 2),
                Amounts.count(drawn.size(), "node"),
                Amounts.count(graph.initializers().size(), "constant"),
                folded == 0
                    ? ""
                    : ", %s folded into constants".formatted(Amounts.count(folded, "node"))),
        boxes,
        links);
  }

  private int boxOf(OnnxNode node, int index) {
    Integer box = boxesOfNodes.get(index);
    if (box == null) {
      throw new IllegalStateException("node " + node.label(index) + " is not drawn");
    }
    return box;
  }

  private void link(String name, int box) {
    Integer maker = makers.get(name);
    if (maker != null && maker != box) {
      links.add(new Link(maker, box, described(name)));
    }
  }

  /// Whether a node leaves nothing but constants behind.
  private boolean isFolded(OnnxNode node, List<String> wrong) {
    return wrong.isEmpty()
        && !node.outputs().isEmpty()
        && node.outputs().stream()
            .allMatch(name -> name.isEmpty() || isConstant(name) && !outputs.contains(name));
  }

  private boolean isConstant(String name) {
    Value value = values.get(name);
    return value != null && value.isConstant();
  }

  private int port(String what, OnnxValueInfo info) {
    String problem =
        String.join("\n", problems.getOrDefault("input " + Names.shown(info.name()), List.of()));
    boxes.add(
        new Shown(
            problem.isEmpty() ? Role.PORT : Role.REFUSED,
            OperatorFamily.MOVEMENT,
            List.of(what, cut(info.name()), described(info.name())),
            what + " " + Printable.cut(info.name(), TIP_LETTERS) + "\n" + problem));
    return boxes.size() - 1;
  }

  private Shown node(OnnxNode node, int index) {
    boxesOfNodes.put(index, boxes.size());
    List<String> lines = new ArrayList<>();
    List<String> wrong = problems(node, index);
    lines.add((node.domain().isEmpty() ? "" : cut(node.domain()) + ".") + cut(node.opType()));
    if (!node.name().isEmpty()) {
      lines.add(cut(node.name()));
    }
    List<String> fixed = read(node).stream().filter(this::isFixed).toList();
    fixed.stream()
        .limit(CONSTANTS_SHOWN)
        .map(name -> Printable.cut("+ " + cut(name) + " " + described(name), NAME_LETTERS + 16))
        .forEach(lines::add);
    if (fixed.size() > CONSTANTS_SHOWN) {
      lines.add("+ %d more constants".formatted(fixed.size() - CONSTANTS_SHOWN));
    }
    return new Shown(
        wrong.isEmpty() ? Role.NODE : Role.REFUSED,
        OperatorFamily.of(node.opType()),
        lines,
        tip(node, index, wrong));
  }

  private boolean isFixed(String name) {
    return !makers.containsKey(name) && (constants.containsKey(name) || isConstant(name));
  }

  private String tip(OnnxNode node, int index, List<String> wrong) {
    List<String> tip = new ArrayList<>();
    tip.add(Printable.cut("%s %s".formatted(node.opType(), node.label(index)), TIP_LETTERS));
    tip.addAll(wrong);
    node.attributes().stream()
        .limit(ATTRIBUTES_SHOWN)
        .map(attribute -> Printable.cut(attribute(attribute), TIP_LETTERS))
        .forEach(tip::add);
    node.outputs().stream()
        .limit(ATTRIBUTES_SHOWN)
        .map(name -> "→ %s %s".formatted(Printable.cut(name, TIP_LETTERS), described(name)))
        .forEach(tip::add);
    return String.join("\n", tip);
  }

  private static String attribute(OnnxAttribute attribute) {
    String value =
        switch (attribute) {
          case OnnxAttribute.FloatValue a -> String.valueOf(a.value());
          case OnnxAttribute.IntValue a -> String.valueOf(a.value());
          case OnnxAttribute.Text a -> Printable.cut(a.value(), TIP_LETTERS);
          case OnnxAttribute.TensorValue a -> a.tensor().describe();
          case OnnxAttribute.Floats a -> few(a.values());
          case OnnxAttribute.Ints a -> few(a.values());
          case OnnxAttribute.Texts a -> "%,d texts".formatted(a.values().size());
          case OnnxAttribute.GraphValue a ->
              "a graph of %,d nodes".formatted(a.graph().nodes().size());
          case OnnxAttribute.Reference a -> "the function's " + a.attribute();
          case OnnxAttribute.Unsupported a -> a.kind();
        };
    return attribute.name() + " = " + value;
  }

  private static String few(List<? extends Number> numbers) {
    return numbers.stream().limit(12).map(String::valueOf).collect(Collectors.joining(" "))
        + (numbers.size() > 12 ? " …" : "");
  }

  /// {@return what is wrong with a node, or with those of graphs within it}
  private List<String> problems(OnnxNode node, int index) {
    String label = Names.shown(node.label(index));
    List<String> own = problems.getOrDefault(label, List.of());
    if (problems.isEmpty() || !hasNodesWithin(node)) {
      return own.stream().limit(ATTRIBUTES_SHOWN).toList();
    }
    return problems.entrySet().stream()
        .filter(
            entry ->
                entry.getKey().equals(label)
                    || entry.getKey().startsWith(label + "/")
                    || entry.getKey().startsWith(label + "#"))
        .flatMap(entry -> entry.getValue().stream())
        .limit(ATTRIBUTES_SHOWN)
        .toList();
  }

  private boolean hasNodesWithin(OnnxNode node) {
    return functions.contains(node.opType())
        || node.attributes().stream().anyMatch(OnnxAttribute.GraphValue.class::isInstance);
  }

  /// {@return names of what a node reads, those of graphs within it too}
  private static List<String> read(OnnxNode node) {
    Set<String> read = new LinkedHashSet<>(node.inputs());
    for (OnnxAttribute attribute : node.attributes()) {
      if (attribute instanceof OnnxAttribute.GraphValue(_, OnnxGraph inner)) {
        Set<String> own = new HashSet<>();
        inner.inputs().forEach(info -> own.add(info.name()));
        inner.initializers().forEach(tensor -> own.add(tensor.name()));
        inner.nodes().forEach(one -> own.addAll(one.outputs()));
        inner.nodes().forEach(one -> read.addAll(read(one)));
        inner.outputs().forEach(info -> read.add(info.name()));
        read.removeAll(own);
      }
    }
    read.remove("");
    return List.copyOf(read);
  }

  /// {@return type and shape, as far as import or file tell them; floats without their type}
  private String described(String name) {
    Value value = values.get(name);
    if (value != null) {
      return described(value.type(), value.shape());
    }
    OnnxTensor constant = constants.get(name);
    if (constant != null) {
      return described(constant);
    }
    return Optional.ofNullable(declared.get(name)).map(GraphDrawing::described).orElse("");
  }

  private static String described(ElementType type, Shape shape) {
    return type == ElementType.F32 ? shape.toString() : type.label() + " " + shape;
  }

  /// The types' names are those of the values between nodes.
  private static String described(OnnxTensor constant) {
    String told = constant.describe();
    String shape = told.substring(told.indexOf(' ') + 1);
    return constant
        .type()
        .flatMap(OnnxType::element)
        .map(type -> type == ElementType.F32 ? shape : type.label() + " " + shape)
        .orElse(told);
  }

  private static String described(OnnxValueInfo info) {
    String shape =
        info.shape()
            .map(
                dims ->
                    dims.stream()
                        .limit(Shape.MAX_RANK)
                        .map(OnnxDimension::label)
                        .map(GraphDrawing::cut)
                        .collect(Collectors.joining("x")))
            .orElse("");
    String type = info.type().filter(one -> one != OnnxType.FLOAT).map(OnnxType::label).orElse("");
    return (type + " " + shape).strip();
  }

  private static String cut(String name) {
    String shown = Names.shown(name);
    int more = shown.codePointCount(0, shown.length()) - NAME_LETTERS;
    // Exporters put where a node stands in front of what it is.
    return more <= 0 ? shown : "…" + shown.substring(shown.offsetByCodePoints(0, more + 1));
  }
}
