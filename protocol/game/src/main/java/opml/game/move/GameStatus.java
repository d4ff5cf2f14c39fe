package opml.game.move;

/// Where a game stands. The ordinals are the contract's.
public enum GameStatus {
  /// There is no such game.
  NONE,
  /// Moves are made while its claim is live.
  RUNNING,
  /// The challenger lost it, and with it its bond.
  SERVER_WON,
  /// The server lost it, and with it the claim.
  CHALLENGER_WON,
  /// It ran when its claim died through another game, and its challenger has the bond back.
  VOID;

  /// {@return how a game ends that this side wins}
  public static GameStatus wonBy(Side side) {
    return switch (side) {
      case CHALLENGER -> CHALLENGER_WON;
      case SERVER -> SERVER_WON;
    };
  }
}
