package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.WHOLE;

import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// And, or and exclusive or, of truth values and of integers' bits, with broadcasting, and what inverts one.
@SuppressWarnings("ImmutableEnumChecker") // what is declared never changes
enum LogicOperator implements Operator {
  AND("And", "a and b", 0, 0),
  BITWISE_AND("BitwiseAnd", "the bits that a and b have", 18, 8),
  BITWISE_NOT("BitwiseNot", "the bits inverted", 18, 3),
  BITWISE_OR("BitwiseOr", "the bits that a or b has", 18, 9),
  BITWISE_XOR("BitwiseXor", "the bits that one of a and b has", 18, 10),
  NOT("Not", "the other truth value", 0, 0),
  OR("Or", "a or b", 0, 1),
  XOR("Xor", "either a or b", 0, 2);

  private final Declaration declaration;
  private final int operation;
  private final boolean ofBits;

  LogicOperator(String label, String summary, int since, int operation) {
    Declaration any = Declaration.of(label, summary);
    this.ofBits = label.startsWith("Bitwise");
    this.declaration =
        (since == 0 ? any : any.since(since))
            .with(Way.KERNEL, ofBits ? WHOLE : new ElementType[] {ElementType.BOOL});
    this.operation = operation;
  }

  @Override
  public Declaration declaration() {
    return declaration;
  }

  private boolean ofOne() {
    return this == NOT || this == BITWISE_NOT;
  }

  @Override
  public void importNode(NodeImport node) {
    int inputs = ofOne() ? 1 : 2;
    node.arity(inputs, inputs);
    Value a = node.input(0);
    Value b = ofOne() ? a : Alignment.second(node);
    ElementType type = a.type();
    node.attributes().end();
    node.requireType(
        declaration.types(Way.KERNEL).contains(type),
        type,
        (ofBits ? "integers" : "bool") + " are supported");
    node.require(b.type() == type, "types differ", a.describe() + " and " + b.describe());
    if (this == NOT) {
      node.define(
          node.call("not.b1")
              .read(a)
              .write(type, a.shape())
              .ints("n", a.shape().count())
              .emitPart());
    } else if (!ofBits) {
      node.define(PairCall.of(node, "", "logic.b1", operation, a, b, type));
    } else {
      Value left = node.cast(a, ElementType.I64);
      String name = NumberTypes.before(ElementType.I64, type);
      Value y =
          ofOne()
              ? OneCall.of(node, name, "unary.i64", operation, left)
              : PairCall.of(
                  node,
                  name,
                  "whole.i64",
                  operation,
                  left,
                  node.cast(b, ElementType.I64),
                  ElementType.I64);
      node.define(node.cast(y, type));
    }
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = ofBits ? make.one(WHOLE) : ElementType.BOOL;
    return ofOne()
        ? make.node(declaration.since())
            .given(make.tensor(type, make.dims(make.between(0, 4))))
            .end()
        : Alignment.random(make, declaration.since(), type, type);
  }
}
