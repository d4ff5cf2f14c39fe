package opml.twins.tile;

import java.util.Map;
import opml.twins.call.BlockProductCall;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.call.QuantisedProductCall;
import opml.twins.call.Twin;

/// The twins whose innermost loop is a machine tile: products of 8-bit integers whose weights are constant.
public final class TileTwins {
  private TileTwins() {}

  /// {@return a twin for each kernel that has one, by the kernel's name}
  public static Map<String, Twin> all(TileChoice.Found tiles) {
    return Map.of(
        "qlinear.matmul",
        (s, constants) ->
            constants
                .get(1)
                .flatMap(b -> TileProduct.prepare(tiles.int8(), QuantisedProductCall.of(s), b)),
        "qlinear.conv2d",
        (s, constants) ->
            constants
                .get(1)
                .flatMap(
                    w -> TileConvolution.prepare(tiles.int8(), QuantisedConvolutionCall.of(s), w)),
        "matmul.q8",
        (s, constants) ->
            constants
                .get(2)
                .flatMap(w -> TileBlockProduct.prepare(tiles.blocks(), BlockProductCall.of(s), w)));
  }
}
