package opml.llm;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// Real models and vocabularies, which may lie beside the checkout, in `shared/data`.
public final class SharedFiles {
  private SharedFiles() {}

  /// {@return a file of theirs}; without it the test is skipped, and says so
  ///
  /// @param place below `shared/data`
  public static Path require(String place) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path file = at.resolve("shared/data").resolve(place);
      if (Files.exists(file)) {
        return file;
      }
    }
    System.err.println("SKIPPED: there is no shared/data/" + place);
    return Assumptions.abort("there is no shared/data/" + place);
  }
}
