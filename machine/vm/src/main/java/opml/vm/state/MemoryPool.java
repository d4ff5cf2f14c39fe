package opml.vm.state;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// Memories to be used again, because gigabytes are not made and zeroed for every run, and because compiled code hangs
/// on a memory's arrays. A memory is lent to one borrower at a time; given back, it waits for the next image of its
/// depth, which then costs what the two differ in.
///
/// Idle memories are bounded, the least recently used go first, and all of them go before the JVM runs out of memory.
/// Safe for many threads.
public final class MemoryPool {
  private record Idle(long bytes, SoftReference<Memory> memory) {}

  private static final MemoryPool SHARED =
      new MemoryPool(Math.clamp(Runtime.getRuntime().maxMemory() / 3, 64L << 20, 2L << 30));

  private final long mostIdleBytes;
  private final Deque<Idle> idle = new ArrayDeque<>();
  private long idleBytes;

  /// @param mostIdleBytes bytes of memories that wait here; a larger one is not kept
  public MemoryPool(long mostIdleBytes) {
    this.mostIdleBytes = mostIdleBytes;
  }

  /// {@return the pool of this process, which keeps at most a third of the heap}
  public static MemoryPool shared() {
    return SHARED;
  }

  /// A memory in somebody's hands.
  public final class Lease implements AutoCloseable {
    private @Nullable Memory memory;

    private Lease(Memory memory) {
      this.memory = memory;
    }

    /// {@return the memory, with the image's contents at first}
    ///
    /// @throws IllegalStateException if it was given back
    public Memory memory() {
      Memory lent = memory;
      if (lent == null) {
        throw new IllegalStateException("this memory was given back");
      }
      return lent;
    }

    /// Gives the memory back; whoever still has it must not use it any more.
    @Override
    public synchronized void close() {
      Memory lent = memory;
      memory = null;
      if (lent != null) {
        giveBack(lent);
      }
    }
  }

  /// Lends a memory with an image's contents.
  public Lease borrow(MemoryImage image) {
    Memory memory = take(image);
    if (memory == null) {
      return new Lease(new Memory(image));
    }
    memory.load(image);
    return new Lease(memory);
  }

  /// {@return bytes of the memories that wait}
  public synchronized long idleBytes() {
    return idleBytes;
  }

  /// {@return a waiting memory of the image's depth, one with the same image if there is one, else the last used}
  private synchronized @Nullable Memory take(MemoryImage image) {
    @Nullable Memory best = null;
    for (Iterator<Idle> all = idle.iterator(); all.hasNext(); ) {
      Idle waiting = all.next();
      @Nullable Memory memory = waiting.memory().get();
      if (memory == null) {
        all.remove();
        idleBytes -= waiting.bytes();
      } else if (memory.depth() == image.depth()) {
        boolean same = memory.image().equals(image);
        best = best == null || same ? memory : best;
        if (same) {
          break;
        }
      }
    }
    remove(best);
    return best;
  }

  @SuppressWarnings("ReferenceEquality") // that very memory
  private void remove(@Nullable Memory memory) {
    for (Iterator<Idle> all = idle.iterator(); memory != null && all.hasNext(); ) {
      Idle waiting = all.next();
      if (waiting.memory().get() == memory) {
        all.remove();
        idleBytes -= waiting.bytes();
        return;
      }
    }
  }

  private synchronized void giveBack(Memory memory) {
    memory.forgetSaved();
    long bytes = memory.bytes().length;
    idle.addFirst(new Idle(bytes, new SoftReference<>(memory)));
    idleBytes += bytes;
    while (idleBytes > mostIdleBytes) {
      idleBytes -= idle.removeLast().bytes();
    }
  }
}
