package opml.formats.onnx.text;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Attributes;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.operator.Operators;
import opml.formats.refusal.Reason.Kind;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;

/// Which nodes are computed in plain Java, and what they compute.
public final class TextOperators {
  private static final String LEARNING = "ai.onnx.ml";

  /// Operators that are computed here whatever they read, and their first versions.
  private static final Map<String, Integer> ALWAYS =
      Map.of(
          "StringNormalizer", 10,
          "StringConcat", 20,
          "StringSplit", 20,
          "RegexFullMatch", 20);

  private TextOperators() {}

  /// {@return whether a node makes strings of strings or numbers, or looks into some}
  ///
  /// @param readsStrings of each input, whether it is one of strings
  public static boolean isOne(OnnxNode node, List<Boolean> readsStrings) {
    if (node.domain().equals(LEARNING)) {
      return node.opType().equals("LabelEncoder") || node.opType().equals("CategoryMapper");
    }
    if (!Operators.isOnnx(node.domain())) {
      return false;
    }
    return switch (node.opType()) {
      case "Cast" -> readsStrings.contains(true) || castsToStrings(node);
      case "CastLike" -> readsStrings.contains(true);
      case "Unique" -> readsStrings.contains(true);
      default -> ALWAYS.containsKey(node.opType());
    };
  }

  /// {@return such a node, ready to run}
  ///
  /// @param readsStrings of each input, whether it is one of strings
  /// @param opset of ONNX's own operators
  /// @throws RefusedNode if it is not as its operator is declared, or more than is computed here
  public static TextNode of(OnnxNode node, String label, List<Boolean> readsStrings, int opset) {
    int since = ALWAYS.getOrDefault(node.opType(), 1);
    if (Operators.isOnnx(node.domain()) && opset < since) {
      throw new RefusedNode(
          Kind.OPERATOR, "%s (since opset %d)".formatted(node.opType(), since), "");
    }
    try {
      return new Making(node, label, readsStrings).node();
    } catch (IllegalArgumentException e) {
      throw new RefusedNode(String.valueOf(e.getMessage()), "");
    }
  }

  /// One node.
  private static final class Making {
    private final OnnxNode node;
    private final String label;
    private final List<Boolean> readsStrings;
    private final Attributes attributes;

    Making(OnnxNode node, String label, List<Boolean> readsStrings) {
      this.node = node;
      this.label = label;
      this.readsStrings = readsStrings;
      this.attributes = new Attributes(node.attributes());
    }

    TextNode node() {
      return switch (node.opType()) {
        case "Cast" -> cast();
        case "CastLike" -> castLike();
        case "Unique" -> unique();
        case "StringNormalizer" -> normalizer();
        case "StringConcat" -> concat();
        case "StringSplit" -> split();
        case "RegexFullMatch" -> fullMatch();
        case "LabelEncoder" -> table(LabelTable.ofEncoder(attributes, strings(0)));
        case "CategoryMapper" -> table(LabelTable.ofMapper(attributes, strings(0)));
        default -> throw new IllegalStateException(node.opType());
      };
    }

    private TextNode cast() {
      arity(1, 1);
      OnnxType to =
          OnnxType.of(attributes.integer("to", 0, 0, Integer.MAX_VALUE))
              .orElseThrow(() -> new RefusedNode(Kind.TYPE, "an unknown type to cast to", ""));
      attributes.integer("saturate", 1, 0, 1);
      attributes.text("round_mode", "");
      attributes.end();
      return converted(to);
    }

    private TextNode castLike() {
      arity(2, 1);
      attributes.integer("saturate", 1, 0, 1);
      attributes.text("round_mode", "");
      attributes.end();
      if (strings(1)) {
        return converted(OnnxType.STRING);
      }
      return made(
          List.of(false),
          in ->
              List.of(
                  new NumberTensor(
                      NumberText.read(
                          TextInputs.strings(in, 0), TextInputs.numbers(in, 1).type()))));
    }

