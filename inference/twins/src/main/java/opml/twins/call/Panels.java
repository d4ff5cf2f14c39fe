package opml.twins.call;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import opml.engine.run.Constant;
import opml.engine.tensor.OutsideMemory;
import opml.kernels.memory.Mem;
import org.jspecify.annotations.Nullable;

/// The panels of a weight that a call reaches, each of some rows, and where their outputs go. Panels are those of the
/// whole weight, so that calls of other outputs have the same.
///
/// Those of a weight that may not stay in memory are packed anew whenever they are needed, in memory that the caller
/// lends.
public final class Panels {
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// All bits of two floats but their signs.
  private static final long MAGNITUDES = 0x7FFF_FFFF_7FFF_FFFFL;

  /// What makes a NaN's magnitude, and no other, reach the sign.
  private static final long BEYOND_INFINITY = 0x007F_FFFF_007F_FFFFL;

  private final LinearCall call;
  private final Constant w;
  private final Packing packing;
  private final int rows;
  private final int bytes; // of a panel

  /// All of them; null if they do not stay.
  private final @Nullable MemorySegment packed;

  private Panels(
      LinearCall call,
      Constant w,
      Packing packing,
      int rows,
      int bytes,
      @Nullable MemorySegment packed) {
    this.call = call;
    this.w = w;
    this.packing = packing;
    this.rows = rows;
    this.bytes = bytes;
    this.packed = packed;
  }

  /// Packs the rows of a panel, as a file has them; those of some weights at the same time.
  @FunctionalInterface
  public interface Packing {
    void pack(byte[] file, int rows, byte[] panel);
  }

  /// {@return the panels of a weight; packed now, unless another call has done so}
  ///
  /// @param layout how panels are packed
  /// @param rows of a panel
  public static Panels of(
      LinearCall call,
      Constant w,
      Packings packings,
      Object layout,
      int rows,
      long panelBytes,
      Packing packing) {
    int rowBytes = Math.toIntExact(call.rowBytes());
    int bytes = Math.toIntExact(panelBytes);
    MemorySegment packed =
        w.isResident()
            ? packings.get(w, layout, rowBytes, () -> pack(w, rows, rowBytes, bytes, packing))
            : null;
    return new Panels(call, w, packing, rows, bytes, packed);
  }

  private static MemorySegment pack(
      Constant w, int rows, int rowBytes, int panelBytes, Packing packing) {
    long panels = Math.ceilDiv(w.byteSize() / rowBytes, rows);
    MemorySegment packed = OutsideMemory.allocate(panels * panelBytes);
    byte[] file = new byte[rows * rowBytes];
    byte[] panel = new byte[panelBytes];
    long[] at = {0};
    w.pass(
        file.length,
        block -> {
          long all = block.byteSize() / rowBytes;
          for (long first = 0; first < all; first += rows) {
            int there = (int) Math.min(rows, all - first);
            MemorySegment.copy(block, I8, first * rowBytes, file, 0, there * rowBytes);
            packing.pack(file, there, panel);
            MemorySegment.copy(panel, 0, packed, I8, at[0], panelBytes);
            at[0] += panelBytes;
          }
        });
    return packed;
  }

  /// {@return bytes of a token's results of a panel}
  public long resultBytes() {
    return (long) Float.BYTES * rows;
  }

  private int firstPanel() {
    return call.outputs().from() / rows;
  }

  /// {@return how many the call reaches}
  public int count() {
    return Math.ceilDiv(call.outputs().from() + call.outputs().count(), rows) - firstPanel();
  }

  /// {@return the bytes that a caller lends for a panel}
  public long lentBytes() {
    return packed == null ? bytes : 0;
  }

  /// {@return the memory in which panels are}
  ///
  /// @param lent memory that the caller lends
  public MemorySegment memory(MemorySegment lent) {
    return packed == null ? lent : packed;
  }

  /// {@return where a panel of the call begins, in [#memory]}; it is read and packed now, if it does not stay
  ///
  /// @param lentAt where [#lentBytes] are lent
  /// @throws opml.core.codec.MalformedException if the file was changed
  public long load(int number, MemorySegment lent, long lentAt) {
    long panel = (long) firstPanel() + number;
    if (packed != null) {
      return panel * bytes;
    }
    long rowBytes = call.rowBytes();
    int there = (int) Math.min(rows, w.byteSize() / rowBytes - panel * rows);
    byte[] file = new byte[Math.toIntExact(rows * rowBytes)];
    byte[] packedNow = new byte[bytes];
    w.read(panel * rows * rowBytes, MemorySegment.ofArray(file).asSlice(0, there * rowBytes));
    packing.pack(file, there, packedNow);
    MemorySegment.copy(packedNow, 0, lent, I8, lentAt, bytes);
    return lentAt;
  }

  /// Stores a panel's results of some tokens, with one NaN for all.
  public void store(
      int number,
      MemorySegment results,
      long resultsAt,
      int firstToken,
      int tokens,
      MemorySegment y) {
    int begin = (firstPanel() + number) * rows - call.outputs().from();
    int from = Math.max(begin, 0);
    int to = Math.min(begin + rows, call.outputs().count());
    for (int token = 0; token < tokens; token++) {
      long source = resultsAt + token * resultBytes();
      long row = (long) (firstToken + token) * call.outputs().width() + call.outputs().to();
      if (to - from < rows || !storeAll(results, source, y, Float.BYTES * (row + from))) {
        for (int i = from; i < to; i++) {
          Mem.putF32(y, Float.BYTES * (row + i), Mem.f32(results, source + 4L * (i - begin)));
        }
      }
    }
  }

  /// {@return whether none was a NaN}
  private boolean storeAll(MemorySegment results, long from, MemorySegment y, long to) {
    long signs = 0;
    int all = rows * Float.BYTES; // an int: HotSpot unrolls no other loops
    for (int i = 0; i < all; i += Long.BYTES) {
      long two = results.get(I64, from + i);
      signs |= (two & MAGNITUDES) + BEYOND_INFINITY;
      y.set(I64, to + i, two);
    }
    return (signs & ~MAGNITUDES) == 0;
  }
}
