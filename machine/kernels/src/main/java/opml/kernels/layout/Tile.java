package opml.kernels.layout;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// Some of the rows that a language model works on: one row for each token, or for each choice of one. How many rows
/// there are in all is not known before the run, so a model has tiles for as many as there may be, and a tile behind
/// the last row has nothing to do.
///
/// A control slot is 32-bit integers, of which [#TOKENS] counts the rows of tokens, [#CHOICES] those of choices,
/// [#POSITION] is the position of the first token in its text, and [#CHOOSING] the row of the token behind which the
/// first choice is.
///
/// @param data the control slot
/// @param counter which of its integers counts the rows
/// @param first number of the tile's first row
/// @param rows that the tile has at most
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the operators
public record Tile(MemorySegment data, int counter, int first, int rows) {
  public static final int TOKENS = 0;
  public static final int CHOICES = 1;
  public static final int POSITION = 2;
  public static final int CHOOSING = 3;

  /// Integers of a control slot.
  public static final int CONTROL = 4;

  /// {@return how many rows the tile has, 0 to `rows`, whatever the control slot holds}
  public int count() {
    int all = Mem.i32(data, 4 * counter);
    return Math.min(Math.max(all, first) - first, rows);
  }

  /// {@return the row of the token behind which the tile's first choice is}
  public int choosing() {
    return Mem.i32(data, 4 * CHOOSING) + first;
  }

  /// {@return the position in the text of the tile's first token}
  public int position() {
    return Mem.i32(data, 4 * POSITION) + first;
  }
}
