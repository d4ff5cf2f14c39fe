package opml.twins.vector;

import java.util.ArrayList;
import java.util.List;

/// The loops of a move, where those that continue each other are one: some outer ones, whose turns are `outer`, one of
/// rows, and one along a row.
///
/// @param dims how often the outer loops turn, the outermost first
/// @param rows how often the second last turns
/// @param length how often the last turns
record MergedMove(List<Integer> dims, int outer, int rows, int length, Way x, Way y) {
  MergedMove {
    dims = List.copyOf(dims);
  }

  /// The way through a tensor, in elements.
  ///
  /// @param outer by which the outer loops go on
  record Way(long from, List<Integer> outer, int row, int step) {
    Way {
      outer = List.copyOf(outer);
    }

    /// {@return the element where a turn of the outer loops begins}
    long start(int turn, MergedMove move) {
      long at = from;
      int left = turn;
      for (int i = outer.size() - 1; i >= 0; i--) {
        int dim = move.dims.get(i);
        at += (long) (left % dim) * outer.get(i);
        left /= dim;
      }
      return at;
    }
  }

  /// A loop, and by how many elements it goes on.
  private record Loop(int turns, int x, int y) {
    boolean continues(Loop inner) {
      return x == (long) inner.x * inner.turns && y == (long) inner.y * inner.turns;
    }
  }

  /// @param loops how often each turns, the outermost first
  /// @param x where the first tensor begins, and by how many elements each loop goes on
  /// @param y likewise
  /// @param inAnyOrder whether the loops may change places
  static MergedMove of(int[] loops, int[] x, int[] y, boolean inAnyOrder) {
    List<Loop> merged = new ArrayList<>();
    for (int i = 0; i < loops.length; i++) {
      Loop loop = new Loop(loops[i], x[i + 1], y[i + 1]);
      if (loop.turns == 1) {
        continue;
      }
      if (!merged.isEmpty() && merged.getLast().continues(loop)) {
        Loop outer = merged.removeLast();
        loop = new Loop(outer.turns * loop.turns, loop.x, loop.y);
      }
      merged.add(loop);
    }
    // Where x lies along another loop than y does, that one passes beside the last.
    if (inAnyOrder && merged.size() > 1 && merged.getLast().x != 1) {
      for (int i = 0; i < merged.size() - 1; i++) {
        if (merged.get(i).x == 1) {
          merged.add(merged.size() - 1, merged.remove(i));
          break;
        }
      }
    }
    while (merged.size() < 2) {
      merged.addFirst(new Loop(1, 0, 0));
    }
    Loop last = merged.removeLast();
    Loop row = merged.removeLast();
    return new MergedMove(
        merged.stream().map(Loop::turns).toList(),
        merged.stream().mapToInt(Loop::turns).reduce(1, Math::multiplyExact),
        row.turns,
        last.turns,
        new Way(x[0], merged.stream().map(Loop::x).toList(), row.x, last.x),
        new Way(y[0], merged.stream().map(Loop::y).toList(), row.y, last.y));
  }

  /// {@return how many elements are moved}
  long count() {
    return (long) outer * rows * length;
  }
}
