package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// What a request says of repeated sequences, in a table behind its grammar's: `spec/graph.md` (Language models).
///
/// After four numbers it has the texts that no sequence goes over (*breakers*), a byte an integer.
///
/// @param request with biases and a grammar for which there is room
/// @param at where the table begins, in bytes
/// @param words integers of it; 0 if nothing is asked for
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public record DryTable(MemorySegment request, int at, int words) {
  /// What is taken off a logit for a sequence of the allowed length.
  public static final int MULTIPLIER = 0;

  /// What it is multiplied by for each token that a sequence is longer.
  public static final int BASE = 4;

  /// How long a sequence must be for something to be taken off.
  public static final int ALLOWED_LENGTH = 8;

  /// How many of the last tokens are looked at.
  public static final int LAST_N = 12;

  /// Where breakers begin.
  public static final int BREAKERS = 16;

  /// Bytes of all breakers, at most.
  public static final int MOST_BREAKERS = 60;

  /// The bit of a breaker's last byte.
  public static final int LAST = 1 << 31;

  private static final int ONE = 0x3f800000;
  private static final int INFINITY = 0x7f800000;

  /// {@return how many bytes penalties of a text of so many tokens take}
  public static long bytes(long context) {
    return 8 * context;
  }

  /// {@return the table of a request}
  static DryTable of(MemorySegment request) {
    GrammarTable before = GrammarTable.of(request);
    return new DryTable(
        request, before.at() + 4 * before.words(), Mem.i32(request, SamplingHeader.DRY));
  }

  /// {@return whether each number is in its range, and breakers are bytes of which the last ends one}
  ///
  /// @param left integers that there is room for
  boolean isWellFormed(int left) {
    if (words == 0) {
      return true;
    }
    if (words < BREAKERS / 4 || words > BREAKERS / 4 + MOST_BREAKERS || words > left) {
      return false;
    }
    int last = LAST;
    for (int i = BREAKERS / 4; i < words; i++) {
      Trips.atMost(MOST_BREAKERS);
      last = Mem.i32(request, at + 4 * i);
      if ((last & ~(LAST | 255)) != 0) {
        return false;
      }
    }
    int multiplier = Mem.i32(request, at + MULTIPLIER);
    int base = Mem.i32(request, at + BASE);
    return last < 0
        && multiplier > 0
        && multiplier < INFINITY
        && base >= ONE
        && base < INFINITY
        && Mem.i32(request, at + ALLOWED_LENGTH) >= 0
        && Mem.i32(request, at + LAST_N) > 0;
  }

  /// {@return where breakers end, however many the table has}
  int end() {
    return at + 4 * Math.min(words, BREAKERS / 4 + MOST_BREAKERS);
  }
}
