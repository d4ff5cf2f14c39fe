package opml.twins;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import opml.core.simd.VectorModule;
import opml.engine.run.Constant;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.kernels.catalog.Kernel;
import opml.twins.tile.MachineTiles;
import opml.twins.tile.TileChoice;
import opml.twins.tile.TileTwins;
import opml.twins.vector.TokenTwins;
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

  private static final List<String> SETTINGS = List.of("reference", "vector", "tile", "auto");

  /// What a setting comes to in this JVM.
  ///
  /// @param name of the best kernels that there are: `reference`, `vector` or `tile`
  public record Choice(String name, KernelProvider kernels) {}

  private Twins() {}

  /// {@return what is wrong with the property, if it is}
  public static Optional<String> flaw() {
    return Optional.of(setting()).filter(one -> !SETTINGS.contains(one)).map(Twins::flaw);
  }

  private static String flaw(String setting) {
    return "-D%s=%s: expected is one of %s"
        .formatted(PROPERTY, setting, String.join(", ", SETTINGS));
  }

  private static String setting() {
    return System.getProperty(PROPERTY, "auto");
  }

  /// {@return what the property comes to, found out now}
  ///
  /// @throws IllegalArgumentException if there is no such setting
  public static Choice choice() {
    return choice(setting());
  }

  /// {@return the kernels that the property decides for}
  ///
  /// @throws IllegalArgumentException if there is no such setting
  public static KernelProvider provider() {
    return provider(setting());
  }

  /// Begins to find out, beside the caller, which kernels are the best, which takes a good part of a second: for who
  /// will want them once it has opened a model.
  public static void findOut() {
    if (setting().equals("auto")) {
      try {
        Thread.ofPlatform().daemon().name("opml-twins").start(() -> Best.Chosen.CHOICE.name());
      } catch (OutOfMemoryError e) {
        // The system gives no thread. Who wants them finds out then.
      }
    }
  }

  /// {@return the kernels of a setting of the property; with `auto`, runs begin with the reference}
  ///
  /// @throws IllegalArgumentException if there is no such setting
  public static KernelProvider provider(String setting) {
    return setting.equals("auto") ? new Best() : choice(setting).kernels();
  }

  private static Choice choice(String setting) {
    return switch (setting) {
      case "reference" -> reference("as " + PROPERTY + " says", Level.DEBUG);
      case "auto" -> Best.Chosen.CHOICE;
      case "vector" -> vector(Level.WARNING, Optional.empty());
      case "tile" -> tile(Level.WARNING);
      default -> throw new IllegalArgumentException(flaw(setting));
    };
  }

  /// The fastest that there are, found out when the first is wanted: that takes a second.
  private static final class Best implements KernelProvider {
    private static final class Chosen {
      static final Choice CHOICE = tile(Level.DEBUG);
    }

    @Override
    public PreparedKernel prepare(
        Kernel kernel, long[] scalars, List<Optional<Constant>> constants) {
      return Chosen.CHOICE.kernels().prepare(kernel, scalars, constants);
    }

    @Override
    public boolean isSlowAtFirst() {
      return true;
    }
  }

  /// @param missing how loud to say so where there is no machine tile
  private static Choice tile(Level missing) {
    if (HotSpot.onlyInterprets()) {
      // The code around the tile would take longer than the reference where it is compiled.
      return vector(missing, Optional.empty());
    }
    return switch (MachineTiles.best()) {
      case TileChoice.Found found -> {
        LOG.log(Level.DEBUG, "kernels: the machine tile of {0}", found.instructions());
        KernelProvider vectors = vector(Level.DEBUG, Optional.of(found)).kernels();
        yield new Choice("tile", new TriedTwins(TileTwins.all(found), true, vectors));
      }
      case TileChoice.None(String reason) -> {
        LOG.log(missing, "kernels: no machine tile, {0}", reason);
        yield vector(missing, Optional.empty());
      }
    };
  }

  /// @param missing how loud to say so where vector code cannot be used
  /// @param tile of machine code for its products of floats, if there is one
  private static Choice vector(Level missing, Optional<TileChoice.Found> tile) {
    Optional<String> hindrance = HotSpot.hindersVectors();
    if (hindrance.isPresent()) {
      return reference(hindrance.get(), missing);
    }
    if (!VectorModule.isThere()) {
      // Whoever starts a JVM of his own may not know that it takes an option.
      return reference(
          "the module %s is not there; the JVM needs --add-modules %s"
              .formatted(VectorModule.NAME, VectorModule.NAME),
          Level.WARNING);
    }
    try {
      boolean hasFma = HotSpot.hasFma();
      KernelProvider reference = KernelProvider.reference();
      KernelProvider tokens = new TriedTwins(TokenTwins.all(tile), hasFma, reference);
      return new Choice("vector", new TriedTwins(VectorTwins.all(tile), hasFma, tokens));
    } catch (RuntimeException | LinkageError e) {
      return reference("the vector code failed: " + e, Level.WARNING);
    }
  }

  private static Choice reference(String reason, Level level) {
    LOG.log(level, "kernels: the reference, {0}", reason);
    return new Choice("reference", KernelProvider.reference());
  }
}
