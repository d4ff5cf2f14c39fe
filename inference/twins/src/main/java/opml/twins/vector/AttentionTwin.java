package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.layout.Heads;
import opml.kernels.memory.Mem;
import opml.twins.tile.FloatTile;
import org.jspecify.annotations.Nullable;

/// `attention`, as two products for the heads that share keys and values: of some tokens' queries with a block of keys
/// at a time, and of the weights that become of these scores with a block of values. So a block is widened and packed
/// once for all of the queries.
///
/// A block is a chunk of a DOT over positions, and begins where that does. What a token does not attend to is computed
/// beside it and not used: a lane is a position in the first product and an element of a head in the second, in which
/// a row takes what its neighbours do not attend to by itself.
final class AttentionTwin extends TokenTwin {
  /// Rows of a tile.
  private static final int ROWS = 6;

  /// Positions of a block.
  private static final int BLOCK = Sums.CHUNK;

  /// Floats beside each other in a tile: positions, or elements of a head.
  private static final int STRIP = 2 * COUNT;

  /// Where the positions of a row are cut: whole strips, and whole rounds of accumulators.
  private static final int ROUND = Math.max(STRIP, LaneSums.COUNT);

  /// Room for scores, in floats, where they are not fewer: they should stay in a cache.
  private static final long SCORES = 1L << 19;

  /// Units there should be, for so many threads.
  private static final int UNITS = 32;

  /// Rows of a unit for which it is worth to pack keys and values.
  private static final int WORTH = 16;

  private final int kType;
  private final int vType;
  private final int kWidth;
  private final int vWidth;
  private final int at;
  private final Heads heads;
  private final int positions;
  private final int window;
  private final float scale;

  /// The innermost loop as machine code, if there is one.
  private final @Nullable FloatTile machine;

  /// Parts of a head of keys' work, by rows.
  private final int parts;

  private final long room;

  // the scratch memory, in bytes
  private final long queries;
  private final long sums;
  private final long outputs;
  private final long packed;
  private final long line;
  private final long weights;
  private final long chunk;
  private final long scores;

  private AttentionTwin(
      long[] s,
      Heads heads,
      int parts,
      List<Optional<Constant>> constants,
      Optional<FloatTile> machine) {
    super("attention", s, groups(heads) * parts, constants);
    this.kType = (int) s[3];
    this.kWidth = (int) s[4];
    this.vType = (int) s[5];
    this.vWidth = (int) s[6];
    this.at = (int) s[7];
    this.heads = heads;
    this.positions = (int) s[13];
    this.window = (int) s[14];
    this.scale = Float.intBitsToFloat((int) s[15]);
    this.parts = parts;
    this.machine = machine.orElse(null);
    int most = padded(Math.ceilDiv((int) s[2], parts) * Math.min(heads.shared(), heads.count()));
    long row = row(BLOCK + positions);
    int least = padded(Math.min(heads.shared(), heads.count()));
    this.room = Math.min(most * row, Math.max(least * row, SCORES));
    long rowOfHead = 4L * heads.width();
    this.queries = Lanes.aligned(4L * LaneSums.COUNT + BYTES);
    this.sums = queries + Math.max(most, COUNT) * rowOfHead;
    this.outputs = Lanes.aligned(sums + 4L * most);
    this.packed = outputs + most * rowOfHead;
    this.line = packed + BLOCK * rowOfHead;
    this.weights = line + (long) Math.max(STRIP, Tiles.VECTORS) * Tiles.APART;
    this.chunk = weights + 4L * ROWS * BLOCK;
    this.scores = Lanes.aligned(chunk + Math.max(ROWS * rowOfHead, Tiles.SIZE));
  }

