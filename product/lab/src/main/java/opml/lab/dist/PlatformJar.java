package opml.lab.dist;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Jars as they are, but for native libraries of other platforms: SQLite's driver has some twenty, eleven of its twelve
/// megabytes.
final class PlatformJar {
  private static final String NATIVES = "org/sqlite/native/";

  private PlatformJar() {}

  /// Copies a jar.
  static void copy(Path jar, Path into) throws IOException {
    String ours = NATIVES + "Linux/" + LinuxKind.ofThisMachine().kernelWord() + "/";
    Predicate<ZipEntry> foreign =
        entry ->
            entry.getName().startsWith(NATIVES)
                && !entry.getName().startsWith(ours)
                && !ours.startsWith(entry.getName());
    try (ZipFile whole = new ZipFile(jar.toFile())) {
      List<? extends ZipEntry> entries = whole.stream().toList();
      if (entries.stream().noneMatch(foreign)) {
        Files.copy(jar, into);
        return;
      }
      try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(into))) {
        for (ZipEntry entry : entries.stream().filter(foreign.negate()).toList()) {
          ZipEntry copy = new ZipEntry(entry.getName());
          copy.setTimeLocal(entry.getTimeLocal());
          out.putNextEntry(copy);
          try (InputStream in = whole.getInputStream(entry)) {
            in.transferTo(out);
          }
        }
      }
    }
  }
}
