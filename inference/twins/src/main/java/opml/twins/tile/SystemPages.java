package opml.twins.tile;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The pages of Linux or macOS on x86-64, through the C library.
final class SystemPages implements Pages {
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int EXECUTE = 4;
  private static final int PRIVATE = 2;
  private static final int HUGE = 14;
  private static final long MAP_FAILED = -1;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private final int anonymous;
  private final MethodHandle mmap;
  private final MethodHandle mprotect;
  private final MethodHandle munmap;
  private final MethodHandle madvise;

  /// @param isMac else Linux
  /// @throws RuntimeException if the functions are not there or must not be called
  SystemPages(boolean isMac) {
    this.anonymous = isMac ? 0x1000 : 0x20;
    this.mmap =
        find(
            "mmap",
            FunctionDescriptor.of(
                JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    this.mprotect =
        find("mprotect", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    this.munmap = find("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    this.madvise = find("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  }

  @SuppressWarnings("restricted")
  private static MethodHandle find(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    MemorySegment function =
        linker
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsupportedOperationException("no function " + name));
    return linker.downcallHandle(function, type, Linker.Option.captureCallState("errno"));
  }

  @Override
  public int map(long bytes, long[] address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      address[0] =
          (long)
              mmap.invokeExact(
                  state, MemorySegment.NULL, bytes, READ | WRITE, PRIVATE | anonymous, -1, 0L);
      return address[0] == MAP_FAILED ? errno(state) : 0;
    } catch (Throwable e) {
      throw new IllegalStateException("mmap", e);
    }
  }

  @Override
  public int protect(long address, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int result = (int) mprotect.invokeExact(state, address, bytes, READ | EXECUTE);
      return result == 0 ? 0 : errno(state);
    } catch (Throwable e) {
      throw new IllegalStateException("mprotect", e);
    }
  }

  @Override
  public int unmap(long address, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int result = (int) munmap.invokeExact(state, address, bytes);
      return result == 0 ? 0 : errno(state);
    } catch (Throwable e) {
      throw new IllegalStateException("munmap", e);
    }
  }

  /// Tells Linux that pages of 2 MiB are wanted, where it asks for that. {@return 0, or what `errno` says}
  int wantHuge(long address, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int result = (int) madvise.invokeExact(state, address, bytes, HUGE);
      return result == 0 ? 0 : errno(state);
    } catch (Throwable e) {
      throw new IllegalStateException("madvise", e);
    }
  }

  private static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }
}
