package opml.twins.tile;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import opml.engine.run.Constant;
import opml.twins.call.LinearCall;
import opml.twins.call.Packings;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.call.QuantisedProductCall;
import opml.twins.call.Twin;
import org.jspecify.annotations.Nullable;

/// The twins whose innermost loop is a machine tile: products of 8-bit integers, and of tokens, whose weights are
/// constant.
public final class TileTwins {
  private static final Logger LOG = System.getLogger(TileTwins.class.getName());

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
    tiles.blocks().forEach((type, tile) -> twins.put(type.file.kernel(), of(tile, packings)));
    tiles.rows().forEach((type, tile) -> twins.put(type.file.kernel(), of(tile, packings)));
    return Map.copyOf(twins);
  }

  private static Twin of(BlockTile tile, Packings packings) {
    LinearCall.Format file = tile.type().file;
    Tried tried = new Tried(file, () -> new TileTrial().passes(tile));
    return (s, constants) ->
        constants
            .get(3)
            .filter(_ -> tried.passes())
            .flatMap(w -> TileBlockLinear.prepare(tile, LinearCall.of(file, s), w, packings));
  }

  private static Twin of(RowTile tile, Packings packings) {
    LinearCall.Format file = tile.type().file;
    Tried tried = new Tried(file, () -> new TileTrial().passes(tile));
    return (s, constants) ->
        constants
            .get(2)
            .filter(_ -> tried.passes())
            .flatMap(w -> TileRowLinear.prepare(tile, LinearCall.of(file, s), w, packings));
  }

  /// A tile's trial, made when the tile is first wanted.
  private static final class Tried {
    private final LinearCall.Format file;
    private final BooleanSupplier trial;
    private @Nullable Boolean passes;

    Tried(LinearCall.Format file, BooleanSupplier trial) {
      this.file = file;
      this.trial = trial;
    }

    synchronized boolean passes() {
      if (passes == null) {
        passes = trial.getAsBoolean();
        if (!passes) {
          LOG.log(Level.WARNING, "{0}: the machine tile gave other bits", file.kernel());
        }
      }
      return passes;
    }
  }
}
