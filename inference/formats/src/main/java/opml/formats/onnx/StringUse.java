package opml.formats.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.core.codec.Names;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.operator.Operators;
import opml.formats.onnx.text.TextOperators;
import opml.formats.refusal.Reason.Kind;

/// Which values of a model are strings, as its nodes are gone through in the order in which they run.
final class StringUse {
  /// What a node may do with strings without a look into them.
  ///
  /// @param data the inputs that are strings, all of them or none; no number for all inputs
  /// @param gives whether its outputs are strings then
  private record Move(List<Integer> data, boolean gives) {}

  private static final Map<String, Move> MOVES = moves();

  /// The first version of Equal that compares strings.
  private static final int EQUAL_SINCE = 19;

  private final Set<String> strings = new HashSet<>();
  private final Set<OnnxNode> text = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<List<String>> functions = new HashSet<>();
  private final Optional<Integer> opset;

  StringUse(OnnxModel model) {
    OnnxGraph graph = model.graph();
    this.opset = Importing.opset(model.opsets());
    model.functions().forEach(one -> functions.add(List.of(one.domain(), one.name())));
    for (OnnxTensor initializer : graph.initializers()) {
      if (initializer.hasStrings()) {
        strings.add(initializer.name());
      }
    }
    for (OnnxValueInfo input : graph.inputs()) {
      if (input.elementType() == OnnxType.STRING.code()) {
        strings.add(input.name());
      }
    }
  }

  private static Map<String, Move> moves() {
    Map<String, Move> moves = new HashMap<>();
    for (String name :
        List.of(
            "Compress",
            "ConcatFromSequence",
            "DepthToSpace",
            "Expand",
            "Flatten",
            "Gather",
            "GatherElements",
            "GatherND",
            "Identity",
            "Optional",
            "OptionalGetElement",
            "Reshape",
            "ReverseSequence",
            "SequenceAt",
            "SequenceErase",
            "Slice",
            "SpaceToDepth",
            "Split",
            "SplitToSequence",
            "Squeeze",
            "Tile",
            "Transpose",
            "Unsqueeze")) {
      moves.put(name, new Move(List.of(0), true));
    }
    for (String name : List.of("Concat", "SequenceConstruct")) {
      moves.put(name, new Move(List.of(), true));
    }
    for (String name : List.of("Pad", "Scatter", "ScatterElements", "ScatterND")) {
      moves.put(name, new Move(List.of(0, 2), true));
    }
    moves.put("Where", new Move(List.of(1, 2), true));
    moves.put("SequenceInsert", new Move(List.of(0, 1), true));
    moves.put("Equal", new Move(List.of(), false));
    for (String name :
        List.of("OptionalHasElement", "SequenceLength", "Shape", "Size", "TfIdfVectorizer")) {
      moves.put(name, new Move(List.of(0), false));
    }
    return Map.copyOf(moves);
  }

  boolean isString(String value) {
    return strings.contains(value);
  }

  /// {@return whether a node that was gone through is computed in plain Java}
  boolean isText(OnnxNode node) {
    return text.contains(node);
  }

  /// {@return of each input of a node, whether it is one of strings}
  List<Boolean> reads(OnnxNode node) {
    return node.inputs().stream().map(strings::contains).toList();
  }

  /// Notes what a node gives, all of whose inputs are known.
  ///
  /// @return whether it reads, has or gives strings, or is computed in plain Java
  /// @throws RefusedNode if it is one that cannot have strings
  boolean visit(OnnxNode node) {
    if (functions.contains(List.of(node.domain(), node.opType()))) {
      return refusedIf(hasStrings(node), "a function of the model has strings");
    }
    List<Boolean> reads = reads(node);
    if (TextOperators.isOne(node, reads)) {
      text.add(node);
      for (int i = 0; i < node.outputs().size(); i++) {
        if (givesStrings(node, i)) {
          strings.add(node.outputs().get(i));
        }
      }
      return true;
    }
    if (isConstant(node)) {
      strings.add(node.outputs().getFirst());
      return true;
    }
    if (!hasStrings(node)) {
      return false;
    }
    refusedIf(
        node.attributes().stream().anyMatch(OnnxAttribute.GraphValue.class::isInstance),
        "a graph inside has strings");
    Move move = Operators.isOnnx(node.domain()) ? MOVES.get(node.opType()) : null;
    if (move == null) {
      throw new RefusedNode(Kind.OPERATOR, node.opType() + " of strings", "");
    }
    for (int i = 0; i < reads.size(); i++) {
      boolean isData = move.data().isEmpty() || move.data().contains(i);
      boolean isThere = !node.inputs().get(i).isEmpty();
      refusedIf(
          isThere && isData != reads.get(i),
          "strings and numbers stand where only one of them may");
    }
    refusedIf(
        node.opType().equals("Equal") && opset.filter(one -> one < EQUAL_SINCE).isPresent(),
        "strings are compared since opset " + EQUAL_SINCE);
    refusedIf(
        node.attributes().stream()
            .anyMatch(
                one ->
                    one instanceof OnnxAttribute.Text(String name, String value)
                        && name.equals("reduction")
                        && !value.equals("none")),
        "strings cannot be reduced");
    if (move.gives()) {
      strings.addAll(node.outputs());
      strings.remove("");
    }
    return true;
  }

