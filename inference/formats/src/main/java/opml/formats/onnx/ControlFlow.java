package opml.formats.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.node.Attributes;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.operator.Operators;
import opml.formats.refusal.Reason.Kind;

/// If, Loop and Scan. A graph has no branches and no loops of its own, so a branch is chosen at import where its
/// condition is known, and else both run and the result is selected; a loop's body stands in the graph once for each
/// turn. A loop whose end the data decide takes as many turns as it may, of which those behind its end change nothing.
final class ControlFlow {
  private static final Set<String> OPERATORS = Set.of("If", "Loop", "Scan");

  /// Turns of one loop. Each is nodes of their own.
  private static final long MOST_TURNS = 1 << 16;

  private static final int FIRST_SCAN = 9;

  private final GraphScope scope;
  private final OnnxNode node;
  private final String label;
  private final NodeImport at;
  private final Attributes attributes;
  private int parts;

  /// @param scope whose opset is known
  ControlFlow(GraphScope scope, OnnxNode node, String label) {
    this.scope = scope;
    this.node = node;
    this.label = label;
    this.at = new NodeImport(scope.graph(), node, label, scope.opset().orElseThrow());
    this.attributes = at.attributes();
  }

  static boolean isOne(OnnxNode node) {
    return Operators.isOnnx(node.domain()) && OPERATORS.contains(node.opType());
  }

  /// Imports what the node means.
  ///
  /// @return whether all of its results are known; if not, why is among the problems
  boolean run() {
    return switch (node.opType()) {
      case "If" -> branch();
      case "Loop" -> loop();
      default -> scan();
    };
  }

  private boolean branch() {
    at.arity(1, 1, Integer.MAX_VALUE);
    OnnxGraph then = graph("then_branch");
    OnnxGraph otherwise = graph("else_branch");
    attributes.end();
    Value condition = at.input(0, ElementType.BOOL);
    at.require(condition.shape().count() == 1, "the condition is not one element");
    Optional<Tensor> known = condition.constant();
    if (known.isPresent()) {
      return define(body(known.get().integer(0) != 0 ? then : otherwise, "", List.of()));
    }
    Optional<List<Value>> yes = body(then, "then", List.of());
    Optional<List<Value>> no = body(otherwise, "else", List.of());
    if (yes.isEmpty() || no.isEmpty()) {
      return false;
    }
    List<Value> results = new ArrayList<>();
    for (int i = 0; i < Math.min(yes.get().size(), no.get().size()); i++) {
      Value a = yes.get().get(i);
      Value b = no.get().get(i);
      if (!a.shape().equals(b.shape()) || a.type() != b.type()) {
        throw at.mustBeKnown("the condition of branches with different shapes", condition);
      }
      results.add(select(condition, a, b));
    }
    return define(Optional.of(results));
  }

