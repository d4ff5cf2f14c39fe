package opml.engine.tensor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Memory outside of the heap, for what is large and stays: weights, and the values of runs.
///
/// Large blocks come from the C library, if it may be called, in pages of 2 MiB where Linux gives them: weights are
/// read once for each token, and to find pages of 4 KiB took a third of that time under a hypervisor. What the JVM
/// hands out by itself is bounded by the size of the heap, a quarter of the machine's memory, which says nothing about
/// how large a model may be; and it is written with zeros at once, where the system makes pages only when they are
/// first touched.
public final class OutsideMemory {
  /// Every block begins at a multiple of this many bytes; a large one, at that of a large page, since half of a block
  /// of 4 MiB that begins anywhere would be in small ones.
  public static final long ALIGNMENT = 64;

  private static final long LARGE_PAGE = 2 << 20;

  /// Linux's MADV_HUGEPAGE.
  private static final int WANT_LARGE_PAGES = 14;

  /// Smaller blocks come from the JVM, which reuses them sooner.
  private static final long LARGE = 1 << 20;

  /// What may stay outside of the heap: three quarters of the machine's memory, or what the property says.
  private static final long ROOM = Long.getLong("opml.memory", machineBytes() / 4 * 3);

  /// Bytes taken from the C library since the last collection that we asked for.
  private static final AtomicLong TAKEN = new AtomicLong();

  /// Bytes taken from the C library that were not given back.
  private static final AtomicLong HELD = new AtomicLong();

  private OutsideMemory() {}

  /// The functions of the C library.
  ///
  /// @param madvise null where there is no such function
  private record Library(MethodHandle calloc, MethodHandle free, @Nullable MethodHandle madvise) {
    static final Optional<Library> HERE = find();

    @SuppressWarnings("restricted")
    private static Optional<Library> find() {
      if (!OutsideMemory.class.getModule().isNativeAccessEnabled()) {
        return Optional.empty();
      }
      try {
        Linker linker = Linker.nativeLinker();
        AddressLayout address = ValueLayout.ADDRESS;
        ValueLayout.OfLong size = ValueLayout.JAVA_LONG;
        MethodHandle calloc =
            linker.downcallHandle(
                linker.defaultLookup().find("calloc").orElseThrow(),
                FunctionDescriptor.of(address, size, size));
        MethodHandle free =
            linker.downcallHandle(
                linker.defaultLookup().find("free").orElseThrow(),
                FunctionDescriptor.ofVoid(address));
        return Optional.of(new Library(calloc, free, madvise(linker).orElse(null)));
      } catch (RuntimeException e) {
        return Optional.empty();
      }
    }

    @SuppressWarnings("restricted")
    private static Optional<MethodHandle> madvise(Linker linker) {
      if (!System.getProperty("os.name", "").equals("Linux")) {
        return Optional.empty();
      }
      FunctionDescriptor type =
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT);
      return linker.defaultLookup().find("madvise").map(at -> linker.downcallHandle(at, type));
    }

    /// Asks for large pages, before any of them is touched. Nothing depends on whether they are given.
    ///
    /// @param address of a large page
    private void enlarge(long address, long bytes) {
      // The last page is a large one if it is filled by half.
      long large = (bytes + LARGE_PAGE / 2) & -LARGE_PAGE;
      if (madvise == null || large == 0) {
        return;
      }
      try {
        int _ = (int) madvise.invokeExact(address, large, WANT_LARGE_PAGES);
      } catch (Throwable e) {
        throw new IllegalStateException("madvise", e);
      }
    }

    /// {@return so many zeroed bytes, which are given back when nobody has them any more}
    MemorySegment take(long bytes) {
      // What is outside of the heap does not fill it, so nobody else would look for what can be
      // given back.
      if (TAKEN.addAndGet(bytes) > Runtime.getRuntime().maxMemory()) {
        TAKEN.set(bytes);
        System.gc();
      }
      return take(bytes, Arena.ofAuto());
    }

    /// {@return so many zeroed bytes, which are given back when the arena is closed}
    @SuppressWarnings("restricted")
    MemorySegment take(long bytes, Arena arena) {
      MemorySegment block;
      long room = bytes + 2 * LARGE_PAGE; // untouched, what is too much of it takes no memory
      try {
        block = (MemorySegment) calloc.invokeExact(1L, room);
      } catch (Throwable e) {
        throw new IllegalStateException("calloc", e);
      }
      if (block.address() == 0) {
        throw new OutOfMemoryError("the system has no %,d bytes of memory".formatted(bytes));
      }
      long before = -block.address() & LARGE_PAGE - 1;
      enlarge(block.address() + before, bytes);
      HELD.addAndGet(bytes);
      return block.reinterpret(room, arena, all -> give(all, bytes)).asSlice(before, bytes);
    }

    private void give(MemorySegment block, long bytes) {
      HELD.addAndGet(-bytes);
      try {
        free.invokeExact(block);
      } catch (Throwable e) {
        throw new IllegalStateException("free", e);
      }
    }
  }

  /// {@return whether the machine has memory for so many bytes that stay, beside the heap and all else that runs}
  public static boolean hasRoomFor(long bytes) {
    return bytes <= ROOM;
  }

  /// {@return how many bytes that are}
  public static long room() {
    return ROOM;
  }

  /// Of a container, what that may have.
  private static long machineBytes() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }

  /// {@return zeroed memory, which goes with the last who knows it}
  ///
  /// @throws OutOfMemoryError if there is not so much
  public static MemorySegment allocate(long bytes) {
    return isOurs(bytes)
        ? Library.HERE.orElseThrow().take(bytes)
        : Arena.ofAuto().allocate(bytes, ALIGNMENT);
  }

  /// {@return zeroed memory, which goes with an arena}
  ///
  /// Nobody knows when a system that promises more than it has takes back its word, and then it ends the process. So
  /// what comes and goes with requests may not be more than [#room], together with all that stays.
  ///
  /// @throws OutOfMemoryError if there is not so much
  public static MemorySegment allocate(long bytes, Arena arena) {
    if (!isOurs(bytes)) {
      return arena.allocate(bytes, ALIGNMENT);
    }
    long held = HELD.get();
    if (held + bytes > ROOM) {
      throw new OutOfMemoryError(
          "%,d bytes are wanted beside %,d, and together they may be %,d"
              .formatted(bytes, held, ROOM));
    }
    return Library.HERE.orElseThrow().take(bytes, arena);
  }

  /// {@return zeroed memory, beside other such blocks, so that they lie in large pages although each is smaller than
  /// one}
  ///
  /// It goes when nobody knows any of its neighbours any more: for what is made together and stays together, as packed
  /// weights are.
  ///
  /// @throws OutOfMemoryError if there is not so much
  public static MemorySegment allocateTogether(long bytes) {
    long room = bytes + ALIGNMENT - 1 & -ALIGNMENT;
    return room < LARGE && Library.HERE.isPresent() ? Shared.take(room, bytes) : allocate(bytes);
  }

  /// The block of which small ones are cut.
  private static final class Shared {
    private static final long BYTES = 4 * LARGE_PAGE;

    private static MemorySegment block = MemorySegment.NULL;
    private static long used;

    private Shared() {}

    static synchronized MemorySegment take(long room, long bytes) {
      if (used + room > block.byteSize()) {
        block = allocate(BYTES);
        used = 0;
      }
      MemorySegment part = block.asSlice(used, bytes);
      used += room;
      return part;
    }
  }

  private static boolean isOurs(long bytes) {
    return bytes >= LARGE && Library.HERE.isPresent();
  }
}
