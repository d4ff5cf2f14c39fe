package opml.twins;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.core.simd.VectorModule;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.kernels.catalog.Kernel;
import opml.twins.tile.FloatTile;
import opml.twins.tile.MachineTiles;
import opml.twins.tile.TileChoice;
import opml.twins.tile.TileTwins;
import opml.twins.vector.VectorTwins;

/// The kernels at the speed of the processor.
///
/// The property `opml.kernels` decides which: `reference`, `vector` for the Vector API, `tile` for it with the machine
/// tiles in its products, or `auto`, the default, for the fastest that there is. The logger of this
/// class's name tells at level debug what was chosen and why, and warns if the property asks for what is not there, or
/// if a twin's bits differed.
public final class Twins {
  static final String PROPERTY = "opml.kernels";

  static final Logger LOG = System.getLogger(Twins.class.getName());

  private Twins() {}

  /// {@return the kernels that the property decides for}
  public static KernelProvider provider() {
    return provider(System.getProperty(PROPERTY, "auto"));
  }

  /// {@return the kernels of a setting of the property}
  public static KernelProvider provider(String setting) {
    return switch (setting) {
      case "reference" -> reference("as " + PROPERTY + " says", Level.DEBUG);
      case "auto" -> new Best();
      case "vector" -> vector(Level.WARNING, Optional.empty());
      case "tile" -> tile(Level.WARNING);
      default -> {
        LOG.log(
            Level.WARNING, "{0} is {1}, not reference, vector, tile or auto", PROPERTY, setting);
        yield new Best();
      }
    };
  }

  /// The fastest that there are, found out when the first is wanted: that takes a second.
  private static final class Best implements KernelProvider {
    private static final class Chosen {
      static final KernelProvider KERNELS = tile(Level.DEBUG);
    }

    @Override
    public PreparedKernel prepare(
        Kernel kernel, long[] scalars, List<Optional<MemorySegment>> constants) {
      return Chosen.KERNELS.prepare(kernel, scalars, constants);
    }

    @Override
    public boolean isSlowAtFirst() {
      return true;
    }
  }

  /// @param missing how loud to say so where there is no machine tile
  private static KernelProvider tile(Level missing) {
    if (HotSpot.onlyInterprets()) {
      // The code around the tile would take longer than the reference where it is compiled.
      return vector(missing, Optional.empty());
    }
    return switch (MachineTiles.best()) {
      case TileChoice.Found found -> {
        LOG.log(Level.DEBUG, "kernels: the machine tile of {0}", found.instructions());
        yield new TriedTwins(
            TileTwins.all(found), true, vector(Level.DEBUG, Optional.of(found.floats())));
      }
      case TileChoice.None(String reason) -> {
        LOG.log(missing, "kernels: no machine tile, {0}", reason);
        yield vector(missing, Optional.empty());
      }
    };
  }

  /// @param missing how loud to say so where vector code cannot be used
  /// @param tile of machine code for its products of floats, if there is one
  private static KernelProvider vector(Level missing, Optional<FloatTile> tile) {
    Optional<String> hindrance = HotSpot.hindersVectors();
    if (hindrance.isPresent()) {
      return reference(hindrance.get(), missing);
    }
    if (!VectorModule.isThere()) {
      return reference("the module " + VectorModule.NAME + " is not there", missing);
    }
    try {
      return new TriedTwins(VectorTwins.all(tile), HotSpot.hasFma(), KernelProvider.reference());
    } catch (RuntimeException | LinkageError e) {
      return reference("the vector code failed: " + e, Level.WARNING);
    }
  }

  private static KernelProvider reference(String reason, Level level) {
    LOG.log(level, "kernels: the reference, {0}", reason);
    return KernelProvider.reference();
  }
}
