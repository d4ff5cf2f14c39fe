package opml.twins.call;

import java.util.Arrays;

/// `move.b4`, and `gather.b1` and `gather.b4`, whose y is without gaps: six loops, and the ways that they take.
///
/// @param bytes of an element
/// @param loops how often each turns, the outermost first
/// @param x the element where x begins, and by how many elements each loop goes on
/// @param other the same of y, or of the indices
/// @param places that an index chooses from; 0 of a move
/// @param step elements from one place to the next
public record MoveCall(int bytes, int[] loops, int[] x, int[] other, int places, int step)
    implements TwinCall {
  private static final int LOOPS = 6;

  @SuppressWarnings("ArrayRecordComponent") // made here, and changed by nobody
  public MoveCall {}

  public static MoveCall move(long[] s) {
    return new MoveCall(4, ints(s, 0, LOOPS), ints(s, 6, 7), ints(s, 13, 7), 0, 0);
  }

  /// @param bytes of an element
  public static MoveCall gather(int bytes, long[] s) {
    int[] loops = ints(s, 0, LOOPS);
    return new MoveCall(bytes, loops, ints(s, 6, 7), ints(s, 13, 7), (int) s[20], (int) s[21]);
  }

  private static int[] ints(long[] s, int from, int count) {
    return Arrays.stream(s, from, from + count).mapToInt(value -> (int) value).toArray();
  }

  @Override
  public long[] extents() {
    long values = extent(bytes, x, places == 0 ? 1 : places, step);
    return places == 0
        ? new long[] {values, extent(bytes, other, 1, 0)}
        : new long[] {values, extent(8, other, 1, 0), Extent.dense(bytes, loops)};
  }

  private long extent(int width, int[] route, int more, int by) {
    int[] pairs = new int[2 * LOOPS + 4];
    for (int i = 0; i < LOOPS; i++) {
      pairs[2 * i] = loops[i];
      pairs[2 * i + 1] = route[i + 1];
    }
    pairs[2 * LOOPS] = 2;
    pairs[2 * LOOPS + 1] = route[0];
    pairs[2 * LOOPS + 2] = more;
    pairs[2 * LOOPS + 3] = by;
    return Extent.of(width, pairs);
  }
}
