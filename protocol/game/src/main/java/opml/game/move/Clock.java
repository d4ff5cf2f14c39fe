package opml.game.move;

/// The chess clock of one game.
///
/// @param challengerLeft seconds that the challenger had left at the last move
/// @param serverLeft seconds that the server had left at the last move
/// @param movedAt when the last move was made; the clock of the side on turn runs since
public record Clock(long challengerLeft, long serverLeft, long movedAt) {
  public Clock {
    if (challengerLeft < 0 || serverLeft < 0) {
      throw new IllegalArgumentException(
          "no time is negative: " + challengerLeft + " s and " + serverLeft + " s");
    }
  }

  /// {@return the seconds that this side had left at the last move}
  public long left(Side side) {
    return switch (side) {
      case CHALLENGER -> challengerLeft;
      case SERVER -> serverLeft;
    };
  }

  /// {@return whether the side on turn may still move}
  public boolean isInTime(Side onTurn, long now) {
    return now - movedAt <= left(onTurn);
  }

  /// {@return whether the side on turn has lost by the clock}
  public boolean isLate(Side onTurn, long now) {
    return !isInTime(onTurn, now);
  }

  /// {@return the last second at which the side on turn may move}
  public long lastMoment(Side onTurn) {
    return movedAt + left(onTurn);
  }

  /// {@return the clock after a move of this side}
  ///
  /// @throws IllegalArgumentException if the move is late, or earlier than the one before
  public Clock movedBy(Side side, long now) {
    long spent = now - movedAt;
    if (spent < 0 || spent > left(side)) {
      throw new IllegalArgumentException(
          side + " cannot move " + spent + " s after the last move with " + left(side) + " s left");
    }
    return switch (side) {
      case CHALLENGER -> new Clock(challengerLeft - spent, serverLeft, now);
      case SERVER -> new Clock(challengerLeft, serverLeft - spent, now);
    };
  }
}
