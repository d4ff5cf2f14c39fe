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
import opml.twins.call.CastCall;
import opml.twins.call.ConvolutionCall;
import opml.twins.call.DynamicQuantiseCall;
import opml.twins.call.IntegerProductCall;
import opml.twins.call.LinearCall;
import opml.twins.call.LinearCall.Format;
import opml.twins.call.MapCall;
import opml.twins.call.MoveCall;
import opml.twins.call.NormaliseCall;
import opml.twins.call.Packings;
import opml.twins.call.PoolCall;
import opml.twins.call.ProductCall;
import opml.twins.call.QuantiseCall;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.call.QuantisedProductCall;
import opml.twins.call.Twin;
import opml.twins.tile.FloatTiles;
import opml.twins.tile.Int8Tile;
import opml.twins.tile.TileChoice;
import opml.twins.vector.AxisTwin.Fold;
import opml.twins.vector.MapTwin.Function;

/// The twins that are written with the Vector API, around a tile of machine code where there is one. `argmax.f32`
/// has none: it has little to do.
public final class VectorTwins {
  private VectorTwins() {}

  /// {@return a twin for each kernel that has one, by the kernel's name}
  ///
  /// @param machine the innermost loops of products as machine code, if there are any
  public static Map<String, Twin> all(Optional<TileChoice.Found> machine) {
    Map<String, Twin> twins =
        new HashMap<>(operators(fitting(machine), machine.map(TileChoice.Found::int8)));
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
  static Optional<FloatTiles> fitting(Optional<TileChoice.Found> machine) {
    return machine.map(TileChoice.Found::floats).filter(tile -> tile.vectorBytes() == Lanes.BYTES);
  }

  private static Map<String, Twin> operators(Optional<FloatTiles> tile, Optional<Int8Tile> bytes) {
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
        Map.entry("sub.f32", (s, _) -> pairs(BroadcastTwin.Operation.SUB, s)),
        Map.entry("div.f32", (s, _) -> pairs(BroadcastTwin.Operation.DIV, s)),
        Map.entry("min.f32", (s, _) -> pairs(BroadcastTwin.Operation.MIN, s)),
        Map.entry("max.f32", (s, _) -> pairs(BroadcastTwin.Operation.MAX, s)),
        Map.entry("relu.f32", (s, _) -> MapTwin.prepare(Function.RELU, MapCall.of(s))),
        Map.entry("abs.f32", (s, _) -> MapTwin.prepare(Function.ABS, MapCall.of(s))),
        Map.entry("neg.f32", (s, _) -> MapTwin.prepare(Function.NEG, MapCall.of(s))),
        Map.entry("sqrt.f32", (s, _) -> MapTwin.prepare(Function.SQRT, MapCall.of(s))),
        Map.entry("reciprocal.f32", (s, _) -> MapTwin.prepare(Function.RECIPROCAL, MapCall.of(s))),
        Map.entry("exp.f32", (s, _) -> MapTwin.prepare(Function.EXP, MapCall.of(s))),
        Map.entry("erf.f32", (s, _) -> MapTwin.prepare(Function.ERF, MapCall.of(s))),
        Map.entry("tanh.f32", (s, _) -> MapTwin.prepare(Function.TANH, MapCall.of(s))),
        Map.entry("sigmoid.f32", (s, _) -> MapTwin.prepare(Function.SIGMOID, MapCall.of(s))),
        Map.entry("gelu.f32", (s, _) -> MapTwin.prepare(Function.GELU, MapCall.of(s))),
        Map.entry("gelu.tanh.f32", (s, _) -> MapTwin.prepare(Function.GELU_TANH, MapCall.of(s))),
        Map.entry("cast", (s, _) -> CastTwin.prepare(CastCall.of(s))),
        Map.entry(
            "dynamic.quantize",
            (s, _) -> DynamicQuantisationTwin.prepare(DynamicQuantiseCall.of(s))),
        Map.entry(
            "matmul.integer",
            (s, constants) ->
                IntegerProductTwin.prepare(IntegerProductCall.of(s), constants, bytes)),
        Map.entry(
            "matmul.integer.scaled",
            (s, constants) ->
                IntegerProductTwin.prepare(IntegerProductCall.scaled(s), constants, bytes)),
        Map.entry("normalize.f32", (s, _) -> RowNormalisationTwin.prepare(NormaliseCall.of(s))),
        Map.entry("move.b4", (s, _) -> MoveTwin.prepare(MoveCall.move(s))),
        Map.entry("gather.b1", (s, _) -> GatherTwin.prepare(MoveCall.gather(1, s))),
        Map.entry("gather.b4", (s, _) -> GatherTwin.prepare(MoveCall.gather(4, s))),
        Map.entry("maxpool.f32", (s, _) -> PoolTwin.max(PoolCall.of(s))),
        Map.entry("averagepool.f32", (s, _) -> PoolTwin.average(PoolCall.of(s))),
        Map.entry(
            "globalaveragepool.f32",
            (s, _) -> AxisTwin.prepare(Fold.MEAN, AxisCall.globalAverage(s))),
        Map.entry("softmax.f32", (s, _) -> AxisTwin.prepare(Fold.SOFTMAX, AxisCall.softmax(s))),
        Map.entry("reduce.mean.f32", (s, _) -> AxisTwin.prepare(Fold.MEAN, AxisCall.reduction(s))),
        Map.entry("reduce.sum.f32", (s, _) -> AxisTwin.prepare(Fold.SUM, AxisCall.reduction(s))),
        Map.entry(
            "reduce.max.f32", (s, _) -> AxisTwin.prepare(Fold.GREATEST, AxisCall.reduction(s))),
        Map.entry("reduce.min.f32", (s, _) -> AxisTwin.prepare(Fold.LEAST, AxisCall.reduction(s))),
        Map.entry("quantize", (s, _) -> QuantisationTwin.prepare(QuantiseCall.quantise(s))),
        Map.entry("dequantize", (s, _) -> QuantisationTwin.prepare(QuantiseCall.dequantise(s))),
        Map.entry(
            "qlinear.matmul",
            (s, constants) -> QuantisedProductTwin.prepare(QuantisedProductCall.of(s), constants)),
        Map.entry(
            "qlinear.conv2d",
            (s, constants) ->
                QuantisedConvolutionTwin.prepare(QuantisedConvolutionCall.of(s), constants, tile)));
  }

  private static Optional<PreparedKernel> pairs(BroadcastTwin.Operation operation, long[] s) {
    return BroadcastTwin.prepare(operation, BroadcastCall.rows(s));
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
