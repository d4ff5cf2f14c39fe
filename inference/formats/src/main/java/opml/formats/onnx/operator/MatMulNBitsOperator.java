package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// ONNX Runtime's MatMulNBits: the product with a matrix whose lines are blocks of 2, 4 or 8 bits with scales and zero
/// points of their own (its ContribOperators.md). The matrix is made of the blocks first, and the product is one of
/// floats, whatever `accuracy_level` allows.
///
/// B is (N, blocks, bytes of a block); a line is K numbers, and its last block is padded.
final class MatMulNBitsOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("MatMulNBits", "the product with a matrix of blocks of 2, 4 or 8 bits")
          .in(Composition.MICROSOFT)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(3, 6);
    Floats floats = Floats.of(node, 0);
    Composition all = new Composition(node);
    int k = node.attributes().integer("K", 0, 0, Integer.MAX_VALUE);
    int n = node.attributes().integer("N", 0, 0, Integer.MAX_VALUE);
    int bits = node.attributes().integer("bits", 4, 2, 8);
    int block = node.attributes().integer("block_size", 0, 0, 1 << 20);
    node.attributes().integer("accuracy_level", 0, 0, 4);
    node.require(
        node.attributes().integer("weight_prepacked", 0, 0, 16) == 0,
        "packed weights are not supported");
    node.attributes().end();
    node.require(k > 0 && n > 0, "attribute K or N is missing");
    node.require(bits != 3 && bits < 5 || bits == 8, "2, 4 and 8 bits are supported", "" + bits);
    node.require(
        block >= 16 && Integer.bitCount(block) == 1, "a block is no power of 2 from 16 on");
    node.require(node.optional(4).isEmpty(), "g_idx is not supported");
    int blocks = (k - 1) / block + 1;
    Value b = node.input(1, ElementType.U8);
    int bytes = block * bits / 8;
    node.require(
        b.shape().count() == (long) n * blocks * bytes,
        "B is not as large as K, N and the blocks say",
        b.describe());
    Value a = floats.input(0);
    int rank = a.shape().rank();
    node.require(
        rank >= 1 && a.shape().dim(rank - 1) == k && a.shape().count() > 0,
        "A has not K columns",
        a.describe());
    int all1 = n * blocks;
    Value scales = floats.input(2);
    node.require(scales.shape().count() == all1, "there is no scale for each block");
    Value numbers = numbers(node, "numbers", b, bits, Shapes.of(node, n * blocks, block));
    Value w = weights(all, floats, numbers, scales.reshaped(Shape.of(all1)), bits, n, blocks);
    List<Integer> dims = new ArrayList<>(a.shape().dims());
    dims.set(rank - 1, n);
    int rows = a.shape().count() / k;
    int line = blocks * block;
    Value y =
        node.call("matmul.f32")
            .named("y")
            .read(a)
            .read(w)
            .writePart(ElementType.F32, Shapes.of(node, dims))
            .ints("batch m n k", 1, rows, n, k)
            .ints("a.batch a.row a.column", 0, k, 1)
            .ints("b.batch b.row b.column", 0, 1, line)
            .emitPart();
    floats.define(0, floats.optional(5).map(bias -> all.sum(y, bias)).orElse(y));
  }

  /// {@return numbers of a few bits, the first in the lowest, as bytes}
  private static Value numbers(NodeImport node, String what, Value packed, int bits, Shape shape) {
    if (bits == 8) {
      return packed.reshaped(shape);
    }
    return node.call("cast")
        .named(what)
        .read(packed)
        .writePart(ElementType.U8, shape)
        .ints("n", shape.count())
        .ints("from", (bits == 4 ? OnnxType.UINT4 : OnnxType.UINT2).code())
        .ints("to", OnnxType.UINT8.code())
        .flag("saturate", true)
        .emitPart();
  }

  private static Value weights(
      Composition all, Floats floats, Value numbers, Value scales, int bits, int n, int blocks) {
    NodeImport node = all.node();
    Optional<Value> given = node.optional(3);
    int count = n * blocks;
    int block = numbers.shape().dim(1);
    if (given.isPresent() && given.get().type() != ElementType.U8) {
      Value zeros = floats.input(3);
      node.require(zeros.shape().count() == count, "there is no zero point for each block");
      Shape perBlock = Shape.of(count, 1);
      Value difference =
          all.difference(node.cast(numbers, ElementType.F32), zeros.reshaped(perBlock));
      return all.product(difference, scales.reshaped(perBlock));
    }
    Value zeros =
        given
            .map(packed -> zeros(all, packed, bits, n, blocks))
            .orElseGet(() -> middle(node, bits, count));
    return node.call("dequantize")
        .named("weights")
        .read(numbers)
        .read(scales)
        .read(zeros)
        .writePart(ElementType.F32, numbers.shape())
        .ints("channels.outer channels.channels channels.inner", 1, count, block)
        .flag("channels.perChannel", true)
        .flag("channels.unsigned", true)
        .emitPart();
  }

  /// {@return the middle of the range for each block}
  private static Value middle(NodeImport node, int bits, int count) {
    Tensor middle = node.foldable(ElementType.U8, Shape.of(count));
    for (int i = 0; i < count; i++) {
      Elements.put(middle, i, 1L << (bits - 1));
    }
    return node.constant("middle", middle);
  }

  /// {@return a byte for each block, whose lines are packed to whole bytes}
  private static Value zeros(Composition all, Value packed, int bits, int n, int blocks) {
    NodeImport node = all.node();
    int line = (blocks * bits + 7) / 8;
    node.require(
        packed.shape().count() == (long) n * line, "there is no zero point for each block");
    int perLine = line * 8 / bits;
    Value zeros = numbers(node, "zeros", packed, bits, Shapes.of(node, n, perLine));
    return all.part(zeros, 1, 0, blocks).reshaped(Shape.of(n * blocks));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    int bits = make.one(4, 4, 8, 2);
    int k = make.between(1, 40);
    int n = make.size();
    int block = make.one(16, 32);
    int blocks = (k - 1) / block + 1;
    node.given(
            make.oneIn(2)
                ? make.tensor(type, make.size(), k)
                : make.tensor(type, 2, make.size(), k))
        .either(make.tensor(ElementType.U8, n, blocks, block * bits / 8))
        .either(scales(make, type, n * blocks));
    boolean biased = make.oneIn(3);
    switch (make.between(0, 2)) {
      case 0 -> node.either(make.tensor(ElementType.U8, n * ((blocks * bits + 7) / 8)));
      case 1 -> node.either(scales(make, type, n * blocks));
      default -> {
        if (biased) {
          node.absent();
        }
      }
    }
    if (biased) {
      node.absent().either(make.tensor(type, n));
    }
    return node.integer("K", k)
        .integer("N", n)
        .integer("bits", bits)
        .integer("block_size", block)
        .end();
  }

  private static Tensor scales(CaseMaker make, ElementType type, int count) {
    return type == ElementType.F32 ? make.scales(count) : make.whole(type, 1, 3, count);
  }
}
