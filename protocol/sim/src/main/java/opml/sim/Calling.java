package opml.sim;

/// What somebody is in a game.
public enum Calling {
  /// Claims what is right, and defends it.
  SERVER,
  /// Challenges what is wrong.
  VERIFIER,
  /// Settles whatever is due, for whomever.
  CARETAKER,
  /// Foretells what becomes of all.
  MONITOR,
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
    return switch (this) {
      case SERVER, VERIFIER, CARETAKER, MONITOR -> true;
      case LIAR, SHAM, MEDDLER, COPYCAT -> false;
    };
  }
}
