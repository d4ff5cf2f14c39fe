package opml.lab.bench.llm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.lab.bench.BenchException;

/// The memory that can be had, asked before a model is opened: a process that the system kills for it cannot say why
/// it ended.
final class FreeMemory {
  private static final Path INFO = Path.of("/proc/meminfo");

  /// Either side may keep a copy of the weights besides the file's own pages, ...
  private static final double COPIES = 3;

  /// ... and each has its program, its cache, and its heap.
  private static final long EACH = 2L << 30;

  private FreeMemory() {}

  /// @throws BenchException if both sides would not fit it; where the system does not tell, they may try
  static void require(BenchedModel model) throws IOException {
    if (!Files.isReadable(INFO)) {
      return;
    }
    long free =
        Files.readAllLines(INFO).stream()
            .filter(line -> line.startsWith("MemAvailable:"))
            .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElse(Long.MAX_VALUE);
    long needed = (long) (COPIES * model.bytes()) + EACH;
    if (free < needed) {
      throw new BenchException(
          "too little memory: %,d bytes are free, and both sides may take %,d"
              .formatted(free, needed));
    }
  }
}
