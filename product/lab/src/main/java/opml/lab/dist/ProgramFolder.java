package opml.lab.dist;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// The program as it is installed:
///
/// ```
/// bin/opml     starts it, from any folder and by any link
/// opml.jar     the program, whose manifest names what is in lib/
/// runtime/     its Java
/// docs/        how a node is run, with an example, rules for alerts, a dashboard, a unit of systemd
/// LICENSE
/// ```
final class ProgramFolder {
  /// The program, from the folder.
  static final String JAR = "opml.jar";

  /// Its Java, from the folder.
  static final String JAVA = "runtime/bin/java";

  private ProgramFolder() {}

  /// Lays the program out.
  ///
  /// @param into a folder that is not there yet
  static void lay(DistSource source, Path into) throws IOException {
    for (String folder : List.of("bin", "lib", "docs")) {
      Files.createDirectories(into.resolve(folder));
    }
    PlatformJar.copy(source.build().resolve(JAR), into.resolve(JAR));
    for (Path jar : entries(source.build().resolve("lib"))) {
      PlatformJar.copy(jar, into.resolve("lib").resolve(jar.getFileName()));
    }
    JavaRuntime.link(source.build(), into.resolve("runtime"));
    Path start = into.resolve("bin/opml");
    try (InputStream script = ProgramFolder.class.getResourceAsStream("opml")) {
      Files.copy(Objects.requireNonNull(script), start);
    }
    Files.setPosixFilePermissions(start, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.copy(source.home().resolve("LICENSE"), into.resolve("LICENSE"));
    Files.copy(source.home().resolve("docs/node.md"), into.resolve("docs/node.md"));
    Path docs = Files.createDirectory(into.resolve("docs/node"));
    for (Path file : entries(source.home().resolve("docs/node"))) {
      Files.copy(file, docs.resolve(file.getFileName()));
    }
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