    private TextNode converted(OnnxType to) {
      if (to == OnnxType.STRING) {
        return made(
            List.of(true),
            in ->
                List.of(
                    switch (TextInputs.value(in, 0)) {
                      case StringTensor same -> same;
                      case NumberTensor(var numbers) -> NumberText.write(numbers);
                    }));
      }
      ElementType type =
          to.element().orElseThrow(() -> new RefusedNode(Kind.TYPE, "type " + to.label(), ""));
      return made(
          List.of(false),
          in -> List.of(new NumberTensor(NumberText.read(TextInputs.strings(in, 0), type))));
    }

    private TextNode unique() {
      arity(1, 4);
      boolean sorted = attributes.flag("sorted", true);
      if (attributes.has("axis")) {
        throw new RefusedNode("rows of strings along an axis are not compared", "");
      }
      attributes.end();
      DistinctStrings distinct = new DistinctStrings(sorted);
      return made(List.of(true, false, false, false), in -> distinct.of(TextInputs.strings(in, 0)));
    }

    private TextNode normalizer() {
      arity(1, 1);
      StringNormalisation normalisation =
          StringNormalisation.of(
              attributes.text("case_change_action", "NONE").toUpperCase(Locale.ROOT),
              attributes.flag("is_case_sensitive", false),
              attributes.text("locale", "en_US"),
              attributes.texts("stopwords"));
      attributes.end();
      return made(List.of(true), in -> List.of(normalisation.of(TextInputs.strings(in, 0))));
    }

    private TextNode concat() {
      arity(2, 1);
      attributes.end();
      return made(
          List.of(true),
          in -> List.of(StringJoin.of(TextInputs.strings(in, 0), TextInputs.strings(in, 1))));
    }

    private TextNode split() {
      arity(1, 2);
      String delimiter = attributes.text("delimiter", "");
      int most = attributes.integer("maxsplit", -1, Integer.MIN_VALUE, Integer.MAX_VALUE);
      attributes.end();
      StringSplitting splitting = new StringSplitting(delimiter, most);
      return made(List.of(true, false), in -> splitting.of(TextInputs.strings(in, 0)));
    }

    private TextNode fullMatch() {
      arity(1, 1);
      PatternMatch match = PatternMatch.of(attributes.text("pattern", ""));
      attributes.end();
      return made(
          List.of(false), in -> List.of(new NumberTensor(match.of(TextInputs.strings(in, 0)))));
    }

    private TextNode table(LabelTable table) {
      arity(1, 1);
      return made(List.of(table.givesStrings()), in -> List.of(table.of(TextInputs.value(in, 0))));
    }

    private boolean strings(int input) {
      return input < readsStrings.size() && readsStrings.get(input);
    }

    private void arity(int inputs, int mostOutputs) {
      boolean all = node.inputs().stream().noneMatch(String::isEmpty);
      if (node.inputs().size() != inputs || !all) {
        throw new RefusedNode("%d inputs are needed".formatted(inputs), node.inputs().toString());
      }
      if (node.outputs().isEmpty() || node.outputs().size() > mostOutputs) {
        throw new RefusedNode(
            "1 to %d outputs are possible".formatted(mostOutputs), node.outputs().toString());
      }
    }

    private TextNode made(List<Boolean> strings, TextNode.Operation operation) {
      int outputs = node.outputs().size();
      return new TextNode(
          label, node.inputs(), node.outputs(), strings.subList(0, outputs), operation);
    }
  }

  /// {@return whether a LabelEncoder gives strings}
  ///
  /// @param readsStrings whether it reads some: the first edition goes both ways
  public static boolean encodesToStrings(OnnxNode node, boolean readsStrings) {
    return node.attributes().stream()
        .anyMatch(
            attribute ->
                switch (attribute.name()) {
                  case "classes_strings" -> !readsStrings;
                  case "values_strings" -> true;
                  case "values_tensor" ->
                      attribute instanceof OnnxAttribute.TensorValue(_, OnnxTensor values)
                          && values.hasStrings();
                  default -> false;
                });
  }

  /// {@return whether a Cast gives strings}
  public static boolean castsToStrings(OnnxNode node) {
    return node.attributes().stream()
        .anyMatch(
            attribute ->
                attribute instanceof OnnxAttribute.IntValue(String name, long value)
                    && name.equals("to")
                    && value == OnnxType.STRING.code());
  }
}