  private boolean loop() {
    at.arity(2, Integer.MAX_VALUE, Integer.MAX_VALUE);
    OnnxGraph body = graph("body");
    attributes.end();
    int states = at.inputs() - 2;
    int scans = body.outputs().size() - 1 - states;
    at.require(
        Renaming.inputs(body).size() == states + 2 && scans >= 0,
        "the body's inputs and outputs are not those of the loop");
    long most = turns();
    Value active = at.optional(1).orElseGet(() -> flag(true));
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < states; i++) {
      values.add(at.input(2 + i));
    }
    List<List<Value>> scanned = lists(scans);
    for (long turn = 0; turn < most && !isFalse(active); turn++) {
      if (turn == MOST_TURNS) {
        throw new RefusedNode(
            Kind.SIZE, "more than %,d turns, or no end".formatted(MOST_TURNS), "");
      }
      boolean certain = active.isConstant();
      if (!certain && (scans > 0 || most == Long.MAX_VALUE)) {
        throw at.mustBeKnown(
            "when a loop ends that gathers values, or has no greatest count,", active);
      }
      List<Value> inputs = new ArrayList<>(List.of(index(turn), active));
      inputs.addAll(values);
      Optional<List<Value>> results = body(body, "turn" + turn, inputs);
      if (results.isEmpty()) {
        return false;
      }
      Value goesOn = results.get().getFirst();
      for (int i = 0; i < states; i++) {
        Value next = results.get().get(1 + i);
        values.set(i, certain ? next : select(active, next, values.get(i)));
      }
      for (int i = 0; i < scans; i++) {
        scanned.get(i).add(results.get().get(1 + states + i));
      }
      active = certain ? goesOn : both(active, goesOn);
    }
    List<Value> all = new ArrayList<>(values);
    for (int i = 0; i < scans; i++) {
      all.add(stacked(scanned.get(i), body.outputs().get(1 + states + i), 0));
    }
    return define(Optional.of(all));
  }

  /// {@return how often the body runs at most}
  private long turns() {
    Optional<Value> count = at.optional(0);
    if (count.isEmpty()) {
      return Long.MAX_VALUE;
    }
    Tensor known =
        count.get().constant().orElseThrow(() -> at.mustBeKnown("the trip count", count.get()));
    at.require(
        known.type() == ElementType.I64 && known.shape().count() == 1,
        "the trip count is not one int64");
    return Math.max(0, known.integer(0));
  }

  private boolean scan() {
    at.require(at.opset() >= FIRST_SCAN, "Scan before opset " + FIRST_SCAN + " is not supported");
    at.arity(1, Integer.MAX_VALUE, Integer.MAX_VALUE);
    OnnxGraph body = graph("body");
    int sequences = attributes.integer("num_scan_inputs", 0, 1, at.inputs());
    int states = at.inputs() - sequences;
    int scans = body.outputs().size() - states;
    at.require(
        Renaming.inputs(body).size() == at.inputs() && scans >= 0,
        "the body's inputs and outputs are not those of the scan");
    int[] axes = list("scan_input_axes", sequences);
    int[] directions = list("scan_input_directions", sequences);
    int[] outAxes = list("scan_output_axes", scans);
    int[] outDirections = list("scan_output_directions", scans);
    attributes.end();
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < states; i++) {
      values.add(at.input(i));
    }
    int turns = -1;
    for (int i = 0; i < sequences; i++) {
      Shape shape = at.input(states + i).shape();
      axes[i] = at.axis(axes[i], shape.rank());
      int length = shape.dim(axes[i]);
      at.require(turns < 0 || turns == length, "the sequences are not of one length");
      turns = length;
    }
    at.require(turns <= MOST_TURNS, "more than %,d turns".formatted(MOST_TURNS), "" + turns);
    List<List<Value>> scanned = lists(scans);
    for (int turn = 0; turn < turns; turn++) {
      List<Value> inputs = new ArrayList<>(values);
      for (int i = 0; i < sequences; i++) {
        int place = directions[i] == 0 ? turn : turns - 1 - turn;
        inputs.add(element(at.input(states + i), axes[i], place));
      }
      Optional<List<Value>> results = body(body, "turn" + turn, inputs);
      if (results.isEmpty()) {
        return false;
      }
      for (int i = 0; i < states; i++) {
        values.set(i, results.get().get(i));
      }
      for (int i = 0; i < scans; i++) {
        List<Value> all = scanned.get(i);
        all.add(outDirections[i] == 0 ? all.size() : 0, results.get().get(states + i));
      }
    }
    List<Value> all = new ArrayList<>(values);
    for (int i = 0; i < scans; i++) {
      all.add(stacked(scanned.get(i), body.outputs().get(states + i), outAxes[i]));
    }
    return define(Optional.of(all));
  }

  private int[] list(String name, int size) {
    return attributes
        .integers(name, size, Integer.MIN_VALUE, Integer.MAX_VALUE)
        .orElseGet(() -> new int[size]);
  }

  private static List<List<Value>> lists(int count) {
    List<List<Value>> lists = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lists.add(new ArrayList<>());
    }
    return lists;
  }

  private OnnxGraph graph(String name) {
    return attributes
        .any(name)
        .map(
            attribute -> {
              if (attribute instanceof OnnxAttribute.GraphValue(_, OnnxGraph graph)) {
                return graph;
              }
              throw new RefusedNode("attribute " + name + " is not a graph", "");
            })
        .orElseThrow(() -> new RefusedNode("attribute " + name + " is missing", ""));
  }

  /// Imports a body once.
  ///
  /// @return its results, unless one is not known
  private Optional<List<Value>> body(OnnxGraph body, String what, List<Value> inputs) {
    List<OnnxValueInfo> ports = Renaming.inputs(body);
    at.require(ports.size() == inputs.size(), "the body has other inputs");
    String place = what.isEmpty() ? label : label + "." + what;
    String prefix = scope.all().prefix(place);
    OnnxGraph own = Renaming.of(body, prefix).graph(body);
    for (int i = 0; i < inputs.size(); i++) {
      scope.graph().define(prefix + ports.get(i).name(), inputs.get(i));
    }
    scope.all().enter();
    try {
      GraphScope inside =
          new GraphScope(scope.all(), own, Optional.of(scope), place + "/", scope.opset());
      inside.nodes();
      List<Value> results = new ArrayList<>();
      for (OnnxValueInfo output : own.outputs()) {
        inside.output(output).ifPresent(results::add);
      }
      return results.size() == own.outputs().size() ? Optional.of(results) : Optional.empty();
    } finally {
      scope.all().leave();
    }
  }

  private boolean define(Optional<List<Value>> results) {
    if (results.isEmpty()) {
      return false;
    }
    at.require(at.outputs() <= results.get().size(), "more outputs than there are results");
    for (int i = 0; i < at.outputs(); i++) {
      at.define(i, results.get().get(i));
    }
    return true;
  }

  private static boolean isFalse(Value flag) {
    return flag.constant().map(known -> known.integer(0) == 0).orElse(false);
  }

  private Value flag(boolean value) {
    byte[] one = {(byte) (value ? 1 : 0)};
    return at.constant("always", Tensor.ofBytes(ElementType.BOOL, Shape.SCALAR, one));
  }

  private Value index(long turn) {
    return at.constant("turn", Tensor.ofLongs(Shape.SCALAR, turn));
  }

  private Value select(Value condition, Value a, Value b) {
    at.require(
        a.type() == b.type() && a.shape().equals(b.shape()),
        "a value that may be kept changes its shape",
        a.describe() + " and " + b.describe());
    return part("Where", List.of(condition, a, b));
  }

  private Value both(Value a, Value b) {
    return part("And", List.of(a, b));
  }

  /// {@return what a sequence has at a place, without that axis}
  private Value element(Value sequence, int axis, int place) {
    Value index = at.constant("place", Tensor.ofLongs(Shape.SCALAR, place));
    return part("Gather", List.of(sequence, index), new OnnxAttribute.IntValue("axis", axis));
  }

  /// {@return values side by side along a new axis}
  private Value stacked(List<Value> values, OnnxValueInfo declared, int axis) {
    if (values.isEmpty()) {
      return nothing(declared, axis);
    }
    List<Value> wider = new ArrayList<>();
    Shape shape = values.getFirst().shape();
    int place = at.axis(axis, shape.rank() + 1);
    for (Value value : values) {
      at.require(value.shape().equals(shape), "what is gathered changes its shape");
      List<Integer> dims = new ArrayList<>(shape.dims());
      dims.add(place, 1);
      wider.add(value.reshaped(new Shape(dims)));
    }
    return part("Concat", wider, new OnnxAttribute.IntValue("axis", place));
  }

  private Value nothing(OnnxValueInfo declared, int axis) {
    List<Integer> dims = new ArrayList<>();
    declared
        .dims()
        .orElseThrow(() -> new RefusedNode("a loop without turns gathers what has no shape", ""))
        .forEach(dim -> dims.add((int) dim.orElse(0)));
    dims.add(at.axis(axis, dims.size() + 1), 0);
    ElementType type =
        declared
            .type()
            .flatMap(one -> one.element())
            .orElseThrow(
                () -> new RefusedNode("a loop without turns gathers what has no type", ""));
    return at.constant("nothing", Tensor.zero(type, new Shape(dims)));
  }

  /// Imports a node of an operator that stands for a part of this one.
  private Value part(String operator, List<Value> inputs, OnnxAttribute... attributes) {
    String prefix = scope.all().prefix(label);
    List<String> names = new ArrayList<>();
    for (Value input : inputs) {
      names.add(prefix + "x" + names.size());
      scope.graph().define(names.getLast(), input);
    }
    String result = prefix + "y";
    scope.graph().addReads(Set.of(result));
    OnnxNode one =
        new OnnxNode(label, operator, "", names, List.of(result), Arrays.asList(attributes));
    scope.importNode(one, label + "." + operator + parts++);
    return scope
        .graph()
        .value(result)
        .orElseThrow(() -> new RefusedNode("its part " + operator + " was refused", ""));
  }
}
