package opml.formats.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.node.Attributes;
import opml.formats.onnx.node.Meaning;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.ValueList;
import opml.formats.onnx.operator.Operators;
import opml.formats.refusal.Reason.Kind;

/// If, Loop, Scan and SequenceMap. A graph has no branches and no loops of its own, so a branch is chosen at import
/// where its condition is known, and else both run and the result is selected; a loop's body stands in the graph once
/// for each turn. A loop whose end the data decide takes as many turns as it may, of which those behind its end change
/// nothing.
final class ControlFlow {
  private static final Set<String> OPERATORS = Set.of("If", "Loop", "Scan", "SequenceMap");

  /// Turns of one loop. Each is nodes of their own.
  private static final long MOST_TURNS = 1 << 16;

  /// Before it, a Scan's inputs are batches.
  private static final int FIRST_SCAN = 9;

  private static final int FIRST_MAP = 17;

  private final GraphScope scope;
  private final OnnxNode node;
  private final String label;
  private final NodeImport at;
  private final Attributes attributes;
  private final PartImport parts;

  /// How much there is in each of the node's graphs.
  private final IdentityHashMap<OnnxGraph, Long> sizes = new IdentityHashMap<>();

  /// @param scope whose opset is known
  ControlFlow(GraphScope scope, OnnxNode node, String label) {
    this.scope = scope;
    this.node = node;
    this.label = label;
    this.at = new NodeImport(scope.graph(), node, label, scope.opset().orElseThrow());
    this.attributes = at.attributes();
    this.parts = new PartImport(scope, label);
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
      case "SequenceMap" -> map();
      default -> at.opset() < FIRST_SCAN ? batches() : scan();
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
    Optional<List<Meaning>> yes = body(then, "then", List.of());
    Optional<List<Meaning>> no = body(otherwise, "else", List.of());
    if (yes.isEmpty() || no.isEmpty()) {
      return false;
    }
    List<Meaning> results = new ArrayList<>();
    for (int i = 0; i < Math.min(yes.get().size(), no.get().size()); i++) {
      Meaning a = yes.get().get(i);
      Meaning b = no.get().get(i);
      if (!PartImport.alike(a, b)) {
        throw at.mustBeKnown("the condition of branches with different shapes", condition);
      }
      results.add(parts.select(condition, a, b));
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
    List<Meaning> values = new ArrayList<>();
    for (int i = 0; i < states; i++) {
      values.add(at.meaning(2 + i));
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
      List<Meaning> inputs = new ArrayList<>(List.of(index(turn), active));
      inputs.addAll(values);
      Optional<List<Meaning>> results = body(body, "turn" + turn, inputs);
      if (results.isEmpty()) {
        return false;
      }
      Value goesOn = tensor(results.get().getFirst());
      at.require(
          goesOn.type() == ElementType.BOOL && goesOn.shape().count() == 1,
          "the body's condition is not one truth value",
          goesOn.describe());
      for (int i = 0; i < states; i++) {
        Meaning next = results.get().get(1 + i);
        values.set(i, certain ? next : kept(active, next, values.get(i)));
      }
      for (int i = 0; i < scans; i++) {
        scanned.get(i).add(tensor(results.get().get(1 + states + i)));
      }
      active = certain ? goesOn : both(active, goesOn);
    }
    List<Meaning> all = new ArrayList<>(values);
    for (int i = 0; i < scans; i++) {
      all.add(stacked(scanned.get(i), body.outputs().get(1 + states + i), 0));
    }
    return define(Optional.of(all));
  }

  /// SequenceMap: the body once for each element of the first sequence, and of others of its length.
  private boolean map() {
    at.require(at.opset() >= FIRST_MAP, "SequenceMap has no version before opset " + FIRST_MAP);
    at.arity(1, Integer.MAX_VALUE, Integer.MAX_VALUE);
    OnnxGraph body = graph("body");
    attributes.end();
    at.require(at.meaning(0) instanceof ValueList, "input 0 is no sequence");
    int length = at.meaning(0).tensors().size();
    at.require(length <= MOST_TURNS, "more than %,d turns".formatted(MOST_TURNS), "" + length);
    List<List<Value>> mapped = lists(body.outputs().size());
    for (int turn = 0; turn < length; turn++) {
      List<Meaning> inputs = new ArrayList<>();
      for (int i = 0; i < at.inputs(); i++) {
        Meaning input = at.meaning(i);
        if (input instanceof ValueList(List<Value> tensors)) {
          at.require(tensors.size() == length, "the sequences are not of one length");
          inputs.add(tensors.get(turn));
        } else {
          inputs.add(input);
        }
      }
      Optional<List<Meaning>> results = body(body, "turn" + turn, inputs);
      if (results.isEmpty()) {
        return false;
      }
      for (int i = 0; i < mapped.size(); i++) {
        mapped.get(i).add(tensor(results.get().get(i)));
      }
    }
    return define(Optional.of(mapped.stream().<Meaning>map(ValueList::new).toList()));
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
    List<Meaning> values = new ArrayList<>();
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
      List<Meaning> inputs = new ArrayList<>(values);
      for (int i = 0; i < sequences; i++) {
        int place = directions[i] == 0 ? turn : turns - 1 - turn;
        inputs.add(element(at.input(states + i), axes[i], place));
      }
      Optional<List<Meaning>> results = body(body, "turn" + turn, inputs);
      if (results.isEmpty()) {
        return false;
      }
      for (int i = 0; i < states; i++) {
        values.set(i, results.get().get(i));
      }
      for (int i = 0; i < scans; i++) {
        List<Value> all = scanned.get(i);
        all.add(outDirections[i] == 0 ? all.size() : 0, tensor(results.get().get(states + i)));
      }
    }
    List<Meaning> all = new ArrayList<>(values);
    for (int i = 0; i < scans; i++) {
      all.add(stacked(scanned.get(i), body.outputs().get(states + i), outAxes[i]));
    }
    return define(Optional.of(all));
  }

