package opml.game.claim;

/// Where a request stands. The ordinals are the contract's.
public enum RequestStatus {
  /// There is no such request.
  NONE,
  /// Claims may be posted until the deadline, and one of them may still become final.
  OPEN,
  /// One claim became final, and its server has the fee.
  FINAL,
  /// The deadline passed without a live claim, and the requester has the fee back.
  EXPIRED
}
