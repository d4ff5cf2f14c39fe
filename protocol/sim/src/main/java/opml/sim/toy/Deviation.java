package opml.sim.toy;

/// Where a run leaves the truth.
///
/// @param kind how
/// @param node the first node of which something is wrong
/// @param step the instruction of it that is
public record Deviation(Kind kind, long node, long step) {
  /// How a run may lie.
  public enum Kind {
    /// It does not.
    NONE,
    /// One instruction has another result, and all that follows is computed from that.
    INSTRUCTION,
    /// A node ends in another number than its own instructions come to.
    IMAGE,
    /// Behind the node, states have no preimage.
    GARBAGE,
    /// The stopped program goes on.
    BEYOND
  }

  public static final Deviation NONE = new Deviation(Kind.NONE, 0, 0);
}
