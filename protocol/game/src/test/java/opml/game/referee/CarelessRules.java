package opml.game.referee;

import opml.core.hash.Bytes32;
import opml.game.move.GameFormat;

/// Referees that forget one guard, to see that the tests notice.
public final class CarelessRules {
  private CarelessRules() {}

  /// {@return a referee that lets a list end in the very state that it disputes}
  public static Rules forgettingTheEnd(GameFormat format, Levels levels) {
    return new Rules(format, levels) {
      @Override
      protected void requireAnotherEnd(Bytes32 last, Bytes32 disputed) {}
    };
  }

  /// {@return a referee that lets a refinement's end mean the very state that it disputes}
  public static Rules forgettingTheImage(GameFormat format, Levels levels) {
    return new Rules(format, levels) {
      @Override
      protected void requireAnotherImage(Bytes32 image, Bytes32 disputed) {}
    };
  }
}
