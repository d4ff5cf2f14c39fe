package opml.game.referee;

import java.io.Serial;

/// A call that the contract reverts: nothing has changed.
public final class RefusedCallException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Refusal refusal;

  public RefusedCallException(Refusal refusal, String message) {
    // Tests make millions of refused moves, and where one was refused is told by its name: no stack
    // trace.
    super(refusal + ": " + message, null, false, false);
    this.refusal = refusal;
  }

  public Refusal refusal() {
    return refusal;
  }

  static void require(boolean holds, Refusal refusal, String message) {
    if (!holds) {
      throw new RefusedCallException(refusal, message);
    }
  }
}
