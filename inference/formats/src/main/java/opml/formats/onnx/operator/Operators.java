package opml.formats.onnx.operator;

import java.util.Map;
import java.util.Optional;
import opml.formats.onnx.node.Operator;
import org.jspecify.annotations.Nullable;

/// The operators of ONNX's own operator set that we import, opset 6 to 23, inference forms.
public final class Operators {
  public static final int MIN_OPSET = 6;
  public static final int MAX_OPSET = 23;

  private static final Map<String, Operator> BY_TYPE =
      Map.ofEntries(
          Map.entry("Add", ElementwiseOperator.ADD),
          Map.entry("ArgMax", new ArgMaxOperator()),
          Map.entry("AveragePool", new PoolOperator(PoolOperator.Kind.AVERAGE)),
          Map.entry("Cast", new CastOperator()),
          Map.entry("Concat", new ConcatOperator()),
          Map.entry("Constant", new ConstantOperator()),
          Map.entry("ConstantOfShape", new ConstantOfShapeOperator()),
          Map.entry("Conv", new ConvOperator()),
          Map.entry("DequantizeLinear", new DequantizeOperator()),
          Map.entry("Div", ElementwiseOperator.DIVIDE),
          Map.entry("Dropout", new DropoutOperator()),
          Map.entry("Flatten", new FlattenOperator()),
          Map.entry("Gather", new GatherOperator()),
          Map.entry("Gemm", new GemmOperator()),
          Map.entry("GlobalAveragePool", new GlobalAveragePoolOperator()),
          Map.entry("Identity", new IdentityOperator()),
          Map.entry("MatMul", new MatMulOperator()),
          Map.entry("MaxPool", new PoolOperator(PoolOperator.Kind.MAXIMUM)),
          Map.entry("Mul", ElementwiseOperator.MULTIPLY),
          Map.entry("QLinearConv", new QLinearConvOperator()),
          Map.entry("QLinearMatMul", new QLinearMatMulOperator()),
          Map.entry("QuantizeLinear", new QuantizeOperator()),
          Map.entry("Relu", new ReluOperator()),
          Map.entry("Reshape", new ReshapeOperator()),
          Map.entry("Shape", ShapeOperator.SHAPE),
          Map.entry("Size", ShapeOperator.SIZE),
          Map.entry("Slice", new SliceOperator()),
          Map.entry("Softmax", new SoftmaxOperator()),
          Map.entry("Squeeze", SqueezeOperator.SQUEEZE),
          Map.entry("Sub", ElementwiseOperator.SUBTRACT),
          Map.entry("Unsqueeze", SqueezeOperator.UNSQUEEZE));

  private Operators() {}

  /// {@return the importer of an operator, if we have it}
  public static Optional<Operator> find(String domain, String opType) {
    @Nullable Operator operator = isOnnx(domain) ? BY_TYPE.get(opType) : null;
    return Optional.ofNullable(operator);
  }

  /// {@return whether a domain is ONNX's own, which has two names}
  public static boolean isOnnx(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }
}
