package opml.twins.call;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import opml.engine.run.Constant;
import opml.engine.run.Residence;
import opml.engine.tensor.OutsideMemory;
import opml.kernels.memory.Mem;
import org.jspecify.annotations.Nullable;

/// The panels of a weight that a call reaches, each of some rows, and where their outputs go. Panels are those of the
/// whole weight, so that calls of other outputs have the same.
///
/// Those of a weight that does not stay in memory, or not yet ([Residence]), are packed anew when they are needed, in
/// memory that the caller lends. For many threads.
public final class Panels {
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// All bits of two floats but their signs.
  private static final long MAGNITUDES = 0x7FFF_FFFF_7FFF_FFFFL;

  /// What makes a NaN's magnitude, and no other, reach the sign.
  private static final long BEYOND_INFINITY = 0x007F_FFFF_007F_FFFFL;

  /// A panel was not used yet.
  private static final int UNUSED = 0;

  /// It was, and was forgotten.
  private static final int USED = 1;

  /// Somebody packs it to stay.
  private static final int COMING = 2;

  private static final int HERE = 3;

  /// How many there were so far.
  private static final AtomicLong COUNT = new AtomicLong();

  /// Where a thread packs panels.
  private static final ThreadLocal<Work> WORK = ThreadLocal.withInitial(Work::new);

  private final LinearCall call;
  private final Constant w;
  private final Packing packing;
  private final int rows;
  private final int bytes; // of a panel

  /// What tells these rows from those of other weights.
  private final long identity = COUNT.incrementAndGet();

  /// All of them; null if they do not stay.
  private final @Nullable MemorySegment packed;

  /// What has become of each, of those that stay when they are used again; null for others.
  private final @Nullable AtomicIntegerArray states;

  private Panels(
      LinearCall call,
      Constant w,
      Packing packing,
      int rows,
      int bytes,
      @Nullable MemorySegment packed,
      @Nullable AtomicIntegerArray states) {
    this.call = call;
    this.w = w;
    this.packing = packing;
    this.rows = rows;
    this.bytes = bytes;
    this.packed = packed;
    this.states = states;
  }

  /// How the rows of a panel are packed.
  public interface Packing {
    /// Packs rows as a file has them; those of some weights at the same time.
    void pack(byte[] file, int rows, byte[] panel);

    /// Packs all rows of a panel outside of the heap, if there is a faster way to do so.
    ///
    /// @return whether it was done
    default boolean pack(MemorySegment file, long from, MemorySegment panel, long at) {
      return false;
    }
  }

  /// What a thread packs by.
  private static final class Work {
    private static final int PIECE = 1 << 18;

    private byte[] file = new byte[0];
    private byte[] panel = new byte[0];

    /// Some rows of a weight as they are in its file.
    private MemorySegment piece = MemorySegment.NULL;

    private long owner;
    private long first;

    /// Rows are handed out once: whoever comes again has them read again.
    private long next;

    private long last;

    /// {@return where rows begin in the piece, which is read now if it does not have them}
    ///
    /// @param identity of the panels
    /// @param end behind the last row that is wanted soon
    /// @param some rows that are wanted
    long find(long identity, Constant w, int rowBytes, long row, int some, long end) {
      if (owner != identity || row < next || row + some > last) {
        long all = Math.max(some, Math.min(end - row, (long) PIECE / rowBytes / some * some));
        if (piece.byteSize() < all * rowBytes) {
          piece = Arena.ofAuto().allocate(Math.max(PIECE, all * rowBytes), Long.BYTES);
        }
        owner = 0; // if it cannot be read, nothing is there
        w.read(row * rowBytes, piece.asSlice(0, all * rowBytes));
        owner = identity;
        first = row;
        last = row + all;
      }
      next = row + some;
      return (row - first) * rowBytes;
    }

    /// Packs a panel of which some rows are there.
    void pack(
        Packing packing,
        MemorySegment from,
        long fromAt,
        int rowBytes,
        int there,
        int rows,
        MemorySegment to,
        long at,
        int bytes) {
      if (there == rows && from.isNative() && packing.pack(from, fromAt, to, at)) {
        return;
      }
      file = file.length == rows * rowBytes ? file : new byte[rows * rowBytes];
      panel = panel.length == bytes ? panel : new byte[bytes];
      MemorySegment.copy(from, I8, fromAt, file, 0, there * rowBytes);
      packing.pack(file, there, panel);
      MemorySegment.copy(panel, 0, to, I8, at, bytes);
    }
  }

