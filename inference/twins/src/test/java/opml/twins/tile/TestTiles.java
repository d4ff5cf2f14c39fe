package opml.twins.tile;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.stream.Stream;

/// The tiles that tests try: every form in the emulator, and the one of this machine.
final class TestTiles {
  private TestTiles() {}

  static Stream<TileChoice> all() {
    return Stream.concat(
        Stream.of(TileForm.values()).map(EmulatedCode::tiles), Stream.of(MachineTiles.best()));
  }

  /// {@return the tiles, or skips the test, which says why}
  static TileChoice.Found found(TileChoice choice) {
    if (choice instanceof TileChoice.Found found) {
      return found;
    }
    assumeTrue(false, choice.toString());
    throw new AssertionError();
  }
}
