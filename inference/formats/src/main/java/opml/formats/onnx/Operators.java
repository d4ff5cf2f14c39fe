package opml.formats.onnx;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The operators of ONNX's own operator set that we import, opset 7 to 21, inference forms.
final class Operators {
  static final int MIN_OPSET = 7;
  static final int MAX_OPSET = 21;

  private static final Map<String, Operator> BY_TYPE =
      Map.ofEntries(
          Map.entry("Add", new ElementwiseOperator("add.f32")),
          Map.entry("ArgMax", new ArgMaxOperator()),
          Map.entry("AveragePool", new PoolOperator(PoolOperator.Kind.AVERAGE)),
          Map.entry("Constant", new ConstantOperator()),
          Map.entry("Conv", new ConvOperator()),
          Map.entry("DequantizeLinear", new DequantizeOperator()),
          Map.entry("Dropout", new DropoutOperator()),
          Map.entry("Flatten", new FlattenOperator()),
          Map.entry("Gemm", new GemmOperator()),
          Map.entry("GlobalAveragePool", new GlobalAveragePoolOperator()),
          Map.entry("Identity", new IdentityOperator()),
          Map.entry("MatMul", new MatMulOperator()),
          Map.entry("MaxPool", new PoolOperator(PoolOperator.Kind.MAXIMUM)),
          Map.entry("Mul", new ElementwiseOperator("mul.f32")),
          Map.entry("QLinearConv", new QLinearConvOperator()),
          Map.entry("QLinearMatMul", new QLinearMatMulOperator()),
          Map.entry("QuantizeLinear", new QuantizeOperator()),
          Map.entry("Relu", new ReluOperator()),
          Map.entry("Reshape", new ReshapeOperator()),
          Map.entry("Softmax", new SoftmaxOperator()));

  private Operators() {}

  /// {@return the importer of an operator, if we have it}
  static Optional<Operator> find(String domain, String opType) {
    @Nullable Operator operator =
        domain.isEmpty() || domain.equals("ai.onnx") ? BY_TYPE.get(opType) : null;
    return Optional.ofNullable(operator);
  }

  /// {@return the names that we know, in order}
  static String names() {
    return String.join(", ", BY_TYPE.keySet().stream().sorted().toList());
  }
}
