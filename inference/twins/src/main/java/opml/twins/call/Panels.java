package opml.twins.call;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import opml.kernels.memory.Mem;
import org.jspecify.annotations.Nullable;

/// The panels of a weight that a call reaches, each of some rows, and where their outputs go. Panels are those of the
/// whole weight, so that calls of other outputs have the same.
///
/// @param packed all panels of the weight
/// @param bytes of one
/// @param rows of one
public record Panels(LinearCall call, MemorySegment packed, long bytes, int rows) {
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// All bits of two floats but their signs.
  private static final long MAGNITUDES = 0x7FFF_FFFF_7FFF_FFFFL;

  /// What makes a NaN's magnitude, and no other, reach the sign.
  private static final long BEYOND_INFINITY = 0x007F_FFFF_007F_FFFFL;

  /// What is packed at once: enough that handing it out costs nothing.
  private static final long PART_BYTES = 1 << 20;

  /// Packs the rows of a panel, as a file has them; some panels at the same time.
  @FunctionalInterface
  public interface Packing {
    void pack(byte[] file, int rows, byte[] panel);
  }

  /// {@return the panels of a weight; packed now, unless another call has done so}
  ///
  /// @param layout how panels are packed
  /// @param memory gives as many bytes, off the heap, that all threads may write
  public static Panels of(
      LinearCall call,
      MemorySegment w,
      Packings packings,
      LongFunction<MemorySegment> memory,
      Object layout,
      int rows,
      long panelBytes,
      Packing packing) {
    long rowBytes = call.rowBytes();
    MemorySegment packed =
        packings.get(
            w,
            layout,
            rowBytes,
            () ->
                pack(
                    memory,
                    w,
                    rows,
                    Math.toIntExact(rowBytes),
                    Math.toIntExact(panelBytes),
                    packing));
    return new Panels(call, packed, panelBytes, rows);
  }

  private static MemorySegment pack(
      LongFunction<MemorySegment> memory,
      MemorySegment w,
      int rows,
      int rowBytes,
      int panelBytes,
      Packing packing) {
    long all = w.byteSize() / rowBytes;
    int panels = Math.toIntExact(Math.ceilDiv(all, rows));
    MemorySegment packed = memory.apply((long) panels * panelBytes);
    boolean shared = w.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}));
    int parts = shared ? Math.clamp(packed.byteSize() / PART_BYTES, 1, panels) : 1;
    eachByAll(
        parts,
        part -> {
          byte[] file = new byte[rows * rowBytes];
          byte[] panel = new byte[panelBytes];
          int end = (int) ((part + 1L) * panels / parts);
          for (int i = (int) ((long) part * panels / parts); i < end; i++) {
            long first = (long) i * rows;
            int there = (int) Math.min(rows, all - first);
            MemorySegment.copy(w, I8, first * rowBytes, file, 0, there * rowBytes);
            packing.pack(file, there, panel);
            MemorySegment.copy(panel, 0, packed, I8, (long) i * panelBytes, panelBytes);
          }
        });
    return packed;
  }

  /// Does parts of a task on all processors: a model has billions of weights. Not in the common pool, whose threads do
  /// others' work while they wait, which may wait for the very weight that is being packed.
  private static void eachByAll(int parts, IntConsumer task) {
    AtomicInteger next = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Runnable some =
        () -> {
          try {
            for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
              task.accept(part);
            }
          } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            next.set(parts);
          }
        };
    int others = Math.min(parts, Runtime.getRuntime().availableProcessors()) - 1;
    List<Thread> helpers =
        IntStream.range(0, others)
            .mapToObj(i -> Thread.ofPlatform().daemon().name("packs weights " + i).start(some))
            .toList();
    some.run();
    boolean interrupted = false;
    for (Thread helper : helpers) {
      while (helper.isAlive()) {
        try {
          helper.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (failure.get()) {
      case null -> {}
      case Error e -> throw e;
      case RuntimeException e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
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

  /// {@return where a panel of the call begins}
  public long at(int number) {
    return (firstPanel() + number) * bytes;
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
    for (int i = 0; i < resultBytes(); i += Long.BYTES) {
      long two = results.get(I64, from + i);
      signs |= (two & MAGNITUDES) + BEYOND_INFINITY;
      y.set(I64, to + i, two);
    }
    return (signs & ~MAGNITUDES) == 0;
  }
}
