package opml.vm.elf;

import java.io.Serial;

/// A program wants a memory that this JVM has no room for.
public final class MemoryShortException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private static final int MIB_SHIFT = 20;

  /// @param bytes what the program wants
  MemoryShortException(long bytes, OutOfMemoryError cause) {
    super(
        "the program needs a memory of %d MiB, and the JVM has %d MiB for all: raise -Xmx (JAVA_TOOL_OPTIONS=-Xmx4g)"
            .formatted(bytes >> MIB_SHIFT, Runtime.getRuntime().maxMemory() >> MIB_SHIFT),
        cause);
  }
}
