package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// ONNX Runtime's NhwcMaxPool: MaxPool of bytes whose channels are the last axis.
final class ChannelsLastPoolOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("NhwcMaxPool", "MaxPool of bytes, channels last")
          .in(Composition.MICROSOFT)
          .with(Declaration.Way.KERNEL, ElementType.U8, ElementType.I8);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Composition all = new Composition(node);
    Value x = node.quantised(0);
    Shape shape = x.shape();
    node.require(shape.rank() == 4, "the input is no batch of images", x.describe());
    Value channelsSecond = node.cast(all.turned(x, 0, 3, 1, 2), ElementType.F32);
    Value y = PoolOperator.greatest(node, channelsSecond);
    node.define(all.turned(node.cast(y, x.type()), 0, 2, 3, 1));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType type = QuantisedProduct.type(make);
    Window.Sizes sizes = Window.Sizes.random(make, node, false, 2);
    int[] image = sizes.image(make.between(1, 2), make.between(1, 3));
    node.given(make.tensor(type, image[0], image[2], image[3], image[1]));
    sizes.kernelShape(node);
    return node.end();
  }
}
