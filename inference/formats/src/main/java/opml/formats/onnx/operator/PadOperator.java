package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.ElementMoves;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// Pad: elements before and behind those of an axis, or fewer where their number is below 0. They are a constant, or
/// the tensor's own: its edge, its mirror image without the edge, or it from its other end on. Since opset 11 numbers
/// and constant are inputs, and the numbers must be constants.
final class PadOperator implements Operator {
  private static final int NUMBERS_ARE_AN_INPUT = 11;
  private static final int AXES_ARE_AN_INPUT = 18;
  private static final int WRAPS = 19;

  private static final String CONSTANT = "constant";
  private static final String EDGE = "edge";
  private static final String REFLECT = "reflect";
  private static final String WRAP = "wrap";

  private static final Declaration DECLARATION =
      Declaration.of("Pad", "more elements around a tensor, or fewer").withAll(Way.KERNEL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    boolean asInput = node.opset() >= NUMBERS_ARE_AN_INPUT;
    node.arity(asInput ? 2 : 1, node.opset() >= AXES_ARE_AN_INPUT ? 4 : asInput ? 3 : 1);
    Value x = node.input(0);
    String mode = node.attributes().text("mode", CONSTANT);
    long[] pads =
        asInput
            ? node.integers(1)
            : node.attributes().longs("pads").orElseThrow(() -> new RefusedNode("no pads", ""));
    Optional<Value> fill = asInput ? node.optional(2) : Optional.empty();
    float written = asInput ? 0 : node.attributes().real("value", 0);
    node.attributes().end();
    long[] axes =
        (node.opset() >= AXES_ARE_AN_INPUT ? node.optional(3) : Optional.<Value>empty())
            .map(value -> node.integers(3))
            .orElseGet(() -> LongStream.range(0, x.shape().rank()).toArray());
    node.require(
        pads.length == 2 * axes.length, "pads are not two for each axis", Arrays.toString(pads));
    int rank = x.shape().rank();
    int[] before = new int[rank];
    int[] behind = new int[rank];
    Set<Integer> named = new HashSet<>();
    for (int i = 0; i < axes.length; i++) {
      int axis = node.axis(Math.clamp(axes[i], -rank - 1, rank), rank);
      node.require(named.add(axis), "an axis is named twice", "" + axis);
      before[axis] = number(node, pads[i]);
      behind[axis] = number(node, pads[axes.length + i]);
    }
    Value cropped = cropped(node, x, before, behind);
    for (int axis = 0; axis < rank; axis++) {
      before[axis] = Math.max(before[axis], 0);
      behind[axis] = Math.max(behind[axis], 0);
    }
    switch (mode) {
      case CONSTANT -> {
        Value constant =
            fill.orElseGet(
                () ->
                    asInput
                        ? node.constant("zero", Tensor.zero(x.type(), Shape.SCALAR))
                        : node.cast(
                            node.constant("value", Tensor.ofFloats(Shape.SCALAR, written)),
                            x.type()));
        node.require(
            constant.type() == x.type() && constant.shape().count() == 1,
            "the constant is not one of the tensor's elements",
            constant.describe());
        node.define(filled(node, cropped, before, behind, constant));
      }
      case EDGE, REFLECT, WRAP -> {
        node.require(
            !mode.equals(WRAP) || node.opset() >= WRAPS, "mode wrap came with opset " + WRAPS);
        Value y = cropped;
        for (int axis = 0; axis < rank; axis++) {
          if (before[axis] > 0 || behind[axis] > 0) {
            y = extended(node, y, axis, before[axis], behind[axis], mode);
          }
        }
        node.define(y);
      }
      default -> throw new RefusedNode("unknown mode", mode);
    }
  }

  private static int number(NodeImport node, long pad) {
    node.require(Math.abs(pad) <= Integer.MAX_VALUE, "a number of pads is out of range", "" + pad);
    return (int) pad;
  }

  private static Value cropped(NodeImport node, Value x, int[] before, int[] behind) {
    Walk walk = Walk.of(x.shape());
    for (int axis = 0; axis < before.length; axis++) {
      int first = Math.max(0, -before[axis]);
      long left = (long) x.shape().dim(axis) - first - Math.max(0, -behind[axis]);
      node.require(left >= 0, "more is taken away than there is", "axis " + axis);
      walk = walk.sliced(axis, first, (int) left, 1);
    }
    return walk.equals(Walk.of(x.shape()))
        ? x
        : node.moves().of("rest", x, walk, new Shape(walk.dims()));
  }

