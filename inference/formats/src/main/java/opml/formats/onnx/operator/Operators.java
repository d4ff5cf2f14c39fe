package opml.formats.onnx.operator;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.formats.onnx.node.Operator;
import org.jspecify.annotations.Nullable;

/// The operators of ONNX's own operator set that we import, in their inference forms.
public final class Operators {
  private static final List<Operator> ALL =
      List.of(
          ElementwiseOperator.ADD,
          new ArgMaxOperator(),
          new PoolOperator(PoolOperator.Kind.AVERAGE),
          new CastOperator(),
          new ConcatOperator(),
          new ConstantOperator(),
          new ConstantOfShapeOperator(),
          new ConvOperator(),
          new DequantizeOperator(),
          ElementwiseOperator.DIVIDE,
          new DropoutOperator(),
          new FlattenOperator(),
          new GatherOperator(),
          new GemmOperator(),
          new GlobalAveragePoolOperator(),
          new IdentityOperator(),
          new MatMulOperator(),
          new PoolOperator(PoolOperator.Kind.MAXIMUM),
          ElementwiseOperator.MULTIPLY,
          new QLinearConvOperator(),
          new QLinearMatMulOperator(),
          new QuantizeOperator(),
          new ReluOperator(),
          new ReshapeOperator(),
          ShapeOperator.SHAPE,
          ShapeOperator.SIZE,
          new SliceOperator(),
          new SoftmaxOperator(),
          SqueezeOperator.SQUEEZE,
          ElementwiseOperator.SUBTRACT,
          SqueezeOperator.UNSQUEEZE);

  private static final Map<String, Operator> BY_TYPE =
      ALL.stream().collect(toUnmodifiableMap(all -> all.declaration().name(), all -> all));

  private Operators() {}

  /// {@return all of them, by their names}
  public static List<Operator> all() {
    return ALL;
  }

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
