package opml.game.move;

/// How many seconds of thinking a side has for a whole game: the hub's immutable A.
public record Allowance(long seconds) {
  public Allowance {
    if (seconds <= 0) {
      throw new IllegalArgumentException("an allowance is positive: " + seconds + " s");
    }
  }

  /// {@return the clock of a game challenged now: both sides have all their time, and the server's runs}
  public Clock startAt(long now) {
    return new Clock(seconds, seconds, now);
  }
}