  private static Value filled(
      NodeImport node, Value x, int[] before, int[] behind, Value constant) {
    List<Integer> dims = new ArrayList<>();
    for (int axis = 0; axis < before.length; axis++) {
      long size = (long) x.shape().dim(axis) + before[axis] + behind[axis];
      node.require(size <= Integer.MAX_VALUE, "the result is too large");
      dims.add((int) size);
    }
    Shape shape = Shapes.of(node, dims);
    if (shape.equals(x.shape())) {
      return x;
    }
    Walk to = Walk.of(shape);
    for (int axis = 0; axis < before.length; axis++) {
      to = to.sliced(axis, before[axis], x.shape().dim(axis), 1);
    }
    List<ElementMoves.Part> parts = new ArrayList<>();
    if (!isZero(constant)) {
      Walk one = Walk.of(Shape.SCALAR).broadcast(shape);
      parts.add(new ElementMoves.Part(constant.reshaped(Shape.SCALAR), one, Walk.of(shape)));
    }
    parts.add(new ElementMoves.Part(x, Walk.of(x.shape()), to));
    return node.moves().assembled("padded", x.type(), shape, parts);
  }

  /// {@return whether a value is known to be zeros, which a node begins with}
  private static boolean isZero(Value value) {
    return value
        .constant()
        .map(
            known -> {
              for (byte part : known.bytes()) {
                if (part != 0) {
                  return false;
                }
              }
              return true;
            })
        .orElse(false);
  }

  private static Value extended(
      NodeImport node, Value x, int axis, int before, int behind, String mode) {
    int size = x.shape().dim(axis);
    node.require(size > 0, "there is nothing to repeat", "axis " + axis + " of " + x.shape());
    long count = (long) size + before + behind;
    node.require(count <= Integer.MAX_VALUE, "the result is too large");
    List<Integer> dims = new ArrayList<>(x.shape().dims());
    dims.set(axis, (int) count);
    Shape shape = Shapes.of(node, dims);
    Walk from = Walk.of(x.shape());
    Walk to = Walk.of(shape);
    List<ElementMoves.Part> parts = new ArrayList<>();
    int at = 0;
    while (at < count) {
      int first = source(at - before, size, mode);
      int end = at + 1;
      int step = end < count ? source(end - before, size, mode) - first : 0;
      while (end < count && source(end - before, size, mode) == first + (end - at) * step) {
        end++;
      }
      parts.add(
          new ElementMoves.Part(
              x, from.sliced(axis, first, end - at, step), to.sliced(axis, at, end - at, 1)));
      at = end;
    }
    return node.moves().assembled("axis" + axis, x.type(), shape, parts);
  }

  /// {@return where an axis has what it shall have at a place, which may be outside of it}
  private static int source(int place, int size, String mode) {
    return switch (mode) {
      case EDGE -> Math.clamp(place, 0, size - 1);
      case WRAP -> Math.floorMod(place, size);
      default -> {
        int period = Math.max(1, 2 * (size - 1));
        int there = Math.floorMod(place, period);
        yield there < size ? there : period - there;
      }
    };
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int rank = make.between(1, 3);
    int[] dims = make.dims(rank);
    boolean asInput = node.opset() >= NUMBERS_ARE_AN_INPUT;
    ElementType type = asInput ? make.type() : ElementType.F32;
    String mode =
        node.opset() >= WRAPS
            ? make.one(CONSTANT, EDGE, REFLECT, WRAP)
            : make.one(CONSTANT, EDGE, REFLECT);
    int[] pads = new int[2 * rank];
    Arrays.setAll(pads, i -> make.between(-dims[i % rank] / 4, 3));
    node.either(make.tensor(type, dims)).text("mode", mode);
    if (!asInput) {
      return node.integers("pads", pads).real("value", make.between(-1, 1)).end();
    }
    node.constant(Tensor.ofLongs(Shape.of(2 * rank), Arrays.stream(pads).asLongStream().toArray()));
    return make.oneIn(2) ? node.end() : node.constant(make.tensor(type)).end();
  }
}