  /// @param machine a tile of our vectors as machine code, if there is one
  static Optional<PreparedKernel> prepare(
      long[] s, List<Optional<Constant>> constants, Optional<FloatTile> machine) {
    boolean small = true;
    for (int i = 3; i < 15; i++) {
      small &= s[i] >= 0 && s[i] <= Integer.MAX_VALUE;
    }
    float scale = Float.intBitsToFloat((int) s[15]);
    boolean scales = scale > 0f && scale < Float.POSITIVE_INFINITY;
    if (!small || !scales || s[9] < 1 || s[11] < 1 || s[8] + s[9] > s[10] || s[13] < 1) {
      return Optional.empty();
    }
    Heads heads = new Heads((int) s[8], (int) s[9], (int) s[10], (int) s[11], (int) s[12]);
    long reach = ((s[8] + s[9] - 1) / s[11] + 1) * s[12];
    boolean fits =
        heads.width() <= Sums.CHUNK
            && heads.width() % STRIP == 0
            && HeadRows.fit((int) s[3], heads.width(), reach, s[4])
            && HeadRows.fit((int) s[5], heads.width(), reach, s[6])
            && isOrdinary(
                s,
                floats(s[7] + s[2], s[10], s[12]),
                HeadRows.bytes((int) s[3], (int) s[4]) * s[13],
                HeadRows.bytes((int) s[5], (int) s[6]) * s[13]);
    if (!fits) {
      return Optional.empty();
    }
    int parts = Math.clamp(UNITS / groups(heads), 1, Math.max(1, (int) s[2] / WORTH));
    return Optional.of(new AttentionTwin(s, heads, parts, constants, machine));
  }

  /// {@return how many heads of keys and values take part}
  private static int groups(Heads heads) {
    int last = heads.from() + heads.count() - 1;
    return last / heads.shared() - heads.from() / heads.shared() + 1;
  }

  private static int padded(int rows) {
    return Math.ceilDiv(rows, ROWS) * ROWS;
  }

  /// {@return floats from one row of scores to the next; not a power of two, else rows would share lines of a cache}
  private static long row(int span) {
    return (long) Math.ceilDiv(span, ROUND) * ROUND + ROUND;
  }

  @Override
  public long scratchBytes() {
    return scores + 4 * room;
  }

  @Override
  void work(MemorySegment[] segments, MemorySegment scratch, int count, int from, int to) {
    int position = position(segments);
    long end = position + (long) count;
    if (position < 0 || end > positions) {
      throw new IndexOutOfBoundsException(
          "positions from %d to %d of %d".formatted(position, end, positions));
    }
    long bytes = 4L * (at + count) * heads.all() * heads.width();
    require(operand(segments, 1), bytes);
    require(operand(segments, 2), HeadRows.bytes(kType, kWidth) * end);
    require(operand(segments, 3), HeadRows.bytes(vType, vWidth) * end);
    require(operand(segments, 4), 4 * end);
    require(operand(segments, 5), bytes);
    for (int unit = from; unit < to; unit++) {
      int group = heads.from() / heads.shared() + unit / parts;
      int part = unit % parts;
      int row = Math.ceilDiv(part * count, parts);
      int behind = Math.ceilDiv((part + 1) * count, parts);
      while (row < behind) {
        int some = together(position, row, behind, group);
        attend(segments, scratch, group, position, row, some);
        row += some;
      }
    }
  }

  /// {@return of how many rows there is room for the scores}
  private int together(int position, int row, int behind, int group) {
    int some = behind - row;
    while (some > 1 && padded(some * heads(group)) * row(span(position, row, some)) > room) {
      some = (some + 1) / 2;
    }
    return some;
  }

  private int firstHead(int group) {
    return Math.max(heads.from(), group * heads.shared());
  }

  private int heads(int group) {
    int end = Math.min(heads.from() + heads.count(), (group + 1) * heads.shared());
    return end - firstHead(group);
  }

  /// {@return the first position that one attends to}
  private int least(int last) {
    return window == 0 ? 0 : Math.max(0, last - window + 1);
  }

  private int base(int position, int row) {
    return least(position + row) / BLOCK * BLOCK;
  }

