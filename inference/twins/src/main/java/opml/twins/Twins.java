package opml.twins;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import opml.core.simd.VectorModule;
import opml.engine.run.KernelProvider;
import opml.twins.call.Twin;
import opml.twins.vector.VectorTwins;

/// The kernels at the speed of the processor.
///
/// The property `opml.kernels` decides which: `reference`, `vector` for the Vector API, `tile` for it with the machine
/// tile in its products of 8-bit integers, or `auto`, the default, for the fastest that there is. The logger of this
/// class's name tells at level debug what was chosen and why, and warns if the property asks for what is not there, or
/// if a twin's bits differed.
public final class Twins {
  static final String PROPERTY = "opml.kernels";

  static final Logger LOG = System.getLogger(Twins.class.getName());

  private Twins() {}

  /// {@return the kernels that the property decides for}
  public static KernelProvider provider() {
    String setting = System.getProperty(PROPERTY, "auto");
    return switch (setting) {
      case "reference" -> reference("as " + PROPERTY + " says", Level.DEBUG);
      case "auto" -> vector(Level.DEBUG);
      case "vector" -> vector(Level.WARNING);
      case "tile" -> {
        LOG.log(Level.WARNING, "{0} is tile, and there is no machine tile here", PROPERTY);
        yield vector(Level.WARNING);
      }
      default -> {
        LOG.log(
            Level.WARNING, "{0} is {1}, not reference, vector, tile or auto", PROPERTY, setting);
        yield vector(Level.DEBUG);
      }
    };
  }

  /// @param missing how loud to say so where vector code cannot be used
  private static KernelProvider vector(Level missing) {
    Optional<String> hindrance = HotSpot.hindersVectors();
    if (hindrance.isPresent()) {
      return reference(hindrance.get(), missing);
    }
    if (!VectorModule.isThere()) {
      return reference("the module " + VectorModule.NAME + " is not there", missing);
    }
    try {
      return new TriedTwins(all(), HotSpot.hasFma());
    } catch (RuntimeException | LinkageError e) {
      return reference("the vector code failed: " + e, Level.WARNING);
    }
  }

  private static Map<String, Twin> all() {
    return VectorTwins.all(VectorTwins::int8Tile);
  }

  private static KernelProvider reference(String reason, Level level) {
    LOG.log(level, "kernels: the reference, {0}", reason);
    return KernelProvider.reference();
  }
}
