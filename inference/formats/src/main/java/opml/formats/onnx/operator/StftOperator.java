package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// STFT: the transform of each frame of a signal, as a product with the transform's matrix, whose rows have the window
/// as a factor.
final class StftOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("STFT", "the discrete Fourier transforms of a signal's frames, by a window")
          .since(17)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  private static final int MOST = 1 << 20;

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 4);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Shape shape = x.shape();
    node.require(
        shape.rank() == 2 || shape.rank() == 3 && shape.dim(2) >= 1 && shape.dim(2) <= 2,
        "the signal is not (batch, length, 1 or 2)",
        x.describe());
    int parts = shape.rank() == 2 ? 1 : shape.dim(2);
    int step = single(node, 1);
    Optional<Value> window = floats.optional(2);
    int length =
        node.optional(3).isPresent()
            ? single(node, 3)
            : window.map(value -> value.shape().count()).orElse(0);
    boolean onesided = node.attributes().flag("onesided", true);
    node.attributes().end();
    node.require(!onesided || parts == 1, "a complex signal has two sides");
    node.require(length >= 1 && length <= shape.dim(1), "a frame is longer than the signal");
    window.ifPresent(
        value ->
            node.require(
                value.shape().equals(Shape.of(length)),
                "the window is no frame",
                value.describe()));
    int frames = (shape.dim(1) - length) / step + 1;
    int frequencies = onesided ? length / 2 + 1 : length;
    Value table =
        node.constant("table", FourierTable.of(node, length, parts, length, frequencies, false));
    if (window.isPresent()) {
      table =
          node.call("mul.f32")
              .named("windowed")
              .read(table)
              .read(window.get())
              .writePart(ElementType.F32, table.shape())
              .ints("loops", 1, 1, length, 2 * parts * frequencies)
              .ints("a", 0, 0, 2 * parts * frequencies, 1)
              .ints("b", 0, 0, 1, 0)
              .emitPart();
    }
    Value y =
        node.call("matmul.f32")
            .named("transformed")
            .read(x)
            .read(table)
            .writePart(ElementType.F32, Shapes.of(node, shape.dim(0), frames, frequencies, 2))
            .ints("batch m n k", shape.dim(0), frames, 2 * frequencies, length * parts)
            .ints("a.batch a.row a.column", shape.dim(1) * parts, step * parts, 1)
            .ints("b.batch b.row b.column", 0, 2 * frequencies, 1)
            .emitPart();
    floats.define(0, y);
  }

  private static int single(NodeImport node, int index) {
    long[] given = node.integers(index);
    node.require(
        given.length == 1 && given[0] >= 1 && given[0] <= MOST,
        "input " + index + " is out of range");
    return (int) given[0];
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    boolean complex = make.oneIn(2);
    int frame = make.between(1, 5);
    node.given(Floats.random(make, make.between(1, 2), frame + make.between(0, 6), complex ? 2 : 1))
        .constant(make.whole(ElementType.I64, 1, 3));
    if (make.oneIn(2)) {
      node.either(make.floats(frame));
    } else {
      node.absent().constant(make.whole(ElementType.I64, frame, frame));
    }
    return node.flag("onesided", !complex && make.oneIn(2)).end();
  }
}
