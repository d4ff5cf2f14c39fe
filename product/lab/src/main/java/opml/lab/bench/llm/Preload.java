package opml.lab.bench.llm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads a file once, so that the pages are in memory for whoever opens it first, too.
final class Preload {
  private static final int BLOCK = 1 << 20;

  private Preload() {}

  static void file(Path file) throws IOException {
    byte[] block = new byte[BLOCK];
    try (InputStream in = Files.newInputStream(file)) {
      while (in.read(block) >= 0) {
        // Nobody wants the bytes.
      }
    }
  }
}
