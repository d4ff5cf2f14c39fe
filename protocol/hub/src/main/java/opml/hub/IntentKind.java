package opml.hub;

/// What a transaction is to do. Stores keep the position of a constant in this list: new ones come last.
public enum IntentKind {
  /// Answers a request.
  CLAIM,

  /// Answers a claim.
  CHALLENGE,

  /// Answers a position of a game.
  MOVE,

  /// Ends a game whose other side let its time run out; answers the game.
  TIME_OUT,

  /// Takes a bond back; answers a game.
  RECLAIM,

  /// Settles a claim.
  RESOLVE,

  /// Ends a request that nobody answered.
  EXPIRE,

  /// Tells a requester's contract of a claim, or of a request's final result.
  DELIVER,

  /// Takes credit out of the hub; answers the account.
  WITHDRAW
}
