package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.Locale;

/// Memory that holds code of ours as long as the JVM lives. It is mapped, written, and only then made executable, so it
/// is never writable and executable at once.
final class ExecutableMemory {
  private static final long PAGE = 1 << 14; // at least the system's

  private final Pages pages;

  ExecutableMemory(Pages pages) {
    this.pages = pages;
  }

  /// {@return memory of Linux or macOS}
  ///
  /// @throws RuntimeException if native code cannot be called; [#whyNot] says what is known before
  static ExecutableMemory ofThisSystem() {
    return new ExecutableMemory(new SystemPages(isMac(System.getProperty("os.name", ""))));
  }

  /// What became of code: it stands at an address, or it cannot be executed here.
  sealed interface Loaded {
    record At(MemorySegment code) implements Loaded {}

    record Refused(String reason) implements Loaded {}
  }

  /// {@return why code of ours cannot run on this system whatever it is, or the empty text}
  ///
  /// @param os the property `os.name`
  /// @param arch the property `os.arch`
  /// @param caller whose right to call native code counts
  static String whyNot(String os, String arch, Module caller) {
    if (!arch.equals("amd64") && !arch.equals("x86_64")) {
      return "the processor is " + arch + ", not x86-64";
    }
    if (!os.equals("Linux") && !isMac(os)) {
      return "the system is " + os + ", neither Linux nor macOS";
    }
    if (!caller.isNativeAccessEnabled()) {
      return "the JVM was started without --enable-native-access="
          + (caller.isNamed() ? caller.getName() : "ALL-UNNAMED");
    }
    return "";
  }

  private static boolean isMac(String os) {
    return os.toLowerCase(Locale.ROOT).startsWith("mac");
  }

  /// Makes code executable. It throws nothing: what fails is a reason.
  @SuppressWarnings("restricted")
  Loaded load(byte[] code) {
    try {
      long bytes = (code.length + PAGE - 1) / PAGE * PAGE;
      long[] address = new long[1];
      int error = pages.map(bytes, address);
      if (error != 0) {
        return new Loaded.Refused("memory for code is refused (mmap: errno " + error + ")");
      }
      MemorySegment memory = MemorySegment.ofAddress(address[0]).reinterpret(bytes);
      memory.copyFrom(MemorySegment.ofArray(code));
      error = pages.protect(address[0], bytes);
      if (error != 0) {
        pages.unmap(address[0], bytes);
        return new Loaded.Refused(
            "memory may not be executed (mprotect: errno " + error + ", perhaps a policy)");
      }
      return new Loaded.At(memory.asReadOnly());
    } catch (RuntimeException | LinkageError e) {
      return new Loaded.Refused("memory for code is refused (" + e + ")");
    }
  }
}
