package opml.sim;

/// Something that goes wrong for a while.
///
/// @param whom the account's number; 0 for everybody
/// @param from the first slot
/// @param slots how many
/// @param strength blocks, or how many in a hundred, or how many times
public record Mishap(Kind kind, int whom, long from, long slots, int strength) {
  /// What can go wrong.
  public enum Kind {
    /// Blocks leave an account out.
    CENSORSHIP,
    /// The last blocks are replaced.
    REORGANISATION,
    /// Gas is so many times dearer.
    DEARTH,
    /// Pools forget what pays less than the base fee.
    EVICTION,
    /// A node answers so many in a hundred calls not.
    LOST_CALLS,
    /// A node is so many blocks behind.
    LAG,
    /// A node's views say something else than its events.
    LYING_VIEWS,
    /// A node leaves out the events of its newest block.
    LOST_EVENTS,
    /// A process is killed, and started again after so many slots.
    RESTART
  }

  boolean isOn(long slot) {
    return from <= slot && slot < from + slots;
  }

  boolean hits(int account) {
    return whom == 0 || whom == account;
  }
}