  /// {@return the panels of a weight; packed now, unless another call has done so or they need not be in memory yet}
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
    int panels = Math.toIntExact(Math.ceilDiv(w.byteSize() / rowBytes, rows));
    MemorySegment packed =
        switch (w.residence()) {
          case AT_ONCE ->
              packings.get(w, layout, rowBytes, () -> pack(w, rows, rowBytes, bytes, packing));
          // Nobody shares what came in unseen: others may be about to claim by it.
          case WHEN_USED_AGAIN -> OutsideMemory.allocate((long) panels * bytes);
          case NEVER -> null;
        };
    AtomicIntegerArray states =
        w.residence() == Residence.WHEN_USED_AGAIN ? new AtomicIntegerArray(panels) : null;
    return new Panels(call, w, packing, rows, bytes, packed, states);
  }

  private static MemorySegment pack(
      Constant w, int rows, int rowBytes, int panelBytes, Packing packing) {
    long panels = Math.ceilDiv(w.byteSize() / rowBytes, rows);
    MemorySegment packed = OutsideMemory.allocate(panels * panelBytes);
    Work work = WORK.get();
    long[] at = {0};
    w.pass(
        rows * rowBytes,
        block -> {
          long all = block.byteSize() / rowBytes;
          for (long first = 0; first < all; first += rows) {
            int there = (int) Math.min(rows, all - first);
            work.pack(
                packing, block, first * rowBytes, rowBytes, there, rows, packed, at[0], panelBytes);
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
    return packed == null || states != null ? bytes : 0;
  }

  /// Reads and packs a panel of the call now, if it is not in memory.
  ///
  /// @param to behind the last panel that the caller goes on to
  /// @param again whether the caller will want it once more
  /// @param lent memory that the caller lends
  /// @param lentAt where [#lentBytes] are lent
  /// @return whether it stays in memory; else it is where the caller has lent some
  /// @throws opml.core.codec.MalformedException if the file was changed
  public boolean load(int number, int to, boolean again, MemorySegment lent, long lentAt) {
    int panel = firstPanel() + number;
    int end = firstPanel() + to;
    if (states != null && again) {
      states.compareAndSet(panel, UNUSED, USED);
    }
    MemorySegment all = packed;
    if (all != null
        && (states == null || states.get(panel) == HERE || comes(panel, end, states, all))) {
      return true;
    }
    pack(panel, end, lent, lentAt);
    if (states != null) {
      states.compareAndSet(panel, UNUSED, USED);
    }
    return false;
  }

  /// {@return the memory of panels}
  ///
  /// @param stays as [#load] has said
  public MemorySegment memory(boolean stays, MemorySegment lent) {
    MemorySegment all = packed;
    return stays && all != null ? all : lent;
  }

  /// {@return where in [#memory] a panel begins}
  public long at(int number, boolean stays, long lentAt) {
    return stays ? (long) (firstPanel() + number) * bytes : lentAt;
  }

  /// {@return whether a panel is in memory now, to stay}
  private boolean comes(int panel, int end, AtomicIntegerArray all, MemorySegment memory) {
    if (!all.compareAndSet(panel, USED, COMING)) {
      return false; // it is its first use, or somebody else is about it, for whom nobody waits
    }
    boolean isHere = false;
    try {
      pack(panel, end, memory, (long) panel * bytes);
      isHere = true;
    } finally {
      all.set(panel, isHere ? HERE : USED);
    }
    return true;
  }

  private void pack(int panel, int end, MemorySegment to, long at) {
    int rowBytes = Math.toIntExact(call.rowBytes());
    long all = w.byteSize() / rowBytes;
    long first = (long) panel * rows;
    int there = (int) Math.min(rows, all - first);
    Work work = WORK.get();
    long from = work.find(identity, w, rowBytes, first, there, Math.min(all, (long) end * rows));
    work.pack(packing, work.piece, from, rowBytes, there, rows, to, at, bytes);
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
