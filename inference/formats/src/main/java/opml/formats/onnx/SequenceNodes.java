package opml.formats.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Attributes;
import opml.formats.onnx.node.Meaning;
import opml.formats.onnx.node.NoValue;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.ValueList;
import opml.formats.onnx.node.Walk;
import opml.formats.onnx.operator.Operators;
import opml.formats.refusal.Reason.Kind;

/// Operators of sequences and optionals. A graph has neither: which tensors there are, and in which order, is decided
/// at import, and so positions and lengths must be known then. Most of these nodes leave nothing in the graph.
final class SequenceNodes {
  /// The first versions of the operators.
  private static final Map<String, Integer> SINCE =
      Map.ofEntries(
          Map.entry("SequenceConstruct", 11),
          Map.entry("SequenceEmpty", 11),
          Map.entry("SequenceInsert", 11),
          Map.entry("SequenceErase", 11),
          Map.entry("SequenceAt", 11),
          Map.entry("SequenceLength", 11),
          Map.entry("SplitToSequence", 11),
          Map.entry("ConcatFromSequence", 11),
          Map.entry("Optional", 15),
          Map.entry("OptionalGetElement", 15),
          Map.entry("OptionalHasElement", 15));

  private final GraphScope scope;
  private final OnnxNode node;
  private final String label;
  private final NodeImport at;
  private final Attributes attributes;

  /// @param scope whose opset is known
  SequenceNodes(GraphScope scope, OnnxNode node, String label) {
    this.scope = scope;
    this.node = node;
    this.label = label;
    this.at = new NodeImport(scope.graph(), node, label, scope.opset().orElseThrow());
    this.attributes = at.attributes();
  }

  static boolean isOne(OnnxNode node) {
    return Operators.isOnnx(node.domain()) && SINCE.containsKey(node.opType());
  }

  /// Imports what the node means.
  ///
  /// @return that its result is known
  boolean run() {
    int since = Objects.requireNonNull(SINCE.get(node.opType()));
    if (at.opset() < since) {
      throw new RefusedNode(
          Kind.OPERATOR, "%s (since opset %d)".formatted(node.opType(), since), "");
    }
    at.define(
        switch (node.opType()) {
          case "SequenceConstruct" -> construct();
          case "SequenceEmpty" -> empty();
          case "SequenceInsert" -> insert();
          case "SequenceErase" -> erase();
          case "SequenceAt" -> element();
          case "SequenceLength" -> length();
          case "SplitToSequence" -> split();
          case "ConcatFromSequence" -> joined();
          case "Optional" -> optional();
          case "OptionalGetElement" -> content();
          case "OptionalHasElement" -> hasContent();
          default -> throw new IllegalStateException(node.opType());
        });
    return true;
  }

