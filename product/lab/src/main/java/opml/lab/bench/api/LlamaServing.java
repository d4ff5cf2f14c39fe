package opml.lab.bench.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import opml.lab.bench.BenchException;
import opml.lab.bench.api.ApiFigures.Peer;

/// llama.cpp, as node-llama-cpp has it, in a process of its own, which measures itself: all figures are ratios.
final class LlamaServing {
  private static final String SCRIPT = "llama-serving.mjs";

  private LlamaServing() {}

  /// @param folder that node-llama-cpp is installed in
  /// @param file of a model
  /// @param schemas that texts are held to, of which the first does not count
  /// @throws BenchException with the reason if it cannot be had
  static Peer measure(
      Path folder, Path file, int threads, int tokens, int turns, List<ObjectNode> schemas)
      throws IOException {
    if (!Files.isDirectory(folder.resolve("node_modules"))) {
      throw new BenchException(
          "llama.cpp is not in %s; ./opml bench api fetches it".formatted(folder));
    }
    // The script must lie beside the packages that it imports.
    try (InputStream script = LlamaServing.class.getResourceAsStream(SCRIPT)) {
      Files.copy(
          Objects.requireNonNull(script, SCRIPT),
          folder.resolve(SCRIPT),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Path errors = Files.createTempFile("opml-llama", ".txt");
    try {
      Process process =
          new ProcessBuilder(
                  "node",
                  SCRIPT,
                  file.toAbsolutePath().toString(),
                  "" + threads,
                  "" + tokens,
                  "" + turns,
                  schemas.toString())
              .directory(folder.toFile())
              .redirectError(errors.toFile())
              .start();
      try {
        String said =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
          throw new BenchException("llama.cpp: " + Files.readString(errors).strip());
        }
        JsonNode found = new ObjectMapper().readTree(said);
        return new Peer(
            found.path("streams").asDouble(Double.NaN),
            found.path("prefix_ratio").asDouble(Double.NaN),
            found.path("share").asDouble(Double.NaN));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while llama.cpp ran");
      } finally {
        process.destroy();
      }
    } finally {
      Files.deleteIfExists(errors);
    }
  }
}
