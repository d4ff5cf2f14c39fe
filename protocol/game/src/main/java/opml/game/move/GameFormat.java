package opml.game.move;

/// How wide and how deep games are: how many assertions a list may have, and how many levels of trace lie between a
/// claim and one instruction.
///
/// The protocol has one format, [#PROTOCOL]; everything here works for any other, so that tests can try every move of a
/// small one.
///
/// @param arity the most parts of a list, at least 2
/// @param levels how many levels there are, at least 1; the last is executed, the others are refined
public record GameFormat(int arity, int levels) {
  /// Sixteen assertions a move; a level of graph nodes and one of instructions.
  public static final GameFormat PROTOCOL = new GameFormat(16, 2);

  public GameFormat {
    if (arity < 2 || levels < 1) {
      throw new IllegalArgumentException(
          "no game has arity " + arity + " and " + levels + " levels");
    }
  }

  /// {@return how the steps of an interval of this length are divided}
  public Partition partition(long length) {
    return Partition.of(length, arity);
  }

  /// {@return whether a single step of this level is executed, not refined}
  public boolean isLast(int level) {
    return level == levels - 1;
  }

  /// {@return the most moves of a game, challenge included, if the trace of level `i` has at most `lengths[i]` steps}
  ///
  /// Each level takes ⌈log_arity length⌉ lists, at least one, to come down to single steps; the last move executes.
  public long movesAtMost(long... lengths) {
    if (lengths.length != levels) {
      throw new IllegalArgumentException(lengths.length + " lengths for " + levels + " levels");
    }
    long moves = 1;
    for (long length : lengths) {
      long lists = 1;
      for (long left = length; left > arity; left = (left + arity - 1) / arity) {
        lists++;
      }
      moves += lists;
    }
    return moves;
  }
}
