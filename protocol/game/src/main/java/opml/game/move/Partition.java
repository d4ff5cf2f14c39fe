package opml.game.move;

/// How the steps of an interval are divided: part `j` has the steps `bound(j)` to `bound(j+1) - 1`, counted from the
/// interval's first. No part is empty, and no two differ by more than one step.
///
/// @param length how many steps are divided, at most 2^48
/// @param parts into how many parts, 1 to `length`
public record Partition(long length, int parts) {
  /// Beyond this a bound could overflow; the protocol's longest trace has 2^40 steps.
  static final long MAX_LENGTH = 1L << 48;

  /// No format has more parts.
  private static final int MAX_PARTS = 1 << 14;

  public Partition {
    if (length > MAX_LENGTH || parts < 1 || parts > Math.min(length, MAX_PARTS)) {
      throw new IllegalArgumentException(
          "no partition of " + length + " steps has " + parts + " parts");
    }
  }

  /// {@return the partition of `length` steps into min(arity, length) parts}
  public static Partition of(long length, int arity) {
    return new Partition(length, (int) Math.min(arity, length));
  }

  /// {@return ⌊j·length/parts⌋, for j from 0 to `parts`}
  public long bound(int j) {
    if (j < 0 || j > parts) {
      throw new IndexOutOfBoundsException("no bound " + j + " of " + parts + " parts");
    }
    return j * length / parts;
  }
}
