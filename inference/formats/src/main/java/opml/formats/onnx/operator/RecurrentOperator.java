package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.ElementMoves;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;
import opml.kernels.layout.GateFunction;

/// RNN, GRU and LSTM, in one direction or both. The products of all inputs with the weights are one call, and the steps
/// are as many calls as keep each below 2^32 instructions of the machine.
enum RecurrentOperator implements Operator {
  RNN("RNN", 1, "Tanh", "a simple recurrent network"),
  GRU("GRU", 3, "Sigmoid Tanh", "a recurrent network of gated units"),
  LSTM("LSTM", 4, "Sigmoid Tanh Tanh", "a recurrent network of long short-term memory");

  /// Of a multiplication and an addition, all else included, and more than that.
  private static final long INSTRUCTIONS = 200;

  private static final int HAS_LAYOUT = 14;

  /// ONNX's names in capitals, the kernels' numbers, how many parameters there are, and what they are by themselves.
  private enum Function {
    SIGMOID(GateFunction.SIGMOID, 0, 0, 0),
    TANH(GateFunction.TANH, 0, 0, 0),
    RELU(GateFunction.RELU, 0, 0, 0),
    AFFINE(GateFunction.AFFINE, 2, 1f, 0f),
    LEAKYRELU(GateFunction.LEAKY_RELU, 1, 0.01f, 0),
    THRESHOLDEDRELU(GateFunction.THRESHOLDED_RELU, 1, 1f, 0),
    SCALEDTANH(GateFunction.SCALED_TANH, 2, 1f, 1f),
    HARDSIGMOID(GateFunction.HARD_SIGMOID, 2, 0.2f, 0.5f),
    ELU(GateFunction.ELU, 1, 1f, 0),
    SOFTSIGN(GateFunction.SOFTSIGN, 0, 0, 0),
    SOFTPLUS(GateFunction.SOFTPLUS, 0, 0, 0);

    private final int kind;
    private final int parameters;
    private final float alpha;
    private final float beta;

    Function(int kind, int parameters, float alpha, float beta) {
      this.kind = kind;
      this.parameters = parameters;
      this.alpha = alpha;
      this.beta = beta;
    }
  }

  private record Applied(Function function, float alpha, float beta) {}

  private final String label;
  private final int gates;

  /// Their names, of one direction.
  private final String activations;

  private final String summary;

