package opml.twins.vector;

import java.util.Map;
import java.util.Optional;
import opml.twins.call.Twin;
import opml.twins.tile.FloatTile;
import opml.twins.tile.FloatTiles;
import opml.twins.tile.TileChoice;

/// The twins of kernels that work on tokens, but for their products with weights. `embed.*`, which copies a row for
/// each token, has none.
public final class TokenTwins {
  private TokenTwins() {}

  /// {@return a twin for each kernel that has one, by the kernel's name}
  ///
  /// @param machine the innermost loop of products of floats as machine code, if there is one
  public static Map<String, Twin> all(Optional<TileChoice.Found> machine) {
    Optional<FloatTile> tile = VectorTwins.fitting(machine).map(FloatTiles::windows);
    return Map.ofEntries(
        Map.entry("norm.rms", (s, constants) -> NormTwin.prepare(s, constants)),
        Map.entry("rotate", (s, constants) -> RotationTwin.prepare(s, constants)),
        Map.entry("gate.silu", (s, constants) -> GateTwin.prepare(s, constants)),
        Map.entry("add.bias", (s, constants) -> BiasTwin.prepare(s, constants)),
        Map.entry("add.residual", (s, constants) -> ResidualTwin.prepare(s, constants)),
        Map.entry("quantize.rows", (s, constants) -> QuantiseRowsTwin.prepare(s, constants)),
        Map.entry("keep", (s, constants) -> KeepTwin.prepare(s, constants)),
        Map.entry("attention", (s, constants) -> AttentionTwin.prepare(s, constants, tile)),
        Map.entry("choosing.rows", (s, constants) -> ChoosingTwin.prepare(s, constants)),
        Map.entry("choose.greedy", (s, constants) -> GreedyTwin.prepare(s, constants)));
  }
}
