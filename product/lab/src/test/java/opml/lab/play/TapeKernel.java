package opml.lab.play;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// A kernel that checks one part of a tape, as `GivenToy` of the game's tests has it: from an input x come the numbers
/// x + 1 and, if that is below [#LIMIT], one more; x below 1 is bad. The tape has four words: how many numbers, the
/// first, the second, and why there are no more.
///
/// Compiled and pinned by nobody: a model of it is for tests.
public final class TapeKernel {
  static final long LIMIT = 4;

  private TapeKernel() {}

  /// Notes what should stand in this part; exits with 2, which fails the run, if something else does, and with 1 behind
  /// the last part.
  public static int tape(MemorySegment x, MemorySegment tape, MemorySegment note, int part) {
    long input = Mem.i64(x, 0);
    long first = Mem.i64(tape, 8);
    boolean good = input > 0;
    boolean more = good && first < LIMIT;
    long at;
    long expected;
    if (part == 0) {
      at = 8;
      expected = good ? input + 1 : 0;
    } else if (part == 1) {
      at = 16;
      expected = more ? first + 1 : 0;
    } else if (part == 2) {
      at = 0;
      expected = more ? 2 : good ? 1 : 0;
    } else {
      at = 24;
      expected = more ? 2 : good ? 1 : 3;
    }
    Mem.putI64(note, 0, expected);
    if (Mem.i64(tape, at) != expected) {
      return 2;
    }
    return part == 3 ? 1 : 0;
  }
}