  RecurrentOperator(String label, int gates, String activations, String summary) {
    this.label = label;
    this.gates = gates;
    this.activations = activations;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary)
        .since(7)
        .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);
  }

  /// What a direction's calls have in common.
  private record Net(
      NodeImport node,
      int length,
      int batch,
      int input,
      int hidden,
      int directions,
      Value lengths,
      boolean ragged,
      float clip,
      boolean coupled,
      boolean resetsLast,
      List<Applied> activations) {}

  private record Run(Value y, Value state, Optional<Value> cell) {}

  @Override
  public void importNode(NodeImport node) {
    boolean lstm = this == LSTM;
    node.arity(3, lstm ? 8 : 6, lstm ? 3 : 2);
    Floats floats = Floats.of(node, 0);
    String direction = node.attributes().text("direction", "forward");
    int directions = direction.equals("bidirectional") ? 2 : 1;
    node.require(
        directions == 2 || direction.equals("forward") || direction.equals("reverse"),
        "unknown direction",
        direction);
    boolean batchFirst =
        node.opset() >= HAS_LAYOUT && node.attributes().integer("layout", 0, 0, 1) == 1;
    Value x = floats.input(0);
    Value w = floats.input(1);
    Value r = floats.input(2);
    node.require(
        x.shape().rank() == 3 && w.shape().rank() == 3 && r.shape().rank() == 3,
        "sequences and weights must have three axes");
    if (batchFirst) {
      x = node.transposed("sequences", x, List.of(1, 0, 2));
    }
    int length = x.shape().dim(0);
    int batch = x.shape().dim(1);
    int input = x.shape().dim(2);
    int hidden = r.shape().dim(2);
    node.attributes().integer("hidden_size", hidden, hidden, hidden);
    node.require(
        w.shape().equals(Shape.of(directions, gates * hidden, input))
            && r.shape().equals(Shape.of(directions, gates * hidden, hidden)),
        "the weights do not fit",
        w.describe() + " and " + r.describe());
    Value biases = floats.orElse(3, "no bias", 0f, Shape.of(directions, 2 * gates * hidden));
    Optional<Value> given = node.optional(4);
    Value lengths =
        given.isPresent()
            ? node.cast(given.get(), ElementType.I32)
            : node.constant("lengths", Tensor.ofInts(Shape.of(batch), filled(batch, length)));
    node.require(lengths.shape().equals(Shape.of(batch)), "lengths are not one for each sequence");
    Net net =
        new Net(
            node,
            length,
            batch,
            input,
            hidden,
            directions,
            lengths,
            given.isPresent(),
            node.attributes().real("clip", Float.POSITIVE_INFINITY),
            lstm && node.attributes().flag("input_forget", false),
            this == GRU && node.attributes().flag("linear_before_reset", false),
            activations(node, directions));
    node.attributes().integer("output_sequence", 0, 0, 1);
    node.attributes().end();
    Shape states = Shape.of(directions, batch, hidden);
    Value state = initial(node, floats, 5, "no state", states, batchFirst);
    Optional<Value> cell =
        lstm
            ? Optional.of(initial(node, floats, 6, "no cell", states, batchFirst))
            : Optional.empty();
    Optional<Value> peepholes =
        lstm
            ? Optional.of(floats.orElse(7, "no peepholes", 0f, Shape.of(directions, 3 * hidden)))
            : Optional.empty();
    List<Run> runs = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      boolean backwards = d == 1 || direction.equals("reverse");
      runs.add(run(net, d, backwards, x, w, r, biases, peepholes, state, cell));
    }
    if (node.wants(0)) {
      Shape all = Shapes.of(node, length, directions, batch, hidden);
      List<ElementMoves.Part> parts = new ArrayList<>();
      for (int d = 0; d < directions; d++) {
        Walk to = Walk.of(all).sliced(1, d, 1, 1);
        Value y = runs.get(d).y().reshaped(Shape.of(length, 1, batch, hidden));
        parts.add(new ElementMoves.Part(y, Walk.of(y.shape()), to));
      }
      Value y = node.moves().assembled("all", ElementType.F32, all, parts);
      floats.define(0, batchFirst ? node.transposed("batches", y, List.of(2, 0, 1, 3)) : y);
    }
    floats.define(
        1, last(node, "states", runs.stream().map(Run::state).toList(), states, batchFirst));
    if (lstm) {
      List<Value> cells = runs.stream().map(one -> one.cell().orElseThrow()).toList();
      floats.define(2, last(node, "cells", cells, states, batchFirst));
    }
  }

  private static int[] filled(int count, int value) {
    int[] all = new int[count];
    Arrays.fill(all, value);
    return all;
  }

  private static Value initial(
      NodeImport node, Floats floats, int index, String what, Shape shape, boolean batchFirst) {
    Value value = floats.orElse(index, what, 0f, shape);
    boolean turned = batchFirst && node.optional(index).isPresent();
    Value own = turned ? node.transposed(what, value, List.of(1, 0, 2)) : value;
    node.require(own.shape().equals(shape), "input " + index + " does not fit", value.describe());
    return own;
  }

  private static Value last(
      NodeImport node, String what, List<Value> values, Shape shape, boolean batchFirst) {
    List<ElementMoves.Part> parts = new ArrayList<>();
    for (int d = 0; d < values.size(); d++) {
      Value one = values.get(d).reshaped(Shape.of(1, shape.dim(1), shape.dim(2)));
      parts.add(
          new ElementMoves.Part(one, Walk.of(one.shape()), Walk.of(shape).sliced(0, d, 1, 1)));
    }
    Value all =
        values.size() == 1
            ? values.getFirst().reshaped(shape)
            : node.moves().assembled(what, ElementType.F32, shape, parts);
    return batchFirst ? node.transposed(what + " turned", all, List.of(1, 0, 2)) : all;
  }

  private List<Applied> activations(NodeImport node, int directions) {
    List<String> own = List.of(activations.split(" ", -1));
    List<String> names = node.attributes().texts("activations");
    List<Float> alphas = list(node, "activation_alpha");
    List<Float> betas = list(node, "activation_beta");
    int count = directions * own.size();
    if (names.isEmpty()) {
      names = Collections.nCopies(directions, own).stream().flatMap(List::stream).toList();
    }
    node.require(names.size() == count, "activations are not " + count, names.toString());
    List<Applied> all = new ArrayList<>();
    int alpha = 0;
    int beta = 0;
    for (String name : names) {
      Function function;
      try {
        function = Function.valueOf(name.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new RefusedNode("unknown activation", name);
      }
      boolean hasAlpha = function.parameters >= 1 && alpha < alphas.size();
      boolean hasBeta = function.parameters >= 2 && beta < betas.size();
      all.add(
          new Applied(
              function,
              hasAlpha ? alphas.get(alpha++) : function.alpha,
              hasBeta ? betas.get(beta++) : function.beta));
    }
    return all;
  }

  private static List<Float> list(NodeImport node, String name) {
    List<Float> all = new ArrayList<>();
    for (float value : node.attributes().reals(name)) {
      all.add(value);
    }
    return all;
  }

  /// {@return one direction's part of a tensor}
  private static Value part(Net net, int direction, String what, Value value) {
    net.node()
        .require(
            value.shape().rank() > 0 && value.shape().dim(0) == net.directions(),
            what + " has not a part for each direction",
            value.describe());
    Shape own = new Shape(value.shape().dims().subList(1, value.shape().rank()));
    if (net.directions() == 1) {
      return value.reshaped(own);
    }
    Walk walk = Walk.of(value.shape()).sliced(0, direction, 1, 1);
    return net.node().moves().of(what + direction, value, walk, own);
  }

  private Run run(
      Net net,
      int d,
      boolean backwards,
      Value x,
      Value w,
      Value r,
      Value biases,
      Optional<Value> peepholes,
      Value states,
      Optional<Value> cells) {
    NodeImport node = net.node();
    int rows = net.length() * net.batch();
    int width = gates * net.hidden();
    Value xw =
        node.call("matmul.f32")
            .named("inputs" + d)
            .read(x)
            .read(part(net, d, "w", w))
            .writePart(ElementType.F32, Shapes.of(node, rows, width))
            .ints("batch m n k", 1, rows, width, net.input())
            .ints("a.batch a.row a.column", 0, net.input(), 1)
            .ints("b.batch b.row b.column", 0, 1, net.input())
            .emitPart();
    Value own = part(net, d, "r", r);
    Value bias = part(net, d, "bias", biases);
    Value state = part(net, d, "state", states);
    Optional<Value> cell = cells.map(value -> part(net, d, "cell", value));
    Optional<Value> peep = peepholes.map(value -> part(net, d, "peepholes", value));
    long perStep = (long) net.batch() * width * (net.hidden() + 20L) * INSTRUCTIONS;
    int most = Math.clamp((1L << 32) / perStep, 1, net.length());
    Shape all = Shapes.of(node, net.length(), net.batch(), net.hidden());
    List<ElementMoves.Part> parts = new ArrayList<>();
    for (int first = 0; first < net.length(); first += most) {
      int steps = Math.min(most, net.length() - first);
      String name = "direction %d from %d".formatted(d, first);
      NodeImport.Call call =
          node.call(label.toLowerCase(Locale.ROOT) + ".f32")
              .named(name)
              .read(xw)
              .read(own)
              .read(bias);
      peep.ifPresent(call::read);
      call.read(state);
      cell.ifPresent(call::read);
      int room = this == RNN ? 1 : 4;
      Shape single = Shape.of(net.batch(), net.hidden());
      call.read(net.lengths())
          .writePart(ElementType.F32, Shape.of(room, net.hidden()))
          .writePart(ElementType.F32, single);
      if (this == LSTM) {
        call.writePart(ElementType.F32, single);
      }
      call.writePart(ElementType.F32, Shape.of(steps, net.batch(), net.hidden()))
          .ints(
              "sequences", net.length(), net.batch(), net.hidden(), first, steps, backwards ? 1 : 0)
          .real("clip", net.clip());
      String[] names = {"f", "g", "h"};
      int each = net.activations().size() / net.directions();
      for (int i = 0; i < each; i++) {
        Applied activation = net.activations().get(d * each + i);
        call.ints(names[i] + ".kind", activation.function().kind)
            .real(names[i] + ".alpha", activation.alpha())
            .real(names[i] + ".beta", activation.beta());
      }
      if (this == GRU) {
        call.flag("resetsLast", net.resetsLast());
      }
      if (this == LSTM) {
        call.flag("coupled", net.coupled());
      }
      List<Value> results = call.emitAll();
      state = results.get(1);
      if (this == LSTM) {
        cell = Optional.of(results.get(2));
      }
      Walk to =
          backwards && !net.ragged()
              ? Walk.of(all).sliced(0, net.length() - 1 - first, steps, -1)
              : Walk.of(all).sliced(0, first, steps, 1);
      Value y = results.getLast();
      parts.add(new ElementMoves.Part(y, Walk.of(y.shape()), to));
    }
    boolean whole = parts.size() == 1 && !(backwards && !net.ragged());
    Value y =
        whole
            ? parts.getFirst().x()
            : node.moves().assembled("steps" + d, ElementType.F32, all, parts);
    if (backwards && net.ragged() && node.wants(0)) {
      y =
          node.call("reversesequence")
              .named("turned" + d)
              .read(y)
              .read(node.cast(net.lengths(), ElementType.I64))
              .writePart(ElementType.F32, all)
              .ints("batch time inner", net.batch(), net.length(), net.hidden())
              .ints("timeFirst log", 1, 2)
              .emitPart();
    }
    return new Run(y, state, cell);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    String direction = make.one("forward", "reverse", "bidirectional");
    int directions = direction.equals("bidirectional") ? 2 : 1;
    int length = make.between(1, 3);
    int batch = make.between(1, 2);
    int input = make.between(1, 3);
    int hidden = make.between(1, 3);
    node.given(Floats.random(make, length, batch, input))
        .either(make.floats(directions, gates * hidden, input))
        .either(make.floats(directions, gates * hidden, hidden));
    if (make.oneIn(2)) {
      node.either(make.floats(directions, 2 * gates * hidden));
      if (make.oneIn(2)) {
        node.given(make.whole(ElementType.I32, 0, length, batch));
        node.either(make.floats(directions, batch, hidden));
        if (this == LSTM) {
          node.given(make.floats(directions, batch, hidden));
          node.either(make.floats(directions, 3 * hidden));
        }
      }
    }
    if (this == GRU) {
      node.flag("linear_before_reset", make.oneIn(2));
    }
    return node.integer("hidden_size", hidden).text("direction", direction).end();
  }
}
