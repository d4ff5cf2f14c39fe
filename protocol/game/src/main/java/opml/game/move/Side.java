package opml.game.move;

/// The two parties of a game. They move by turns, the challenger first.
public enum Side {
  SERVER(0),
  CHALLENGER(1);

  private final int code;

  Side(int code) {
    this.code = code;
  }

  /// {@return the poster's field in a position's preimage}
  public int code() {
    return code;
  }

  public Side other() {
    return switch (this) {
      case CHALLENGER -> SERVER;
      case SERVER -> CHALLENGER;
    };
  }

  /// {@return who makes the move of this number; the challenge is move 1}
  public static Side ofMove(long move) {
    return (move & 1) == 1 ? CHALLENGER : SERVER;
  }
}