  /// Scan before opset 9: sequences are along axis 1 of batches, each with a length of its own if these are given, and
  /// behind a shorter one's end are zeros.
  private boolean batches() {
    at.arity(2, Integer.MAX_VALUE, Integer.MAX_VALUE);
    OnnxGraph body = graph("body");
    int sequences = attributes.integer("num_scan_inputs", 0, 1, at.inputs() - 1);
    int[] directions = list("directions", sequences);
    attributes.end();
    int states = at.inputs() - 1 - sequences;
    int scans = body.outputs().size() - states;
    at.require(
        Renaming.inputs(body).size() == states + sequences && scans >= 0,
        "the body's inputs and outputs are not those of the scan");
    Shape shape = at.input(at.inputs() - 1).shape();
    at.require(shape.rank() >= 2, "a sequence has no batch", "" + shape);
    int batch = shape.dim(0);
    int most = shape.dim(1);
    for (int i = 0; i < states + sequences; i++) {
      Shape own = at.input(1 + i).shape();
      boolean fits =
          own.rank() >= 1
              && own.dim(0) == batch
              && (i < states || own.rank() >= 2 && own.dim(1) == most);
      at.require(fits, "the inputs are not of one batch and one length", "" + own);
    }
    at.require(
        batch >= 1 && (long) batch * most <= MOST_TURNS,
        "more than %,d turns, or none".formatted(MOST_TURNS),
        batch + " times " + most);
    int[] lengths = lengths(batch, most);
    List<List<Value>> results = lists(states + scans);
    for (int one = 0; one < batch; one++) {
      List<Meaning> values = new ArrayList<>();
      for (int i = 0; i < states; i++) {
        values.add(element(at.input(1 + i), 0, one));
      }
      List<List<Value>> scanned = lists(scans);
      for (int turn = 0; turn < lengths[one]; turn++) {
        List<Meaning> inputs = new ArrayList<>(values);
        for (int i = 0; i < sequences; i++) {
          int place = directions[i] == 0 ? turn : lengths[one] - 1 - turn;
          Value own = element(at.input(1 + states + i), 0, one);
          inputs.add(element(own, 0, place));
        }
        Optional<List<Meaning>> next = body(body, "batch" + one + ".turn" + turn, inputs);
        if (next.isEmpty()) {
          return false;
        }
        for (int i = 0; i < states; i++) {
          values.set(i, next.get().get(i));
        }
        for (int i = 0; i < scans; i++) {
          scanned.get(i).add(tensor(next.get().get(states + i)));
        }
      }
      for (int i = 0; i < states; i++) {
        results.get(i).add(tensor(values.get(i)));
      }
      for (int i = 0; i < scans; i++) {
        at.require(lengths[one] > 0, "a sequence without elements is not supported");
        results.get(states + i).add(padded(scanned.get(i), most));
      }
    }
    List<Meaning> all = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      all.add(stacked(results.get(i), body.outputs().get(i), 0));
    }
    return define(Optional.of(all));
  }

  private int[] lengths(int batch, int most) {
    int[] lengths = new int[batch];
    Arrays.fill(lengths, most);
    if (at.optional(0).isEmpty()) {
      return lengths;
    }
    Tensor given = at.constant(0);
    at.require(
        given.type() == ElementType.I64 && given.shape().count() == batch,
        "the lengths are not an int64 for each of the batch");
    for (int i = 0; i < batch; i++) {
      long length = given.integer(i);
      at.require(length >= 0 && length <= most, "a length is out of range", "" + length);
      lengths[i] = (int) length;
    }
    return lengths;
  }

  /// {@return values side by side along a new first axis, and zeros up to a length}
  private Value padded(List<Value> values, int length) {
    List<Value> all = new ArrayList<>(values);
    if (all.size() < length) {
      Value first = values.getFirst();
      scope.graph().countFolded(Tensor.byteSize(first.type(), first.shape()));
      Value zeros = at.constant("zeros", Tensor.zero(first.type(), first.shape()));
      all.addAll(Collections.nCopies(length - all.size(), zeros));
    }
    return joined(all, 0);
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
  private Optional<List<Meaning>> body(
      OnnxGraph body, String what, List<? extends Meaning> inputs) {
    List<OnnxValueInfo> ports = Renaming.inputs(body);
    at.require(ports.size() == inputs.size(), "the body has other inputs");
    long size = sizes.computeIfAbsent(body, Importing::parts);
    scope.all().countParts(Importing.EACH_TIME + size);
    String place = what.isEmpty() ? label : label + "." + what;
    Renaming renaming = Renaming.of(body, scope.all().prefix(place));
    OnnxGraph own = renaming.graph(body);
    for (int i = 0; i < inputs.size(); i++) {
      scope.graph().define(renaming.name(ports.get(i).name()), inputs.get(i));
    }
    scope.all().enter();
    try {
      GraphScope inside =
          new GraphScope(scope.all(), own, Optional.of(scope), place + "/", scope.opset());
      inside.nodes();
      List<Meaning> results = new ArrayList<>();
      for (OnnxValueInfo output : own.outputs()) {
        inside.output(output).ifPresent(results::add);
      }
      return results.size() == own.outputs().size() ? Optional.of(results) : Optional.empty();
    } finally {
      scope.all().leave();
    }
  }

  private boolean define(Optional<List<Meaning>> results) {
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

  /// {@return the next value in a turn that counts, else the one before}
  private Meaning kept(Value condition, Meaning next, Meaning before) {
    if (!PartImport.alike(next, before)) {
      throw at.mustBeKnown("when a loop ends whose values change their shapes", condition);
    }
    return parts.select(condition, next, before);
  }

  private Value both(Value a, Value b) {
    return parts.of("And", List.of(a, b));
  }

  private Value tensor(Meaning result) {
    if (result instanceof Value value) {
      return value;
    }
    throw new RefusedNode(
        "the body gives what is no tensor where one is expected", result.describe());
  }

  /// {@return what a sequence has at a place, without that axis}
  private Value element(Value sequence, int axis, int place) {
    Value index = at.constant("place", Tensor.ofLongs(Shape.SCALAR, place));
    return parts.of("Gather", List.of(sequence, index), new OnnxAttribute.IntValue("axis", axis));
  }

  /// {@return values side by side along a new axis}
  private Value stacked(List<Value> values, OnnxValueInfo declared, int axis) {
    return values.isEmpty() ? nothing(declared, axis) : joined(values, axis);
  }

  private Value joined(List<Value> values, int axis) {
    List<Value> wider = new ArrayList<>();
    Shape shape = values.getFirst().shape();
    int place = at.axis(axis, shape.rank() + 1);
    for (Value value : values) {
      at.require(
          value.shape().equals(shape) && value.type() == values.getFirst().type(),
          "what is gathered changes its shape");
      at.require(value.count().isEmpty(), "the data decide the size of what is gathered");
      List<Integer> dims = new ArrayList<>(shape.dims());
      dims.add(place, 1);
      wider.add(value.reshaped(Shapes.of(at, dims)));
    }
    return parts.of("Concat", wider, new OnnxAttribute.IntValue("axis", place));
  }

  private Value nothing(OnnxValueInfo declared, int axis) {
    List<Integer> dims = new ArrayList<>();
    for (OptionalLong dim :
        declared
            .dims()
            .orElseThrow(
                () -> new RefusedNode("a loop without turns gathers what has no shape", ""))) {
      long size = dim.orElse(0);
      at.require(
          size >= 0 && size <= Integer.MAX_VALUE,
          "a loop without turns gathers what has an impossible shape",
          "" + size);
      dims.add((int) size);
    }
    dims.add(at.axis(axis, dims.size() + 1), 0);
    ElementType type =
        declared
            .type()
            .flatMap(one -> one.element())
            .orElseThrow(
                () -> new RefusedNode("a loop without turns gathers what has no type", ""));
    return at.constant("nothing", Tensor.zero(type, Shapes.of(at, dims)));
  }
}
