package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Value;
import opml.formats.refusal.Reason.Kind;

/// Cast of a constant; to the same type it is another name.
final class CastOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("Cast", "the elements as another type; to the same type another name")
          .withAll(Way.NAME)
          .withAll(Way.CONSTANT);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public boolean needsConstants(OnnxNode node) {
    return true;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    node.attributes().flag("saturate", true); // for 8-bit floats
    int code = node.attributes().integer("to", 0, 0, Integer.MAX_VALUE);
    node.attributes().end();
    Value x = node.input(0);
    ElementType type =
        OnnxType.of(code)
            .flatMap(OnnxType::element)
            .orElseThrow(() -> new RefusedNode(Kind.TYPE, "to type " + OnnxType.nameOf(code), ""));
    if (x.type() == type) {
      node.define(x);
      return;
    }
    Tensor from = node.foldedInput(0);
    Tensor to = node.foldable(type, from.shape());
    for (int i = 0; i < from.shape().count(); i++) {
      if (type == ElementType.F32) {
        Elements.put(to, i, (float) from.integer(i));
      } else {
        Elements.put(to, i, integer(node, from, i, type));
      }
    }
    node.defineConstant(to);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType from = make.type();
    int[] dims = make.dims(make.between(0, 3));
    if (make.oneIn(2)) {
      return node.given(make.tensor(from, dims)).integer("to", OnnxType.of(from).code()).end();
    }
    return node.constant(make.whole(from, 0, 100, dims))
        .integer("to", OnnxType.of(make.type()).code())
        .end();
  }

  private static long integer(NodeImport node, Tensor from, int index, ElementType type) {
    boolean toBool = type == ElementType.BOOL;
    if (from.type() != ElementType.F32) {
      long value = from.integer(index);
      return toBool && value != 0 ? 1 : value;
    }
    float value = from.f32(index);
    if (toBool) {
      return value != 0 ? 1 : 0;
    }
    // beyond these a cast is undefined
    int bits = 8 * type.bytes();
    double least = type == ElementType.U8 ? 0 : -Math.scalb(1.0, bits - 1);
    double above = Math.scalb(1.0, type == ElementType.U8 ? bits : bits - 1);
    double whole = value < 0 ? Math.ceil(value) : Math.floor(value);
    node.require(
        whole >= least && whole < above, "a float is out of the integer's range", "" + value);
    return (long) whole;
  }
}
