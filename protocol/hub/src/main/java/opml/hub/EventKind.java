package opml.hub;

/// What an event of the hub is. Stores keep the position of a constant in this list: new ones come last.
public enum EventKind {
  REQUESTED,
  REQUEST_EXTENDED,
  REQUEST_ENDED,
  CLAIMED,
  CLAIM_ENDED,
  CHALLENGED,
  MOVED,
  GAME_ENDED,
  DELIVERED,

  /// A log that is none of the hub's events, or whose ids are not those of its values.
  UNREADABLE
}
