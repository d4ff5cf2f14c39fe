package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
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

/// ConvInteger and MatMulInteger: 8-bit tensors less zero points, which may be computed, multiplied to int32.
enum IntegerProductOperator implements Operator {
  CONVOLUTION("ConvInteger", "the convolution of 8-bit images over one to three axes, as int32"),
  MATRICES("MatMulInteger", "the matrix product of 8-bit tensors, as int32");

  private final String label;
  private final String summary;

  IntegerProductOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary)
        .since(10)
        .with(Declaration.Way.KERNEL, ElementType.U8, ElementType.I8);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 4);
    Value a = node.quantised(0);
    Value b = node.quantised(1);
    switch (this) {
      case CONVOLUTION -> convolution(node, a, b);
      case MATRICES -> {
        node.attributes().end();
        node.define(product(node, "", a, b, node.optional(2), node.optional(3)));
      }
    }
  }

  private static void convolution(NodeImport node, Value x, Value w) {
    ConvolutionShape conv = ConvolutionShape.of(node, x, w);
    node.attributes().end();
    int xZeros = zeros(node, node.optional(2), x, 1);
    int wZeros = zeros(node, node.optional(3), w, conv.outChannels());
    Window window = conv.window().volume();
    node.call("conv.integer")
        .read(x)
        .read(w)
        .readOrZeros(node.optional(2), xZeros)
        .readOrZeros(node.optional(3), wZeros)
        .write(ElementType.I32, conv.result())
        .ints(
            "batch inChannels outChannels groups",
            conv.batch(),
            conv.inChannels(),
            conv.outChannels(),
            conv.groups())
        .ints("in", window.in())
        .ints("out", window.out())
        .ints("window", window.scalars())
        .ints("operands", unsigned(x), unsigned(w), 0, wZeros > 1 ? 1 : 0)
        .emit();
  }

  private static int unsigned(Value value) {
    return value.type() == ElementType.U8 ? 1 : 0;
  }

  /// {@return how many zero points an input has: one, or one for each of `all`}
  private static int zeros(NodeImport node, Optional<Value> zeros, Value of, int all) {
    if (zeros.isEmpty()) {
      return 1;
    }
    Value value = zeros.get();
    int count = value.shape().count();
    node.require(
        value.type() == of.type() && (count == 1 || count == all),
        "zero points do not fit",
        value.describe() + " for " + of.describe());
    return count;
  }

  /// {@return the matrix product of 8-bit tensors less their zero points, as int32}
  ///
  /// @param what names the call; where it is empty, the call writes the node's result
  /// @param aZero one, or one for each row of a
  /// @param bZero one, or one for each column of b
  static Value product(
      NodeImport node,
      String what,
      Value a,
      Value b,
      Optional<Value> aZero,
      Optional<Value> bZero) {
    node.require(a.shape().rank() >= 1 && b.shape().rank() >= 1, "a scalar has no matrix product");
    List<Integer> aDims = new ArrayList<>(a.shape().dims());
    List<Integer> bDims = new ArrayList<>(b.shape().dims());
    boolean row = aDims.size() == 1;
    boolean column = bDims.size() == 1;
    if (row) {
      aDims.addFirst(1);
    }
    if (column) {
      bDims.addLast(1);
    }
    int m = aDims.get(aDims.size() - 2);
    int k = aDims.getLast();
    int n = bDims.getLast();
    node.require(
        bDims.get(bDims.size() - 2) == k, "inner sizes differ", a.shape() + " and " + b.shape());
    Shape aBatch = new Shape(aDims.subList(0, aDims.size() - 2));
    Shape bBatch = new Shape(bDims.subList(0, bDims.size() - 2));
    Shape batch = Broadcast.shape(node, aBatch, bBatch);
    int aZeros = zeros(node, aZero, a, m);
    int bZeros = zeros(node, bZero, b, n);
    List<Integer> dims = new ArrayList<>(batch.dims());
    if (!row) {
      dims.add(m);
    }
    if (!column) {
      dims.add(n);
    }
    Value left = repeated(node, what + "left", a.reshaped(new Shape(aDims)), aBatch, batch, m, k);
    Value right = repeated(node, what + "right", b.reshaped(new Shape(bDims)), bBatch, batch, k, n);
    NodeImport.Call call =
        node.call("matmul.integer")
            .read(left)
            .read(right)
            .readOrZeros(aZero, aZeros)
            .readOrZeros(bZero, bZeros);
    return OneCall.write(call, what, ElementType.I32, Shapes.of(node, dims))
        .ints("batch m n k", batch.count(), m, n, k)
        .ints("aBatch bBatch", aBatch.count() == 1 ? 0 : m * k, bBatch.count() == 1 ? 0 : k * n)
        .ints("operands", unsigned(a), unsigned(b), aZeros > 1 ? 1 : 0, bZeros > 1 ? 1 : 0)
        .emitPart();
  }

  /// {@return the matrices, as many as the batch has, unless they are one}
  private static Value repeated(
      NodeImport node, String what, Value value, Shape own, Shape batch, int rows, int columns) {
    if (own.count() == 1) {
      return value;
    }
    List<Integer> dims = new ArrayList<>(batch.dims());
    dims.add(rows);
    dims.add(columns);
    return node.broadcast(what, value, Shapes.of(node, dims));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    ElementType a = QuantisedProduct.type(make);
    ElementType b = QuantisedProduct.type(make);
    int channels;
    if (this == CONVOLUTION) {
      Window.Sizes sizes = Window.Sizes.random(make, node, true);
      channels = make.between(1, 3);
      node.given(make.tensor(a, sizes.image(make.between(1, 2), 2)))
          .either(make.tensor(b, sizes.weights(channels, 2)));
    } else {
      int k = make.size();
      channels = make.size();
      int batch = make.between(1, 2);
      node.given(make.tensor(a, batch, make.size(), k))
          .either(
              make.oneIn(2)
                  ? make.tensor(b, k, channels)
                  : make.tensor(b, make.oneIn(2) ? 1 : batch, k, channels));
    }
    if (make.oneIn(2)) {
      node.either(make.tensor(a));
      if (make.oneIn(2)) {
        node.either(make.oneIn(2) ? make.tensor(b, channels) : make.tensor(b));
      }
    }
    return node.end();
  }
}
