package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Value;
import opml.formats.refusal.Reason.Kind;

/// Cast, to a type that is named or that another tensor has; to the same type it is another name.
@SuppressWarnings("ImmutableEnumChecker") // what is declared never changes
enum CastOperator implements Operator {
  CAST("Cast", "the elements as another type", 0),
  CAST_LIKE(
      "CastLike", "the elements as the type of a second input, of which nothing else counts", 15);

  private final Declaration declaration;

  CastOperator(String label, String summary, int since) {
    Declaration any = Declaration.of(label, summary + "; to the same type another name");
    this.declaration = (since == 0 ? any : any.since(since)).withAll(Way.KERNEL);
  }

  @Override
  public Declaration declaration() {
    return declaration;
  }

  @Override
  public void importNode(NodeImport node) {
    int inputs = this == CAST ? 1 : 2;
    node.arity(inputs, inputs);
    node.attributes().flag("saturate", true); // for 8-bit floats
    node.attributes().text("round_mode", "up"); // for float8e8m0
    Value x = node.alike(0);
    ElementType type;
    if (this == CAST) {
      int code = node.attributes().integer("to", 0, 0, Integer.MAX_VALUE);
      type =
          OnnxType.of(code)
              .flatMap(OnnxType::element)
              .orElseThrow(
                  () -> new RefusedNode(Kind.TYPE, "to type " + OnnxType.nameOf(code), ""));
    } else {
      type = node.input(1).type();
    }
    node.attributes().end();
    node.define(node.cast(x, type));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType from = make.type();
    ElementType to = make.type();
    while (to == from) {
      to = make.type();
    }
    Tensor x = make.tensor(from, make.dims(make.between(0, 3)));
    CaseMaker.Draft node = make.node(declaration.since()).given(x);
    return this == CAST
        ? node.integer("to", OnnxType.of(to).code()).end()
        : node.constant(make.tensor(to, 1)).end();
  }
}
