package opml.twins.vector;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.twins.call.AxisCall;
import opml.twins.call.BlockFormat;
import opml.twins.call.BroadcastCall;
import opml.twins.call.ConvolutionCall;
import opml.twins.call.LinearCall;
import opml.twins.call.LinearCall.Format;
import opml.twins.call.Packings;
import opml.twins.call.PoolCall;
import opml.twins.call.ProductCall;
import opml.twins.call.QuantiseCall;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.call.QuantisedProductCall;
import opml.twins.call.ReluCall;
import opml.twins.call.Twin;
import opml.twins.tile.FloatTile;

/// The twins that are written with the Vector API, around a tile of machine code where there is one. `argmax.f32`
/// has none: it has little to do.
public final class VectorTwins {
  private VectorTwins() {}

  /// {@return a twin for each kernel that has one, by the kernel's name}
  ///
  /// @param machine the innermost loop of products of floats as machine code, if there is one
  public static Map<String, Twin> all(Optional<FloatTile> machine) {
    Map<String, Twin> twins = new HashMap<>(operators(fitting(machine)));
    for (Format format : List.of(Format.F32, Format.F16, Format.BF16)) {
      add(twins, format, RowLinearTwin::prepare);
    }
    for (BlockFormat format : BlockFormat.values()) {
      add(
          twins,
          format.file(),
          (call, constants, packings) ->
              BlockLinearTwin.prepare(format, call, constants, packings));
    }
    return Map.copyOf(twins);
  }

  /// {@return a tile whose vectors are as wide as ours, as are packed operands}
  static Optional<FloatTile> fitting(Optional<FloatTile> machine) {
    return machine.filter(tile -> tile.vectorBytes() == Lanes.BYTES);
  }

  private static Map<String, Twin> operators(Optional<FloatTile> tile) {
    return Map.ofEntries(
        Map.entry(
            "gemm.f32",
            (s, constants) -> ProductTwin.prepare(ProductCall.gemm(s), constants, tile)),
        Map.entry(
            "matmul.f32",
            (s, constants) -> ProductTwin.prepare(ProductCall.matmul(s), constants, tile)),
        Map.entry(
            "conv2d.f32",
            (s, constants) -> FloatConvolutionTwin.prepare(ConvolutionCall.of(s), constants, tile)),
        Map.entry(
            "add.f32",
            (s, _) -> BroadcastTwin.prepare(BroadcastTwin.Operation.ADD, BroadcastCall.of(s))),
        Map.entry(
            "mul.f32",
            (s, _) -> BroadcastTwin.prepare(BroadcastTwin.Operation.MUL, BroadcastCall.of(s))),
        Map.entry("relu.f32", (s, _) -> ReluTwin.prepare(ReluCall.of(s))),
        Map.entry("maxpool.f32", (s, _) -> PoolTwin.max(PoolCall.of(s))),
        Map.entry("averagepool.f32", (s, _) -> PoolTwin.average(PoolCall.of(s))),
        Map.entry("globalaveragepool.f32", (s, _) -> AxisTwin.prepare(AxisCall.globalAverage(s))),
        Map.entry("softmax.f32", (s, _) -> AxisTwin.prepare(AxisCall.softmax(s))),
        Map.entry("quantize", (s, _) -> QuantisationTwin.prepare(QuantiseCall.quantise(s))),
        Map.entry("dequantize", (s, _) -> QuantisationTwin.prepare(QuantiseCall.dequantise(s))),
        Map.entry(
            "qlinear.matmul",
            (s, constants) -> QuantisedProductTwin.prepare(QuantisedProductCall.of(s), constants)),
        Map.entry(
            "qlinear.conv2d",
            (s, constants) ->
                QuantisedConvolutionTwin.prepare(QuantisedConvolutionCall.of(s), constants)));
  }

  /// A product of tokens.
  @FunctionalInterface
  private interface Linear {
    Optional<PreparedKernel> prepare(
        LinearCall call, List<Optional<Constant>> constants, Packings packings);
  }

  private static void add(Map<String, Twin> twins, Format format, Linear linear) {
    Packings packings = new Packings();
    twins.put(
        format.kernel(),
        (s, constants) -> linear.prepare(LinearCall.of(format, s), constants, packings));
  }
}
