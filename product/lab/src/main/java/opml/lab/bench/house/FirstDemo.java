package opml.lab.bench.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import opml.lab.bench.BenchException;
import opml.lab.bench.checkout.Shell;

/// The first `./opml demo` of a fresh clone on a machine whose Maven repository is empty, beside Maven's own build
/// there: both take everything from the registry.
///
/// @param demo seconds
/// @param build seconds of `mvn -q -DskipTests package` alone
record FirstDemo(double demo, double build) {
  double ratio() {
    return demo / build;
  }

  /// @param home the checkout whose last commit is cloned
  static FirstDemo measure(Path home, Consumer<String> progress) {
    Path folder = temporary();
    try {
      progress.accept("first demo: Maven's build alone, with an empty repository");
      double build =
          seconds(
              home, folder.resolve("build"), List.of("mvn", "-B", "-q", "-DskipTests", "package"));
      progress.accept("first demo: ./opml demo, with an empty repository");
      double demo = seconds(home, folder.resolve("demo"), List.of("./opml", "demo"));
      return new FirstDemo(demo, build);
    } finally {
      delete(folder);
    }
  }

  private static double seconds(Path home, Path folder, List<String> command) {
    Path clone = folder.resolve("opml");
    require(Shell.run(home, Map.of(), List.of("git", "clone", "-q", ".", clone.toString())));
    String repository = "-Dmaven.repo.local=" + folder.resolve("repository");
    Shell.Run run = Shell.run(clone, Map.of("MAVEN_OPTS", repository), command);
    require(run);
    return run.seconds();
  }

  private static void require(Shell.Run run) {
    if (run.exitCode() != 0) {
      throw new BenchException("the first demo failed: " + run.output());
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("opml-house");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
