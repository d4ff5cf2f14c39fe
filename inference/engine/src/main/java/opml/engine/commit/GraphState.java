package opml.engine.commit;

import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;

/// One entry of the level-0 trace: whether the model still runs, and the root over its slots.
public record GraphState(Status status, Bytes32 slotsRoot) {
  /// The state after a node that exited otherwise than with 0 or 1, or not at all.
  public static final GraphState FAILED = new GraphState(Status.FAILED, Bytes32.ZERO);

  /// What the protocol's status word says.
  public enum Status {
    RUNNING(0),
    DONE(1),
    FAILED(2);

    private final int code;

    Status(int code) {
      this.code = code;
    }

    /// {@return the number in the commitment}
    public int code() {
      return code;
    }
  }

  public static GraphState running(Bytes32 slotsRoot) {
    return new GraphState(Status.RUNNING, slotsRoot);
  }

  /// {@return the preimage of the commitment}
  public byte[] encode() {
    return Preimage.tagged("state").word(status.code()).word(slotsRoot).toArray();
  }

  /// {@return what the game compares}
  public Bytes32 commitment() {
    return Preimage.tagged("state").word(status.code()).word(slotsRoot).hash();
  }
}
