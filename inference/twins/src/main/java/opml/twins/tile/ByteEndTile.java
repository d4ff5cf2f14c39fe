package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// Ends sums of 8-bit products: `saturate(roundHalfEven((sum + bias) · multiplier / 2^shift) + zero)`, 16 sums of a
/// channel at a time, in doubles. All is exact: multiplier / 2^shift is a double, and a fused multiply-add to 1.5 ·
/// 2^52, where doubles are the integers, rounds the product once, half to even. Beyond ±2^51 it may round to others,
/// but in order, and they are saturated.
///
/// What a call needs of its channels is written into a table before: [#begin], then [#channel] for each.
public final class ByteEndTile {
  /// Sums of a vector.
  public static final int LANES = 16;

  // the table
  static final int MAGIC = 0;
  static final int LEAST = 8;
  static final int MOST = 16;
  static final int ZERO = 24;
  static final int LAST = 32;
  static final int LOW_HALVES = 64;
  static final int CHANNELS = 128;
  static final int FACTOR = 0;
  static final int BIAS = 8;
  static final int CHANNEL_BYTES = 16;

  /// 1.5 · 2^52; the lower half of its bits is 0.
  private static final double INTEGERS = 0x1.8p52;

  private static final int EXPONENT_BIAS = 1023;
  private static final int FRACTION_BITS = 52;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfDouble F64 =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ORDER);

  private final TileCode code;

  ByteEndTile(TileCode code) {
    this.code = code;
  }

  /// {@return bytes of a table of so many channels}
  public static long tableBytes(int channels) {
    return CHANNELS + (long) CHANNEL_BYTES * channels;
  }

  /// Writes what all channels have in common.
  ///
  /// @param zero of the output
  /// @param unsigned whether outputs are
  public static void begin(MemorySegment table, long tableAt, int zero, boolean unsigned) {
    double least = unsigned ? 0 : Byte.MIN_VALUE;
    double most = unsigned ? 255 : Byte.MAX_VALUE;
    table.set(F64, tableAt + MAGIC, INTEGERS);
    table.set(F64, tableAt + LEAST, INTEGERS + (least - zero));
    table.set(F64, tableAt + MOST, INTEGERS + (most - zero));
    table.set(I32, tableAt + ZERO, zero);
    for (int lane = 0; lane < LANES; lane++) {
      table.set(I32, tableAt + LOW_HALVES + (long) Integer.BYTES * lane, 2 * lane);
    }
  }

  /// Writes what a channel has for itself.
  ///
  /// @param multiplier in 0..2^31-1
  /// @param shift in 1..62
  /// @param bias added to its sums, modulo 2^32
  public static void channel(
      MemorySegment table, long tableAt, int channel, int multiplier, int shift, int bias) {
    long at = tableAt + CHANNELS + (long) CHANNEL_BYTES * channel;
    table.set(F64, at + FACTOR, factor(multiplier, shift));
    table.set(I32, at + BIAS, bias);
  }

  /// Makes one of the channels the first.
  public static void next(MemorySegment table, long tableAt, int channel) {
    long at = tableAt + CHANNELS;
    MemorySegment.copy(table, at + (long) CHANNEL_BYTES * channel, table, at, CHANNEL_BYTES);
  }

  /// {@return `multiplier / 2^shift`}
  static double factor(int multiplier, int shift) {
    return multiplier * Double.longBitsToDouble((long) (EXPONENT_BIAS - shift) << FRACTION_BITS);
  }

  /// Writes the outputs of rows of sums, each of a channel.
  ///
  /// @param table as [#begin] and [#channel] have written it for as many channels as there are rows; changed by the
  ///     call
  /// @param sumsRow bytes from one row of sums to the next
  /// @param yRow bytes from one row of outputs to the next
  /// @param count of a row, at least [#LANES]
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  public void run(
      MemorySegment table,
      long tableAt,
      MemorySegment sums,
      long sumsAt,
      long sumsRow,
      MemorySegment y,
      long yAt,
      long yRow,
      int count,
      int rows) {
    if (count < LANES || rows < 1) {
      throw new IllegalArgumentException("no tile of %d rows of %d".formatted(rows, count));
    }
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    Objects.checkFromIndexSize(tableAt, tableBytes(rows), table.byteSize());
    Places.check(sums, sumsAt, sumsRow, (long) Integer.BYTES * count, rows);
    Places.check(y, yAt, yRow, count, rows);
    Places.checkWritable(y);
    // The last vector of a row that no vector ends with it is one of which some are done already.
    table.set(I64, tableAt + LAST, count % LANES == 0 ? -1 : count - LANES);
    int whole = count / LANES;
    code.call(table, tableAt, sums, sumsAt, sumsRow, y, yAt, yRow, whole, rows, 0);
  }
}
