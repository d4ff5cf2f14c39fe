package opml.formats.onnx;

import opml.engine.tensor.ElementType;

/// Add and Mul of floats, with numpy's broadcasting.
///
/// @param kernel which of the two
record ElementwiseOperator(String kernel) implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    node.attributes().end();
    Value a = node.input(0, ElementType.F32);
    Value b = node.input(1, ElementType.F32);
    Broadcast broadcast = Broadcast.of(node, a.shape(), b.shape());
    node.call(kernel)
        .read(a)
        .read(b)
        .write(ElementType.F32, broadcast.shape())
        .ints(broadcast.dims())
        .ints(broadcast.aStrides())
        .ints(broadcast.bStrides())
        .emit();
  }
}
