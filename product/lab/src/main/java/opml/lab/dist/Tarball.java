package opml.lab.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import opml.lab.bench.checkout.Shell;

/// Folders as archives whose bytes follow from names and contents alone: in order, of one time and one owner, readable
/// for everybody and writable for the owner, whatever clock, user and umask they were made with.
final class Tarball {
  /// The time of everything that is packed: that of the jars of our build.
  static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  private Tarball() {}

  /// Packs what is in a folder.
  ///
  /// @param owner number of user and group
  static void pack(Path folder, int owner, Path tar) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("tar", "--create", "--file", tar.toString(), "--format=gnu"));
    command.addAll(List.of("--sort=name", "--mtime=@" + TIME.getEpochSecond()));
    command.addAll(List.of("--owner=" + owner, "--group=" + owner, "--numeric-owner"));
    command.add("--mode=u+w,go-w,a+rX");
    try (Stream<Path> entries = Files.list(folder)) {
      entries.map(entry -> entry.getFileName().toString()).sorted().forEach(command::add);
    }
    Shell.output(folder, command);
  }

  /// Compresses a file by gzip, without its name and time.
  static void compress(Path file, Path compressed) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
      in.transferTo(out);
    }
  }
}