  /// {@return positions from the first block's beginning to the last that one of the rows attends to}
  private int span(int position, int row, int some) {
    return position + row + some - base(position, row);
  }

  /// Some rows, and all heads of a group.
  private void attend(
      MemorySegment[] segments, MemorySegment scratch, int group, int position, int row, int some) {
    int m = some * heads(group);
    boolean few = m <= COUNT;
    packQueries(operand(segments, 1), scratch, group, row, m, few ? COUNT : ROWS);
    int base = base(position, row);
    int span = span(position, row, some);
    long stride = 4 * row(span);
    int last = position + row;
    for (int block = 0; block < span; block += BLOCK) {
      int columns = Math.min(BLOCK, span - block);
      long kAt = HeadRows.bytes(kType, kWidth) * (base + block);
      if (few) {
        multiplyKeys(operand(segments, 2), kAt, scratch, m, group, block, columns, stride);
      } else {
        packKeys(operand(segments, 2), kAt, group, columns, scratch);
        multiplyKeys(scratch, m, group, block, columns, last - base, stride);
      }
    }
    for (int i = 0; i < m; i++) {
      int mine = last + i / heads(group);
      weigh(scratch, scores + i * stride, least(mine) - base, mine - base, sums + 4L * i);
    }
    for (int block = 0; block < span; block += BLOCK) {
      int columns = Math.min(BLOCK, span - block);
      long vAt = HeadRows.bytes(vType, vWidth) * (base + block);
      packValues(operand(segments, 3), vAt, group, columns, scratch);
      for (int tile = 0; tile < m; tile += ROWS) {
        mix(scratch, tile, Math.min(ROWS, m - tile), group, last, base, block, stride);
      }
    }
    MemorySegment y = operand(segments, 5);
    for (int i = 0; i < m; i++) {
      float sum = Mem.f32(scratch, sums + 4L * i);
      long from = outputs + 4L * i * heads.width();
      divide(scratch, from, sum, y, place(group, row, i), heads.width() / COUNT);
    }
  }

  /// {@return where a query is, and what becomes of it}
  private long place(int group, int row, int i) {
    int token = row + i / heads(group);
    int head = firstHead(group) + i % heads(group);
    return 4L * ((at + token) * heads.all() + head) * heads.width();
  }

  /// @param beside queries of which the elements with the same number are beside each other
  private void packQueries(
      MemorySegment q, MemorySegment to, int group, int row, int m, int beside) {
    int width = heads.width();
    long step = 4L * beside;
    for (int i = 0; i < Math.ceilDiv(m, beside) * beside; i++) {
      long toAt = queries + 4L * (i / beside * beside * width + i % beside);
      if (i < m) {
        Rows.move(q, place(group, row, i), 4, to, toAt, step, width);
      } else {
        for (int d = 0; d < width; d++) {
          Mem.putI32(to, toAt + step * d, 0);
        }
      }
    }
  }

  /// Scores of a block for as many queries as a vector has lanes at most: keys need not be packed where a lane is a
  /// query.
  private void multiplyKeys(
      MemorySegment k,
      long at,
      MemorySegment scratch,
      int m,
      int group,
      int block,
      int columns,
      long stride) {
    int width = heads.width();
    long rowBytes = HeadRows.bytes(kType, kWidth);
    for (int j = 0; j < columns; j += Tiles.VECTORS) {
      int some = Math.min(Tiles.VECTORS, columns - j);
      HeadRows.widen(
          k,
          kType,
          at + j * rowBytes,
          rowBytes,
          group * width,
          width,
          scratch,
          line,
          Tiles.APART,
          some);
      Tiles.twelveRows(scratch, line, scratch, queries, width, scratch, chunk);
      for (int i = 0; i < m; i++) {
        long to = scores + i * stride + 4L * (block + j);
        Rows.move(scratch, chunk + 4L * i, BYTES, scratch, to, 4, some);
      }
    }
  }

