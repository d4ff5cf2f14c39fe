package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import opml.core.merkle.PageHashes;
import opml.engine.plan.GraphRun;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What a slot holds in a state, cut into pages. States share the pages that hold the same in them: of a large slot
/// that changes little from state to state, each keeps little.
final class SlotPages {
  private static final int PAGE = 1 << PageHashes.PAGE_SHIFT;
  private static final MemorySegment ZEROS = Tensor.allocate(PAGE).asReadOnly();

  private final long bytes;

  /// Null stands for zeros; none is there at all if all are zeros.
  private final @Nullable MemorySegment[] pages;

  private SlotPages(long bytes, @Nullable MemorySegment[] pages) {
    this.bytes = bytes;
    this.pages = pages;
  }

  /// {@return so many bytes of zeros}
  static SlotPages zeros(long bytes) {
    return new SlotPages(bytes, new MemorySegment[0]);
  }

  /// {@return a copy}
  ///
  /// @param others of the same slot in other states, with which it shares what is the same
  static SlotPages of(MemorySegment value, List<SlotPages> others) {
    long bytes = value.byteSize();
    @Nullable MemorySegment[] pages = new MemorySegment[Math.toIntExact((bytes + PAGE - 1) / PAGE)];
    boolean zero = true;
    for (int i = 0; i < pages.length; i++) {
      pages[i] = page(value, i, others);
      zero &= pages[i] == null;
    }
    return zero ? zeros(bytes) : new SlotPages(bytes, pages);
  }

  private static @Nullable MemorySegment page(MemorySegment value, int i, List<SlotPages> others) {
    long from = (long) i * PAGE;
    MemorySegment now = value.asSlice(from, Math.min(PAGE, value.byteSize() - from));
    for (SlotPages other : others) {
      if (other.bytes == value.byteSize() && isSame(now, other.page(i))) {
        return other.page(i);
      }
    }
    return isSame(now, null) ? null : Tensor.allocate(now.byteSize()).copyFrom(now);
  }

  private static boolean isSame(MemorySegment now, @Nullable MemorySegment page) {
    return now.mismatch(page == null ? ZEROS.asSlice(0, now.byteSize()) : page) < 0;
  }

  private @Nullable MemorySegment page(int i) {
    return pages.length == 0 ? null : pages[i];
  }

  /// {@return the size of the value}
  long bytes() {
    return bytes;
  }

  boolean isZero() {
    return pages.length == 0;
  }

  /// Shows every page that is kept.
  void forEach(Consumer<MemorySegment> consumer) {
    for (MemorySegment page : pages) {
      if (page != null) {
        consumer.accept(page);
      }
    }
  }

  /// {@return about how many bytes this takes besides its pages}
  long ownBytes() {
    return 64 + 8L * pages.length;
  }

  /// {@return the value in one piece}
  MemorySegment joined() {
    MemorySegment value = Tensor.allocate(bytes);
    for (int i = 0; i < pages.length; i++) {
      MemorySegment page = pages[i];
      if (page != null) {
        MemorySegment.copy(page, 0, value, (long) i * PAGE, page.byteSize());
      }
    }
    return value;
  }

  /// Writes those pages of a slot that hold something else now.
  ///
  /// @param run whose slot is of this size
  void putInto(GraphRun run, int slot) {
    MemorySegment value = run.value(slot);
    for (long from = 0; from < bytes; from += PAGE) {
      MemorySegment now = value.asSlice(from, Math.min(PAGE, bytes - from));
      MemorySegment page = page((int) (from / PAGE));
      if (!isSame(now, page)) {
        run.put(slot, from, page == null ? ZEROS.asSlice(0, now.byteSize()) : page);
      }
    }
  }
}
