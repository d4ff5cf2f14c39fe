package opml.twins.tile;

import java.util.HashMap;
import java.util.Map;
import opml.engine.run.Constant;
import opml.twins.call.LinearCall;
import opml.twins.call.Packings;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.call.QuantisedProductCall;
import opml.twins.call.Twin;

/// The twins whose innermost loop is a machine tile: products of 8-bit integers, and of tokens, whose weights are
/// constant.
public final class TileTwins {
  private TileTwins() {}

  /// {@return a twin for each kernel that has one, by the kernel's name}
  public static Map<String, Twin> all(TileChoice.Found tiles) {
    Packings packings = new Packings();
    Map<String, Twin> twins = new HashMap<>();
    twins.put(
        "qlinear.matmul",
        (s, constants) ->
            constants
                .get(1)
                .map(Constant::data)
                .flatMap(b -> TileProduct.prepare(tiles.int8(), QuantisedProductCall.of(s), b)));
    twins.put(
        "qlinear.conv2d",
        (s, constants) ->
            constants
                .get(1)
                .map(Constant::data)
                .flatMap(
                    w -> TileConvolution.prepare(tiles.int8(), QuantisedConvolutionCall.of(s), w)));
    tiles
        .blocks()
        .forEach(
            (type, tile) ->
                twins.put(
                    type.file.kernel(),
                    (s, constants) ->
                        constants
                            .get(3)
                            .flatMap(
                                w ->
                                    TileBlockLinear.prepare(
                                        tile, LinearCall.of(type.file, s), w, packings))));
    tiles
        .rows()
        .forEach(
            (type, tile) ->
                twins.put(
                    type.file.kernel(),
                    (s, constants) ->
                        constants
                            .get(2)
                            .flatMap(
                                w ->
                                    TileRowLinear.prepare(
                                        tile, LinearCall.of(type.file, s), w, packings))));
    return Map.copyOf(twins);
  }
}
