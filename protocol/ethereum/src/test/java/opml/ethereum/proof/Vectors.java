package opml.ethereum.proof;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/// What another implementation computed (`src/test/vectors/proof.mjs`).
public final class Vectors {
  private Vectors() {}

  /// {@return the vectors of a kind}
  public static JsonNode of(String kind) {
    try (InputStream in =
        Objects.requireNonNull(Vectors.class.getResourceAsStream("vectors.json"))) {
      return new ObjectMapper().readTree(in).get(kind);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
