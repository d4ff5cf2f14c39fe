package opml.lab.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import opml.lab.bench.TemporaryFolder;

/// What is shipped.
///
/// @param archive unpacks to the program, as it is installed
/// @param image a container's, for `podman load` and `docker load`
public record Distribution(Path archive, Path image) {
  /// Makes both.
  ///
  /// @param into a folder, made if it is not there; of the same name and version, what lies there is replaced
  /// @param progress hears what is done
  /// @throws IOException if something cannot be read or written
  public static Distribution make(DistSource source, Path into, Consumer<String> progress)
      throws IOException {
    Files.createDirectories(into);
    Distribution made =
        new Distribution(
            into.resolve(source.name() + ".tar.gz"), into.resolve(source.name() + ".oci.tar"));
    try (TemporaryFolder work = TemporaryFolder.make()) {
      Path unpacked = work.path().resolve("archive");
      Path program = unpacked.resolve(source.name());
      progress.accept("links a Java of what the program needs");
      ProgramFolder.lay(source, program);
      progress.accept("packs " + made.archive().getFileName());
      Path tar = work.path().resolve("archive.tar");
      Tarball.pack(unpacked, 0, tar);
      Tarball.compress(tar, made.archive());
      progress.accept("packs " + made.image().getFileName());
      Path layers = Files.createDirectory(work.path().resolve("layers"));
      new ContainerImage(source, layers).write(program, made.image());
    }
    return made;
  }

  /// {@return whether another one has the same bytes}
  boolean isSameAs(Distribution other) throws IOException {
    return Files.mismatch(archive, other.archive) < 0 && Files.mismatch(image, other.image) < 0;
  }
}