  private static boolean refusedIf(boolean isSo, String rule) {
    if (isSo) {
      throw new RefusedNode(Kind.TYPE, rule, "");
    }
    return false;
  }

  /// {@return whether an output of a node that is computed in plain Java is one of strings}
  private boolean givesStrings(OnnxNode node, int output) {
    return output == 0
        && switch (node.opType()) {
          case "RegexFullMatch" -> false;
          case "Cast" -> TextOperators.castsToStrings(node);
          case "CastLike" -> node.inputs().size() > 1 && isString(node.inputs().get(1));
          case "CategoryMapper" -> !reads(node).contains(true);
          case "LabelEncoder" -> TextOperators.encodesToStrings(node, reads(node).contains(true));
          default -> true;
        };
  }

  static boolean isConstant(OnnxNode node) {
    return node.opType().equals("Constant")
        && Operators.isOnnx(node.domain())
        && !node.outputs().isEmpty()
        && node.attributes().stream().anyMatch(StringUse::hasStrings);
  }

  private static boolean hasStrings(OnnxAttribute attribute) {
    return switch (attribute) {
      case OnnxAttribute.TensorValue(_, OnnxTensor tensor) -> tensor.hasStrings();
      case OnnxAttribute.Text(String name, _) -> name.equals("value_string");
      case OnnxAttribute.Texts(String name, _) -> name.equals("value_strings");
      default -> false;
    };
  }

  /// {@return whether a node reads strings, or a graph in it does or has some}
  private boolean hasStrings(OnnxNode node) {
    return Renaming.read(node).stream().anyMatch(strings::contains)
        || node.attributes().stream()
            .anyMatch(
                one ->
                    one instanceof OnnxAttribute.GraphValue(_, OnnxGraph graph)
                        && hasOwnStrings(graph));
  }

  private static boolean hasOwnStrings(OnnxGraph graph) {
    return graph.initializers().stream().anyMatch(OnnxTensor::hasStrings)
        || graph.inputs().stream().anyMatch(input -> input.elementType() == OnnxType.STRING.code())
        || graph.nodes().stream()
            .anyMatch(
                node ->
                    isConstant(node)
                        || TextOperators.isOne(node, List.of())
                        || node.attributes().stream()
                            .anyMatch(
                                one ->
                                    one instanceof OnnxAttribute.GraphValue(_, OnnxGraph inner)
                                        && hasOwnStrings(inner)));
  }

  /// {@return why no claim can be about a model, if an input is one of strings, or the outputs need some: the first
  ///     node, or else the first value, that has some}
  static Optional<String> refusal(OnnxModel model) {
    OnnxGraph graph = model.graph();
    StringUse use = new StringUse(model);
    Set<Integer> needed = new HashSet<>();
    Set<String> read = needed(graph, needed);
    List<String> places = new ArrayList<>();
    for (int i = 0; i < graph.nodes().size() && places.isEmpty(); i++) {
      OnnxNode node = graph.nodes().get(i);
      if (needed.contains(i) && use.mayHave(node)) {
        places.add("node %s (%s)".formatted(Names.shown(node.label(i)), node.opType()));
      }
    }
    Renaming.inputs(graph).forEach(input -> read.add(input.name()));
    use.strings.stream()
        .filter(read::contains)
        .sorted()
        .findFirst()
        .ifPresent(name -> places.add("value " + Names.shown(name)));
    return places.stream()
        .findFirst()
        .map(
            place ->
                place
                    + " has strings, or no kernel, and neither can be committed: no claim can be"
                    + " about this model");
  }

  private boolean mayHave(OnnxNode node) {
    try {
      return visit(node);
    } catch (RefusedNode e) {
      return true;
    }
  }

  /// {@return the names of values that the outputs need}
  ///
  /// @param nodes gets those that make them
  private static Set<String> needed(OnnxGraph graph, Set<Integer> nodes) {
    Map<String, Integer> producers = new HashMap<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      for (String output : graph.nodes().get(i).outputs()) {
        producers.putIfAbsent(output, i);
      }
    }
    Set<String> read = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    graph.outputs().forEach(output -> open.add(output.name()));
    while (!open.isEmpty()) {
      String name = open.removeLast();
      if (read.add(name)) {
        int producer = producers.getOrDefault(name, -1);
        if (producer >= 0 && nodes.add(producer)) {
          open.addAll(Renaming.read(graph.nodes().get(producer)));
        }
      }
    }
    return read;
  }
}
