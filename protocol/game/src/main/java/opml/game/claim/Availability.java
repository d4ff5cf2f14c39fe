package opml.game.claim;

/// How the input of a request is made public.
public enum Availability {
  /// The hub saw the bytes, computed their root and emitted them: the theorems hold.
  EMITTED(0),
  /// The requester named a root and a URI: outside the theorems, and honest agents refuse it.
  REFERENCED(1),
  /// The bytes were uploaded in parts before, to a contract that computed their root and emitted them: the theorems
  /// hold.
  UPLOADED(2);

  private final int code;

  Availability(int code) {
    this.code = code;
  }

  /// {@return whether the chain saw the bytes, so that anybody can compute}
  public boolean isPublic() {
    return this != REFERENCED;
  }

  /// {@return its field in a request's preimage}
  public int code() {
    return code;
  }
}