  /// Strips of positions, those of one element beside each other.
  private void packKeys(MemorySegment k, long at, int group, int columns, MemorySegment to) {
    int width = heads.width();
    long rowBytes = HeadRows.bytes(kType, kWidth);
    for (int j = 0; j < columns; j += STRIP) {
      int some = Math.min(STRIP, columns - j);
      HeadRows.widen(
          k, kType, at + j * rowBytes, rowBytes, group * width, width, to, line, Tiles.APART, some);
      HeadRows.transpose(to, line, width, packed + 4L * j * width);
    }
  }

  /// Strips of elements, those of one position beside each other.
  private void packValues(MemorySegment v, long at, int group, int columns, MemorySegment to) {
    int width = heads.width();
    long rowBytes = HeadRows.bytes(vType, vWidth);
    for (int j = 0; j < columns; j += STRIP) {
      int some = Math.min(STRIP, columns - j);
      long row = at + j * rowBytes;
      for (int d = 0; d < width; d += STRIP) {
        long strip = packed + 4L * BLOCK * d + 4L * STRIP * j;
        HeadRows.widenStrip(v, vType, row, rowBytes, group * width + d, to, strip, some);
      }
    }
  }

  /// Scores of a block, but for those of positions behind a tile's last.
  ///
  /// @param last the first row's, from the first block's beginning on
  private void multiplyKeys(
      MemorySegment scratch, int m, int group, int block, int columns, int last, long stride) {
    int width = heads.width();
    for (int j = 0; j < columns; j += STRIP) {
      for (int tile = 0; tile < m; tile += ROWS) {
        int mostOfTile = last + Math.min(m - 1, tile + ROWS - 1) / heads(group);
        if (block + j <= mostOfTile) {
          six(
              scratch,
              queries + 4L * tile * width,
              packed + 4L * j * width,
              width,
              scores + tile * stride + 4L * (block + j),
              stride);
        }
      }
    }
  }

  /// Scores become weights, and their SUM is written. What is beside them, in the first round and in the last, becomes
  /// zeros, which add nothing to a sum.
  private void weigh(MemorySegment scratch, long row, int least, int last, long sumAt) {
    int begin = least / ROUND * ROUND;
    int end = (last / ROUND + 1) * ROUND;
    Rows.fill(scratch, row + 4L * begin, Float.NEGATIVE_INFINITY, least - begin);
    Rows.fill(scratch, row + 4L * (last + 1), Float.NEGATIVE_INFINITY, end - last - 1);
    long from = row + 4L * begin;
    int vectors = (end - begin) / COUNT;
    greatest(scratch, from, scale, vectors / 2);
    float most = Float.NEGATIVE_INFINITY;
    for (int lane = 0; lane < COUNT; lane++) {
      most = Math.max(most, Mem.f32(scratch, 4L * lane));
    }
    Exponential.exp(scratch, from, scale, most, scratch, from, vectors);
    Mem.putF32(scratch, sumAt, LaneSums.sum(scratch, from, end - begin, scratch));
  }

