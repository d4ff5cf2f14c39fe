package opml.formats.onnx.operator;

import java.util.Optional;
import java.util.function.Function;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Value;

/// How QuantizeLinear and DequantizeLinear see a tensor: with one scale as a single channel, with one for each place of
/// an axis as (outer, channels, inner), and with one for each block of such an axis likewise.
///
/// @param block neighbours along the axis that share a scale, if some do
/// @param scales the shape of the scales
record Channels(
    int outer, int channels, int inner, boolean perChannel, Optional<Integer> block, Shape scales) {
  private static final int PER_CHANNEL = 13;
  private static final int PER_BLOCK = 21;

  /// Reads the axis and the size of blocks, and checks the shape of the scale against them.
  static Channels of(NodeImport node, Shape x, Value scale) {
    int rank = x.rank();
    int declared = node.attributes().integer("axis", 1, -16, 16);
    int block = node.attributes().integer("block_size", 0, 0, Integer.MAX_VALUE);
    Shape scales = scale.shape();
    if (block > 0) {
      int axis = node.axis(declared, rank);
      int size = x.dim(axis);
      node.require(
          size > 0 && scales.equals(x.with(axis, (size - 1) / block + 1)),
          "the scale does not fit the blocks",
          scale.describe() + " for blocks of " + block + " of " + x + " along axis " + axis);
      return new Channels(
          x.countOf(0, axis), size, x.countOf(axis + 1, rank), true, Optional.of(block), scales);
    }
    if (scales.count() == 1 && scales.rank() <= 1) {
      return new Channels(1, 1, x.count(), false, Optional.empty(), scales);
    }
    int axis = node.axis(declared, rank);
    node.require(
        scales.equals(Shape.of(x.dim(axis))),
        "the scale does not fit the channels",
        scale.describe() + " for " + x.dim(axis) + " channels along axis " + axis);
    return new Channels(
        x.countOf(0, axis), x.dim(axis), x.countOf(axis + 1, rank), true, Optional.empty(), scales);
  }

  void requireSameShape(NodeImport node, Value zeroPoint) {
    Shape own = zeroPoint.shape();
    node.require(
        own.count() == scales.count() && (own.equals(scales) || own.rank() <= 1 && block.isEmpty()),
        "the zero point does not fit the scale",
        zeroPoint.describe());
  }

  /// {@return the same, with one channel for each block, if a block is a row of neighbours: bytes have a kernel for it}
  Channels rows() {
    if (block.isEmpty() || inner != 1 || channels % block.get() != 0) {
      return this;
    }
    int size = block.get();
    return new Channels(1, outer * (channels / size), size, true, Optional.empty(), scales);
  }

  /// {@return the kernel that takes tensors of any of these forms, and integers as int64, with what it reads and where
  /// its scales are}
  NodeImport.Call blocks(
      NodeImport node, String kernel, Value x, Value scale, Optional<Value> zeroPoint) {
    Value zero =
        zeroPoint
            .map(value -> node.cast(value, ElementType.I64))
            .orElseGet(() -> node.constant("zero", node.foldable(ElementType.I64, scale.shape())));
    int[] steps = {0, perChannel ? 1 : 0, 0};
    if (block.isPresent()) {
      steps = new int[] {((channels - 1) / block.get() + 1) * inner, inner, 1};
    }
    return node.call(kernel)
        .named("numbers")
        .read(x)
        .read(scale)
        .read(zero)
        .writePart(kernel.startsWith("de") ? ElementType.F32 : ElementType.I64, x.shape())
        .ints("axis", outer, channels, inner)
        .ints("scales", block.orElse(1), steps[0], steps[1], steps[2]);
  }

  /// Adds to a node x, a scale, one for each channel or for each block, and perhaps the zero points.
  ///
  /// @param x makes the first input, of these dimensions
  /// @param type of the zero points
  /// @param optional whether they may be left out
  static void random(
      CaseMaker make,
      CaseMaker.Draft node,
      Function<int[], Tensor> x,
      ElementType type,
      boolean optional) {
    int[] dims = make.dims(make.between(1, 4));
    boolean perChannel = node.opset() >= PER_CHANNEL && make.oneIn(2);
    boolean perBlock = node.opset() >= PER_BLOCK && make.oneIn(3);
    int axis = make.between(0, dims.length - 1);
    int block = make.between(1, dims[axis]);
    int[] scales = perChannel ? new int[] {dims[axis]} : new int[0];
    if (perBlock) {
      scales = dims.clone();
      scales[axis] = (dims[axis] - 1) / block + 1;
    }
    Tensor first = x.apply(dims);
    boolean isHalf = first.type() == ElementType.F16 || first.type() == ElementType.BF16;
    node.given(first).either(isHalf ? make.whole(first.type(), 1, 3, scales) : make.scales(scales));
    if (!optional || make.oneIn(2)) {
      boolean none = type == ElementType.I32;
      node.either(make.whole(type, none ? 0 : -128, none ? 0 : 127, scales));
    }
    if (perChannel || perBlock) {
      node.integer("axis", axis);
    }
    if (perBlock) {
      node.integer("block_size", block);
    }
  }
}
