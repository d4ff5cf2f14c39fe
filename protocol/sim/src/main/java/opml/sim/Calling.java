package opml.sim;

/// What somebody is in a game.
public enum Calling {
  /// Claims what is right, and defends it.
  SERVER,
  /// Challenges what is wrong.
  VERIFIER,
  /// A server whose runs lie.
  LIAR,
  /// A verifier whose runs lie, so that it challenges what is right.
  SHAM,
  /// Calls whatever may end something, as early as it can.
  MEDDLER,
  /// Challenges right claims by the right states.
  COPYCAT;

  /// {@return whether they try things before they may be done}
  boolean isEarly() {
    return this == MEDDLER || this == COPYCAT;
  }

  /// {@return whether nothing of theirs may be lost}
  public boolean isHonest() {
    return this == SERVER || this == VERIFIER;
  }
}
