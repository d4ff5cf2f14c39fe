package opml.game.referee;

/// What becomes of the call of a requester's contract, which is foreign code: the referee is told.
public enum Hearing {
  /// It took the result.
  HEARD,
  /// It reverted, or used up the gas that it had asked for.
  REFUSED,
  /// Whoever delivers sent less gas than the requester has asked to pass on.
  STARVED
}
