package opml.game.claim;

/// Where a claim stands. The ordinals are the contract's.
public enum ClaimStatus {
  /// There is no such claim.
  NONE,
  /// It can be challenged until its window ends, and its games are played.
  LIVE,
  /// It won every game and was the first of its request: it is the result.
  FINAL,
  /// It won every game, but another claim of its request had become final before.
  SUPERSEDED,
  /// It lost a game; those that still ran are void.
  DEAD
}
