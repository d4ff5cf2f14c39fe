package opml.formats.onnx.operator;

import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Products of bytes as ONNX Runtime's quantiser writes them, of which the result is floats: (a·b)·scale + bias, the
/// products exact, or of QGemm bytes again. Bytes of DynamicQuantizeMatMul are made of floats first, as
/// DynamicQuantizeLinear does.
enum ScaledProductOperator implements Operator {
  DYNAMIC(
      "DynamicQuantizeMatMul", "floats as bytes, their product with bytes, scaled back to floats"),
  TO_FLOAT("MatMulIntegerToFloat", "the product of bytes, scaled to floats"),
  GEMM("QGemm", "alpha · a·b + c of bytes, either transposed before, as bytes or floats");

  private final String label;
  private final String summary;

  ScaledProductOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    Declaration declared = Declaration.of(label, summary).in(Composition.MICROSOFT);
    return this == DYNAMIC
        ? declared.with(Declaration.Way.KERNEL, ElementType.F32)
        : declared.with(Declaration.Way.KERNEL, ElementType.U8, ElementType.I8);
  }

  @Override
  public void importNode(NodeImport node) {
    Composition all = new Composition(node);
    switch (this) {
      case DYNAMIC -> dynamic(all);
      case TO_FLOAT -> toFloat(all);
      case GEMM -> gemm(all);
    }
  }

  private static void dynamic(Composition all) {
    NodeImport node = all.node();
    node.arity(3, 5);
    node.attributes().end();
    Value a = node.input(0, ElementType.F32);
    Value b = node.quantised(1);
    List<Value> bytes =
        node.call("dynamic.quantize")
            .named("bytes")
            .read(a)
            .writePart(ElementType.U8, a.shape())
            .writePart(ElementType.F32, Shape.SCALAR)
            .writePart(ElementType.U8, Shape.SCALAR)
            .ints("n", a.shape().count())
            .emitAll();
    Value products = all.integers(bytes.get(0), b, Optional.of(bytes.get(2)), node.optional(3));
    Value scale = all.product(bytes.get(1), node.input(2, ElementType.F32));
    node.define(biased(all, all.product(products, scale), floats(node, 4)));
  }

  private static void toFloat(Composition all) {
    NodeImport node = all.node();
    node.arity(4, 7);
    node.attributes().end();
    Value products =
        all.integers(node.quantised(0), node.quantised(1), node.optional(4), node.optional(5));
    Floats floats = Floats.of(node, 2);
    Value aScale = floats.input(2);
    node.require(aScale.shape().count() == 1, "there are several scales of A", aScale.describe());
    Value scale = all.product(aScale.reshaped(Shape.SCALAR), floats.input(3));
    floats.define(0, biased(all, all.product(products, scale), floats.optional(6)));
  }

  private static void gemm(Composition all) {
    NodeImport node = all.node();
    node.arity(6, 9);
    float alpha = node.attributes().real("alpha", 1);
    boolean transA = node.attributes().flag("transA", false);
    boolean transB = node.attributes().flag("transB", false);
    node.attributes().end();
    Value a = matrix(all, 0, transA);
    Value b = matrix(all, 3, transB);
    Value products =
        IntegerProductOperator.product(node, "products", a, b, node.optional(2), node.optional(5));
    Optional<Value> addend = node.optional(6);
    if (addend.isPresent()) {
      node.requireType(
          addend.get().type() == ElementType.I32, addend.get().type(), "int32 is supported");
      node.require(
          Broadcast.shape(node, addend.get().shape(), products.shape()).equals(products.shape()),
          "C does not fit the result",
          addend.get().describe());
      products = PairCall.arithmetic(node, "added", PairCall.SUM, products, addend.get());
    }
    Value scale = all.product(node.input(1, ElementType.F32), node.input(4, ElementType.F32));
    node.require(
        scale.shape().count() == 1 || scale.shape().equals(Shape.of(b.shape().dim(1))),
        "the scales do not fit",
        scale.describe());
    Value real = all.product(node.cast(products, ElementType.F32), all.scaled(scale, alpha));
    Optional<Value> yScale = node.optional(7);
    node.define(
        yScale
            .map(value -> all.quantised(real, value, node.optional(8), ElementType.U8))
            .orElse(real));
  }

  private static Value matrix(Composition all, int input, boolean turns) {
    Value value = all.node().quantised(input);
    all.node().require(value.shape().rank() == 2, "A and B must be matrices", value.describe());
    return turns ? all.turned(value, 1, 0) : value;
  }

  private static Optional<Value> floats(NodeImport node, int input) {
    return node.optional(input).map(_ -> node.input(input, ElementType.F32));
  }

  private static Value biased(Composition all, Value x, Optional<Value> bias) {
    return bias.map(value -> all.sum(x, value)).orElse(x);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    int m = make.size();
    int n = make.size();
    int k = make.size();
    ElementType a = QuantisedProduct.type(make);
    ElementType b = QuantisedProduct.type(make);
    int[] columns = make.oneIn(2) ? new int[] {n} : new int[0];
    boolean biased = make.oneIn(2);
    switch (this) {
      case DYNAMIC -> {
        node.given(make.oneIn(2) ? make.floats(m, k) : make.floats(2, m, k))
            .either(make.tensor(b, k, n))
            .either(make.scales(columns));
        if (make.oneIn(2)) {
          node.either(make.tensor(b, columns));
        } else if (biased) {
          node.absent();
        }
        if (biased) {
          node.either(make.floats(n));
        }
      }
      case TO_FLOAT -> {
        node.given(make.oneIn(2) ? make.tensor(a, m, k) : make.tensor(a, 2, m, k))
            .either(make.tensor(b, k, n))
            .either(make.scales())
            .either(make.scales(columns));
        if (make.oneIn(2)) {
          node.either(make.tensor(a)).either(make.tensor(b, columns));
        } else if (biased) {
          node.absent().absent();
        }
        if (biased) {
          node.either(make.floats(n));
        }
      }
      case GEMM -> {
        boolean transA = make.oneIn(2);
        boolean transB = make.oneIn(2);
        node.given(transA ? make.tensor(a, k, m) : make.tensor(a, m, k))
            .constant(make.scales())
            .constant(make.tensor(a))
            .either(transB ? make.tensor(b, n, k) : make.tensor(b, k, n))
            .constant(make.scales(columns))
            .constant(make.tensor(b, columns));
        boolean bytes = make.oneIn(2);
        if (biased) {
          node.either(make.whole(ElementType.I32, -1000, 1000, make.one(1, m), n));
        } else if (bytes) {
          node.absent();
        }
        if (bytes) {
          node.constant(make.scales()).constant(make.tensor(a));
        }
        node.flag("transA", transA).flag("transB", transB).real("alpha", make.one(1f, 0.5f));
      }
    }
    return node.end();
  }
}
