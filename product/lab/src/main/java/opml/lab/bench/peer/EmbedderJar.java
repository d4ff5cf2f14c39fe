package opml.lab.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import opml.lab.bench.BenchException;

/// A jar of LangChain4j's that has a sentence embedder, its tokenizer, and code that is not used.
public final class EmbedderJar {
  private EmbedderJar() {}

  /// Copies the model out of a jar.
  ///
  /// @param file that there is not yet
  /// @throws BenchException if there is no model in the jar
  public static void model(Path jar, Path file) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile());
        var in = zip.getInputStream(entry(zip, ".onnx"))) {
      Files.copy(in, file);
    }
  }

  /// {@return what has a name that ends so}
  ///
  /// @throws BenchException if there is no such
  public static ZipEntry entry(ZipFile zip, String end) {
    return zip.stream()
        .filter(entry -> entry.getName().endsWith(end))
        .findFirst()
        .map(ZipEntry.class::cast)
        .orElseThrow(() -> new BenchException(zip.getName() + ": it has no " + end));
  }
}
