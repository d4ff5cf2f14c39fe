package opml.game.toy;

import java.util.Optional;
import opml.core.hash.Bytes32;

/// A state of the toy: it holds a value, and a scratch number that is forgotten when its level ends, as a stack is.
///
/// @param level of the trace it belongs to
/// @param count how many steps led here
/// @param status 0 running, 1 done, 2 failed
record ToyState(int level, long value, long scratch, long count, int status) {
  static final int RUNNING = 0;
  static final int DONE = 1;
  static final int FAILED = 2;

  private static final long TAG = 0x0079_6f74_0000L;

  /// {@return the state that a run of the level below ends in when it does not halt}
  static ToyState failed(int level) {
    return new ToyState(level, 0, 0, 0, FAILED);
  }

  boolean isRunning() {
    return status == RUNNING;
  }

  /// {@return the "hash": the numbers themselves, each in a lane, blinded by a mask}
  Bytes32 commitment(Bytes32 mask) {
    return xor(new Bytes32(TAG + level, value, scratch, count << 2 | status), mask);
  }

  /// {@return the "preimage", if there is one}
  static Optional<ToyState> open(Bytes32 commitment, int level, Bytes32 mask) {
    Bytes32 plain = xor(commitment, mask);
    int status = (int) (plain.lane3() & 3);
    if (plain.lane0() != TAG + level || status > FAILED) {
      return Optional.empty();
    }
    return Optional.of(
        new ToyState(level, plain.lane1(), plain.lane2(), plain.lane3() >> 2, status));
  }

  private static Bytes32 xor(Bytes32 a, Bytes32 b) {
    return new Bytes32(
        a.lane0() ^ b.lane0(), a.lane1() ^ b.lane1(), a.lane2() ^ b.lane2(), a.lane3() ^ b.lane3());
  }
}
