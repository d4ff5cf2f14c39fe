package opml.formats.onnx;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;

/// MaxPool and AveragePool over two spatial axes. MaxPool's second output, the indices, is not supported.
record PoolOperator(Kind kind) implements Operator {
  enum Kind {
    MAXIMUM,
    AVERAGE
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0, ElementType.F32);
    Attributes attributes = node.attributes();
    boolean ceil = attributes.flag("ceil_mode", false);
    Window window = Window.of(node, x, Optional.empty(), ceil);
    window.requireElements(node);
    Shape in = x.shape();
    Shape result = Shapes.of(node, in.dim(0), in.dim(1), window.out()[0], window.out()[1]);
    NodeImport.Call call =
        node.call(kind == Kind.MAXIMUM ? "maxpool.f32" : "averagepool.f32")
            .read(x)
            .write(ElementType.F32, result)
            .ints(in.countOf(0, 2), in.dim(2), in.dim(3), window.out()[0], window.out()[1])
            .ints(window.scalars());
    switch (kind) {
      case MAXIMUM -> attributes.integer("storage_order", 0, 0, 0);
      case AVERAGE -> {
        boolean countPad = attributes.flag("count_include_pad", false);
        // a partial last window would count cells beyond the padding, which the kernel does not
        // know
        node.require(!(ceil && countPad), "ceil_mode with count_include_pad is not supported");
        call.flag(countPad);
      }
    }
    attributes.end();
    call.emit();
  }
}