  /// Writes the greatest of each lane, times a factor.
  private static void greatest(MemorySegment scratch, long at, float factor, int pairs) {
    if (scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector a = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    FloatVector b = a;
    for (int i = 0; i < pairs; i++) {
      long place = at + i * (2L * BYTES);
      a = a.max(FloatVector.fromMemorySegment(FLOATS, scratch, place, ORDER).mul(factor));
      b = b.max(FloatVector.fromMemorySegment(FLOATS, scratch, place + BYTES, ORDER).mul(factor));
    }
    a.max(b).intoMemorySegment(scratch, 0, ORDER);
  }

  /// A block's chunk of the outputs of a tile's rows.
  private void mix(
      MemorySegment scratch,
      int tile,
      int rows,
      int group,
      int last,
      int base,
      int block,
      long stride) {
    int width = heads.width();
    int shared = heads(group);
    int low = last + tile / shared;
    int high = last + (tile + rows - 1) / shared;
    if (block > high - base || block + BLOCK <= least(low) - base) {
      return;
    }
    // What all rows attend to, if they begin together.
    int begin = Math.max(block, least(low) - base);
    boolean together = begin == Math.max(block, least(high) - base);
    int common = together ? Math.max(0, Math.min(block + BLOCK - 1, low - base) - begin + 1) : 0;
    if (common > 0) {
      mixTile(scratch, tile, begin, common, begin - block, stride);
    }
    for (int i = 0; i < rows; i++) {
      int mine = last + (tile + i) / shared;
      int first = Math.max(block, least(mine) - base);
      int end = Math.min(block + BLOCK, mine - base + 1);
      long to = chunk + 4L * i * width;
      if (common == 0) {
        Rows.fill(scratch, to, 0f, width);
      }
      if (first + common < end) {
        long w = scores + (tile + i) * stride;
        mixRow(scratch, w, first + common, end, block, to);
      }
      long sum = outputs + 4L * (tile + i) * width;
      if (first == Math.max(0, least(mine) - base)) {
        Rows.copy(scratch, to, scratch, sum, width);
      } else if (first < end) {
        Sums.add(scratch, sum, scratch, to, width / COUNT);
      }
    }
  }

  /// @param skipped positions of the block
  private void mixTile(
      MemorySegment scratch, int tile, int begin, int common, int skipped, long stride) {
    int width = heads.width();
    for (int i = 0; i < ROWS; i++) {
      long from = scores + (tile + i) * stride + 4L * begin;
      Rows.interleave(scratch, from, 4, scratch, weights + 4L * i, common);
    }
    for (int d = 0; d < width; d += STRIP) {
      long values = packed + 4L * BLOCK * d + 4L * STRIP * skipped;
      six(scratch, weights, values, common, chunk + 4L * d, 4L * width);
    }
  }

  /// Where there is machine code, this loop is the only one left that would need [Tiles#six], and HotSpot, which then
  /// sees it late, at times leaves an fma in it a call.
  private void six(MemorySegment scratch, long a, long b, int count, long out, long outRow) {
    if (machine == null) {
      Tiles.six(scratch, a, scratch, b, count, scratch, out, outRow);
    } else {
      machine.packed(scratch, a, scratch, b, count, ROWS, scratch, out, outRow);
    }
  }

  /// Goes on with a row's chains.
  private void mixRow(MemorySegment scratch, long w, int from, int end, int block, long to) {
    for (int j = from; j < end; j++) {
      float weight = Mem.f32(scratch, w + 4L * j);
      for (int d = 0; d < heads.width(); d += STRIP) {
        long value = packed + 4L * BLOCK * d + 4L * STRIP * (j - block);
        goOn(scratch, weight, value, to + 4L * d);
      }
    }
  }

  private static void goOn(MemorySegment scratch, float weight, long value, long to) {
    if (scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector w = FloatVector.broadcast(FLOATS, weight);
    w.fma(
            FloatVector.fromMemorySegment(FLOATS, scratch, value, ORDER),
            FloatVector.fromMemorySegment(FLOATS, scratch, to, ORDER))
        .intoMemorySegment(scratch, to, ORDER);
    w.fma(
            FloatVector.fromMemorySegment(FLOATS, scratch, value + BYTES, ORDER),
            FloatVector.fromMemorySegment(FLOATS, scratch, to + BYTES, ORDER))
        .intoMemorySegment(scratch, to + BYTES, ORDER);
  }

  /// The +0 to which a DOT adds its chunks comes last, as in [Sums].
  private static void divide(
      MemorySegment from, long at, float by, MemorySegment y, long yAt, int vectors) {
    if (from.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      FloatVector share =
          FloatVector.fromMemorySegment(FLOATS, from, at + (long) i * BYTES, ORDER).add(0f).div(by);
      share
          .blend(Lanes.NAN, share.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }
}
