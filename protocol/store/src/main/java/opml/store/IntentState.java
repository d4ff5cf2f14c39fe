package opml.store;

/// How far an intent has come. Stores keep the position of a constant in this list: new ones come last.
public enum IntentState {
  /// Decided.
  NOTED,

  /// There are signed bytes, which may or may not have left.
  SIGNED,

  /// A node took signed bytes.
  SENT,

  /// In a block, whether or not it did what it was for.
  MINED,

  /// No longer wanted. Signed bytes that left may still be mined.
  DROPPED
}