  private Meaning construct() {
    at.arity(1, Integer.MAX_VALUE);
    attributes.end();
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < at.inputs(); i++) {
      values.add(at.input(i));
    }
    return list(values);
  }

  private Meaning empty() {
    at.arity(0, 0);
    int code = attributes.integer("dtype", OnnxType.FLOAT.code(), 0, Integer.MAX_VALUE);
    attributes.end();
    if (OnnxType.of(code).isEmpty()) {
      throw new RefusedNode(Kind.TYPE, "type " + OnnxType.nameOf(code), "");
    }
    return list(List.of());
  }

  private Meaning insert() {
    at.arity(2, 3);
    attributes.end();
    List<Value> values = new ArrayList<>(sequence(0));
    Value value = at.input(1);
    int place =
        at.optionalMeaning(2).isPresent()
            ? place(2, values.size() + 1, values.size())
            : values.size();
    values.add(place, value);
    return list(values);
  }

  private Meaning erase() {
    at.arity(1, 2);
    attributes.end();
    List<Value> values = new ArrayList<>(sequence(0));
    at.require(!values.isEmpty(), "an element of a sequence that has none");
    int last = values.size() - 1;
    values.remove(
        at.optionalMeaning(1).isPresent() ? place(1, values.size(), values.size()) : last);
    return list(values);
  }

  private Meaning element() {
    at.arity(2, 2);
    attributes.end();
    List<Value> values = sequence(0);
    return values.get(place(1, values.size(), values.size()));
  }

  private Meaning length() {
    at.arity(1, 1);
    attributes.end();
    return at.constant("length", Tensor.ofLongs(Shape.SCALAR, sequence(0).size()));
  }

  private Meaning optional() {
    at.arity(0, 1);
    attributes.any("type");
    attributes.end();
    return at.optionalMeaning(0).orElseGet(NoValue::new);
  }

  private Meaning content() {
    at.arity(1, 1);
    attributes.end();
    Meaning input = at.meaning(0);
    at.require(!(input instanceof NoValue), "the optional is empty");
    return input;
  }

  private Meaning hasContent() {
    at.arity(0, 1);
    attributes.end();
    boolean has = at.optionalMeaning(0).filter(input -> !(input instanceof NoValue)).isPresent();
    byte[] one = {(byte) (has ? 1 : 0)};
    return at.constant("has", Tensor.ofBytes(ElementType.BOOL, Shape.SCALAR, one));
  }

  private Meaning split() {
    at.arity(1, 2);
    Value x = at.input(0);
    int rank = x.shape().rank();
    int axis = at.axis(attributes.integer("axis", 0, -rank, rank), rank);
    boolean keeps = attributes.flag("keepdims", true);
    attributes.end();
    int size = x.shape().dim(axis);
    Optional<Value> given = at.optional(1);
    int[] sizes = given.isPresent() ? sizes(given.get(), size) : equal(1, size);
    List<Value> parts = new ArrayList<>();
    int from = 0;
    for (int count : sizes) {
      List<Integer> dims = new ArrayList<>(x.shape().dims());
      dims.set(axis, count);
      Walk walk = Walk.of(x.shape()).sliced(axis, from, count, 1);
      Value part = at.moves().of("part" + parts.size(), x, walk, Shapes.of(at, dims));
      if (given.isEmpty() && !keeps) {
        dims.subList(axis, axis + 1).clear();
        part = part.reshaped(new Shape(dims));
      }
      parts.add(part);
      from += count;
    }
    return list(parts);
  }

  private int[] sizes(Value given, int size) {
    if (given.shape().rank() == 0) {
      long each = at.integers(1)[0];
      at.require(each >= 1, "parts of less than one element", "" + each);
      return equal((int) Math.min(each, Math.max(size, 1)), size);
    }
    long[] sizes = at.integers(1);
    at.require(
        Arrays.stream(sizes).allMatch(one -> one >= 0 && one <= size)
            && Arrays.stream(sizes).sum() == size,
        "the parts are not the whole",
        Arrays.toString(sizes) + " of " + size);
    return Arrays.stream(sizes).mapToInt(Math::toIntExact).toArray();
  }

  private int[] equal(int each, int size) {
    scope.all().countListed(size / each);
    int[] sizes = new int[(int) (((long) size + each - 1) / each)];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.min(each, size - i * each);
    }
    return sizes;
  }

  private Meaning joined() {
    at.arity(1, 1);
    at.require(attributes.has("axis"), "attribute axis is missing");
    int given = attributes.integer("axis", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    boolean isNew = attributes.flag("new_axis", false);
    attributes.end();
    List<Value> values = sequence(0);
    at.require(!values.isEmpty(), "a sequence without elements has no shape to join");
    int rank = values.getFirst().shape().rank();
    int axis = at.axis(given, isNew ? rank + 1 : rank);
    List<Value> all = new ArrayList<>();
    for (Value value : values) {
      List<Integer> dims = new ArrayList<>(value.shape().dims());
      at.require(dims.size() == rank, "the elements do not fit together", value.describe());
      if (isNew) {
        dims.add(axis, 1);
      }
      all.add(value.reshaped(Shapes.of(at, dims)));
    }
    return new PartImport(scope, label).of("Concat", all, new OnnxAttribute.IntValue("axis", axis));
  }

  private List<Value> sequence(int index) {
    Meaning input = at.meaning(index);
    if (input instanceof ValueList(List<Value> values)) {
      return values;
    }
    throw new RefusedNode(Kind.TYPE, "input " + index + " is not a sequence", input.describe());
  }

  /// {@return a sequence of values, which must be of one type}
  private ValueList list(List<Value> values) {
    scope.all().countListed(values.size());
    for (Value value : values) {
      at.require(
          value.type() == values.getFirst().type(),
          "the elements are not of one type",
          value.describe() + " and " + values.getFirst().describe());
    }
    return new ValueList(values);
  }

  /// {@return the position that an input says, counted from the front}
  ///
  /// @param places that there are
  /// @param size of the sequence, from whose end negative ones count
  private int place(int index, int places, int size) {
    long[] given = at.integers(index);
    at.require(given.length == 1, "input " + index + " is not one number");
    long place = given[0] < 0 ? given[0] + size : given[0];
    at.require(
        place >= 0 && place < places,
        "there is no such place in the sequence",
        "%d of %d".formatted(given[0], size));
    return (int) place;
  }
}
