package opml.formats;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Real models and data, which may lie beside the checkout, in `shared/data`.
public final class SharedData {
  private SharedData() {}

  /// {@return a file or folder of theirs, if it is there}
  ///
  /// @param place below `shared/data`
  public static Optional<Path> find(String place) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path found = at.resolve("shared/data").resolve(place);
      if (Files.exists(found)) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  /// {@return a file or folder of theirs}; without it the test is skipped, and says so
  public static Path require(String place) {
    Optional<Path> found = find(place);
    if (found.isEmpty()) {
      System.err.println("SKIPPED: there is no shared/data/" + place);
      abort("there is no shared/data/" + place);
    }
    return found.orElseThrow();
  }
}
