package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// An automaton over the bytes of texts, as a request has it: `spec/numerics.md` (Grammars). It is a function of any
/// integers whatever: what is not as it should be leads nowhere.
///
/// A place is where a text has come to: the number of the entry at which its state begins, 64 times, and the number of
/// returns that are kept beside it; or [#NOWHERE].
///
/// @param request with a header that is as it should be
/// @param at where the table begins, in bytes
/// @param words entries of it; 0 if nothing is asked for
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public record GrammarTable(MemorySegment request, int at, int words) {
  /// Returns that are kept, at most.
  public static final int DEPTH = 32;

  /// Entries that are looked at for a byte, at most.
  public static final int MOST_ENTRIES = 128;

  /// The place of a text that is none of the grammar's.
  public static final int NOWHERE = -1;

  /// The place of a text of which nothing was written yet.
  public static final int BEGIN = 0;

  /// What is asked for in place of a byte: whether the text may end.
  public static final int NO_BYTE = 256;

  /// The bit of an entry that is the last of its state.
  public static final int LAST = 1 << 31;

  /// The bit of one behind which it stands where to go on once the called state's text is at its end.
  public static final int CALL = 1 << 30;

  /// The last entry of a state at which a text may end, or one that was called.
  public static final int END = LAST | 1;

  /// Bits of an entry before the number of the next state.
  public static final int TARGET = 16;

  /// The greatest number of entries that states have numbers in.
  public static final int MOST_WORDS = 1 << 30 - TARGET;

  /// Bytes of a place and its returns.
  public static final int BYTES = 4 + 4 * DEPTH;

  /// {@return the table of a well-formed request}
  static GrammarTable of(MemorySegment request) {
    int biases = SamplingHeader.BIAS * Mem.i32(request, SamplingHeader.BIASES);
    return new GrammarTable(
        request, SamplingHeader.biases(request) + biases, Mem.i32(request, SamplingHeader.GRAMMAR));
  }

  /// {@return the place behind one more byte}
  ///
  /// @param returns the place's returns, which become those of the next one
  /// @param from where they begin, in bytes
  /// @param b 0 to 255; or [#NO_BYTE], to which the answer is [#NOWHERE] if the text may not end here
  public int next(MemorySegment returns, int from, int place, int b) {
    int entry = place >> 6;
    int height = place & 63;
    int next = NOWHERE;
    boolean sought = place >= 0;
    for (int i = 0; i < MOST_ENTRIES; i++) {
      if (!sought || entry < 0 || entry >= words) {
        break;
      }
      int word = Mem.i32(request, at + 4 * entry);
      int low = word & 255;
      int high = word >> 8 & 255;
      int target = word >> TARGET & MOST_WORDS - 1;
      boolean calls = (word & CALL) != 0;
      if (low <= b && b <= high) {
        if (!calls) {
          next = target << 6 | height;
          sought = false;
        } else if (height < DEPTH && entry + 1 < words) {
          Mem.putI32(returns, from + 4 * height, Mem.i32(request, at + 4 * entry + 4));
          height++;
          entry = target;
        } else {
          sought = false;
        }
      } else if (word >= 0) {
        entry += calls ? 2 : 1;
      } else if (low <= high) {
        sought = false;
      } else if (height > 0) {
        height--;
        entry = Mem.i32(returns, from + 4 * height);
      } else {
        next = b == NO_BYTE ? BEGIN : NOWHERE;
        sought = false;
      }
    }
    return next;
  }
}
