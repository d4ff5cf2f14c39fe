package opml.twins.call;

import java.util.Optional;
import opml.kernels.catalog.Kernel;

/// The calls of kernels by name.
public final class TwinCalls {
  private TwinCalls() {}

  /// {@return a call of a kernel that may have a twin}
  public static Optional<TwinCall> of(Kernel kernel, long[] s) {
    return Optional.ofNullable(
        switch (kernel.name()) {
          case "gemm.f32" -> ProductCall.gemm(s);
          case "matmul.f32" -> ProductCall.matmul(s);
          case "conv2d.f32" -> ConvolutionCall.of(s);
          case "add.f32", "mul.f32" -> BroadcastCall.of(s);
          case "sub.f32", "div.f32", "min.f32", "max.f32" -> BroadcastCall.rows(s);
          case "relu.f32",
              "abs.f32",
              "neg.f32",
              "sqrt.f32",
              "reciprocal.f32",
              "exp.f32",
              "erf.f32",
              "tanh.f32",
              "sigmoid.f32",
              "gelu.f32",
              "gelu.tanh.f32" ->
              MapCall.of(s);
          case "reduce.mean.f32", "reduce.sum.f32", "reduce.max.f32", "reduce.min.f32" ->
              AxisCall.reduction(s);
          case "cast" -> CastCall.of(s);
          case "dynamic.quantize" -> DynamicQuantiseCall.of(s);
          case "matmul.integer" -> IntegerProductCall.of(s);
          case "matmul.integer.scaled" -> IntegerProductCall.scaled(s);
          case "normalize.f32" -> NormaliseCall.of(s);
          case "move.b4" -> MoveCall.move(s);
          case "gather.b1" -> MoveCall.gather(1, s);
          case "gather.b4" -> MoveCall.gather(4, s);
          case "maxpool.f32", "averagepool.f32" -> PoolCall.of(s);
          case "globalaveragepool.f32" -> AxisCall.globalAverage(s);
          case "softmax.f32" -> AxisCall.softmax(s);
          case "quantize" -> QuantiseCall.quantise(s);
          case "dequantize" -> QuantiseCall.dequantise(s);
          case "qlinear.matmul" -> QuantisedProductCall.of(s);
          case "qlinear.conv2d" -> QuantisedConvolutionCall.of(s);
          default ->
              LinearCall.Format.of(kernel.name())
                  .map(format -> LinearCall.of(format, s))
                  .orElse(null);
        });
  }
}
