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
          case "relu.f32" -> ReluCall.of(s);
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
