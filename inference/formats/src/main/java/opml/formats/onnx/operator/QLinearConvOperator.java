package opml.formats.onnx.operator;

import java.util.Arrays;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// QLinearConv of 8-bit tensors over one to three spatial axes. Padding is the zero point of x, and so adds nothing.
final class QLinearConvOperator implements Operator {
  /// Operations of `whole.i64`.
  private static final int SUM = 0;

  private static final int DIFFERENCE = 1;
  private static final int PRODUCT = 2;
  private static final int QUOTIENT = 3;
  private static final int REMAINDER = 4;
  private static final int LESSER = 6;
  private static final int GREATER = 7;
  private static final int AND = 8;

  private static final Declaration DECLARATION =
      Declaration.of(
              "QLinearConv",
              "the convolution of 8-bit images over one to three axes, scaled back to 8 bits")
          .since(10)
          .with(Way.KERNEL, ElementType.U8, ElementType.I8);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(8, 9);
    ConvolutionShape conv = ConvolutionShape.of(node, node.quantised(0), node.quantised(3));
    node.attributes().end();
    QuantisedProduct product = QuantisedProduct.of(node, conv.outChannels());
    Optional<Tensor> bias = QuantisedProduct.bias(node, 8, conv.outChannels());
    product.requireNoOverflow(node, conv.products(), bias);
    if (conv.window().isVolume()) {
      node.define(volume(node, conv, product, bias));
      return;
    }
    NodeImport.Call call =
        node.call("qlinear.conv2d")
            .read(product.a())
            .read(product.b())
            .derived("multiplier", product.requantisation().multiplier())
            .derived("shift", product.requantisation().shift())
            .readOrZeros(bias.map(tensor -> node.input(8)), 4L * conv.outChannels())
            .write(product.resultType(), conv.result())
            .ints("q", product.scalars());
    conv.scalars(call).emit();
  }

  /// {@return the convolution over three axes, as int32 first, then brought to 8 bits as the kernel of two axes does}
  private static Value volume(
      NodeImport node, ConvolutionShape conv, QuantisedProduct product, Optional<Tensor> bias) {
    Composition all = new Composition(node);
    NodeImport.Call call =
        node.call("conv.integer")
            .named("products")
            .read(product.a())
            .read(product.b())
            .derived("zero of x", zero(product.a().type(), product.aZero()))
            .derived("zero of w", zero(product.b().type(), product.bZero()))
            .writePart(ElementType.I32, conv.result())
            .ints(
                "operands",
                product.a().type() == ElementType.U8 ? 1 : 0,
                product.b().type() == ElementType.U8 ? 1 : 0,
                0,
                0);
    Value sums = node.cast(conv.scalars(call).emitPart(), ElementType.I64);
    Shape perChannel = Shape.of(conv.outChannels(), 1, 1, 1);
    if (bias.isPresent()) {
      Value addend = node.cast(node.input(8), ElementType.I64).reshaped(perChannel);
      sums = all.whole(SUM, sums, addend);
    }
    Shape factors = product.perChannel() ? perChannel : Shape.SCALAR;
    Value multiplier = all.whole(factors, product.requantisation().multiplier().integers());
    long[] shifts = product.requantisation().shift().integers();
    Value divisor = all.whole(factors, Arrays.stream(shifts).map(s -> 1L << s).toArray());
    Value half = all.whole(factors, Arrays.stream(shifts).map(s -> (1L << (s - 1)) - 1).toArray());
    Value products = all.whole(PRODUCT, sums, multiplier);
    // half to even: just below one half is added, and one more where the quotient is odd
    Value odd = all.whole(AND, floor(all, products, divisor), all.whole(Shape.SCALAR, 1));
    Value raised = all.whole(SUM, all.whole(SUM, products, half), odd);
    Value rounded = floor(all, raised, divisor);
    Value moved = all.whole(SUM, rounded, all.whole(Shape.SCALAR, product.yZero()));
    int least = product.resultType() == ElementType.U8 ? 0 : -128;
    Value above = all.whole(GREATER, moved, all.whole(Shape.SCALAR, least));
    Value within = all.whole(LESSER, above, all.whole(Shape.SCALAR, least + 255));
    return node.cast(within, product.resultType());
  }

  /// {@return the quotient, rounded down}
  private static Value floor(Composition all, Value x, Value divisor) {
    Value rest = all.whole(REMAINDER, x, divisor);
    return all.whole(QUOTIENT, all.whole(DIFFERENCE, x, rest), divisor);
  }

  private static Tensor zero(ElementType type, int zero) {
    return Tensor.ofBytes(type, Shape.SCALAR, new byte[] {(byte) zero});
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType a = QuantisedProduct.type(make);
    ElementType b = QuantisedProduct.type(make);
    Window.Sizes sizes = Window.Sizes.random(make, node, true);
    int groups = make.between(1, 2);
    int out = groups * make.between(1, 3);
    node.given(make.tensor(a, sizes.image(make.between(1, 2), 2 * groups)));
    QuantisedProduct.random(make, node, a, make.tensor(b, sizes.weights(out, 2)), out);
    if (make.oneIn(2)) {
      node.constant(make.whole(ElementType.I32, -1000, 1000, out));
    }
    return node.integer("group", groups).end();
  }
}
