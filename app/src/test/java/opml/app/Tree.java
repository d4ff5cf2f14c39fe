package opml.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The files of this project, as tests of the tree itself read them.
final class Tree {
  private Tree() {}

  /// {@return the folder of the launcher}
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("opml"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  /// {@return all files of such names that people wrote}
  static List<Path> sources(Predicate<String> wanted) throws IOException {
    Path root = root();
    try (Stream<Path> files = Files.walk(root, 14)) {
      return files
          .filter(file -> wanted.test(file.getFileName().toString()))
          .filter(file -> !isMade(root.relativize(file)))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  /// Nothing that a build leaves is a source; forge's output even has folders named like one.
  private static boolean isMade(Path file) {
    return file.startsWith("contracts/out")
        || file.startsWith("contracts/cache")
        || file.toString().contains("target/")
        || file.toString().contains("node_modules/");
  }
}
