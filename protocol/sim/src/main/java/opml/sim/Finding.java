package opml.sim;

/// Something that must not be.
///
/// @param slot when it was seen
public record Finding(Kind kind, String text, long slot) {
  /// What must not be.
  public enum Kind {
    /// An honest bond is lost.
    LOST_BOND,
    /// A wrong result is final, although an honest verifier looked.
    WRONG_RESULT,
    /// A wei is in two places, or in none.
    MONEY,
    /// The contract let something pass that the protocol forbids.
    RULE,
    /// An honest agent has staked what it has not, or twice.
    BUDGET,
    /// A monitor says what is not so.
    FORECAST,
    /// An honest agent met a bug of its own.
    BUG,
    /// It never ends.
    STUCK
  }
}
