package opml.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import opml.tree.Tree;
import org.junit.jupiter.api.Assumptions;

/// A folder that the launcher takes for a checkout with everything built, without a copy of what was built.
///
/// @param folder where the launcher lies
record Checkout(Path folder) {
  private static final Pattern OUTPUT = Pattern.compile("(?m)^output=(\\S+)$");

  /// {@return a checkout in a new folder; the calling test is skipped where nothing is built}
  static Checkout make(Path folder) {
    try {
      return built(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Checkout built(Path folder) throws IOException {
    Checkout checkout = unbuilt(folder);
    checkout.borrowBuild();
    return checkout;
  }

  /// Has this checkout's launcher find everything built.
  void borrowBuild() throws IOException {
    Path build = build().orElseThrow();
    link(build.resolve("lib"), output().resolve("lib"));
    linkFile(build.resolve("opml.jar"), output().resolve("opml.jar"));
    listSources(output().resolve("built"));
  }

  /// Writes what the launcher would write of the sources, by its own function.
  private void listSources(Path list) {
    String script =
        "eval \"$(sed -n '/^sources() (/,/^)/p' opml)\" && home=. && sources >\"$0\" && test -s \"$0\"";
    Run.of("/bin/sh", "-c", script, list.toString()).in(folder).toEnd().endsWith(0);
  }

  /// Puts the same files into another folder.
  static void link(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          linkFile(file, copy);
        }
      }
    }
  }

  private static void linkFile(Path file, Path copy) throws IOException {
    try {
      Files.createLink(copy, file);
    } catch (IOException | UnsupportedOperationException e) {
      // On another disk, or on one without links.
      Files.copy(file, copy, LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  /// {@return when the files and folders in a folder were last written to, links left out}
  static Map<Path, FileTime> times(Path top) throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.walk(top)) {
      for (Path file : files.filter(file -> !Files.isSymbolicLink(file)).toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  /// {@return a checkout in which nothing is built}
  static Checkout unbuilt(Path folder) throws IOException {
    Assumptions.assumeTrue(
        build().isPresent(), "NOT TESTED: nothing is built that the launcher could start");
    Path root = Tree.here().root();
    Files.createDirectories(folder.resolve(".mvn"));
    Files.copy(root.resolve("opml"), folder.resolve("opml"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.copy(root.resolve("pom.xml"), folder.resolve("pom.xml"));
    return new Checkout(folder);
  }

  /// Lends this checkout the chain and the tools of the tree, until they are given back.
  Path borrowContracts() throws IOException {
    return Files.createSymbolicLink(
        folder.resolve("contracts"), Tree.here().root().resolve("contracts"));
  }

  /// {@return the youngest build of this tree, checked or quick}
  static Optional<Path> build() {
    Path output = new Checkout(Tree.here().root()).output();
    return Stream.of(output, output.resolve("quick"))
        .filter(build -> Files.exists(build.resolve("opml.jar")))
        .filter(build -> Files.isDirectory(build.resolve("lib")))
        .max(Comparator.comparing(Checkout::age));
  }

  private static FileTime age(Path build) {
    try {
      return Files.getLastModifiedTime(build.resolve("opml.jar"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path launcher() {
    return folder.resolve("opml");
  }

  /// {@return where this checkout's launcher expects the jar}
  Path output() {
    try {
      Matcher line = OUTPUT.matcher(Files.readString(launcher()));
      if (!line.find()) {
        throw new AssertionError(launcher() + " does not say where the build leaves its jar");
      }
      return folder.resolve(line.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// {@return a run of the launcher in this folder, not started yet}
  Run run(String... words) {
    return Run.of(launcher().toString(), words).in(folder);
  }
}
