package opml.cli.command.market;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.formats.ModelLoader;
import opml.formats.refusal.ImportException;

/// A folder of fetched model files, each named by its model's id. A name proves nothing: every file is imported and its
/// id compared, whenever it is taken.
final class ModelCache {
  private static final String DRAFT = ".draft";

  /// A draft this old is not being written any more: its process was killed.
  private static final Duration STALE = Duration.ofDays(1);

  /// The folder takes no more than so many files of the greatest size.
  private static final int FULL = 4;

  private final Path folder;
  private final long maxBytes;
  private final BoundedImports imports;

  /// @param folder made if it is not there
  /// @param maxBytes of a file
  /// @throws Failure if it cannot be made
  ModelCache(Path folder, long maxBytes, BoundedImports imports) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.imports = imports;
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      removeStale();
    } catch (IOException e) {
      throw new Failure("--fetch-into " + folder + ": not a folder that can be used", e);
    }
  }

  private void removeStale() throws IOException {
    Instant stale = Instant.now().minus(STALE);
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(folder, "*" + DRAFT)) {
      for (Path draft : drafts) {
        if (Files.getLastModifiedTime(draft).toInstant().isBefore(stale)) {
          Files.deleteIfExists(draft);
        }
      }
    }
  }

  /// {@return a model that was fetched before}
  Optional<Model> find(Bytes32 id) throws IOException, InterruptedException {
    Path file = file(id);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      Model model = imports.run(() -> load(file));
      if (model.id().equals(id)) {
        return Optional.of(model);
      }
    } catch (Download.RefusedException
        | MalformedException
        | ImportException
        | IllegalArgumentException e) {
      // It was whole when it came here; the next one comes from where this came from.
      Files.deleteIfExists(file);
      return Optional.empty();
    }
    Files.deleteIfExists(file);
    return Optional.empty();
  }

  /// {@return a new file to fetch into}
  ///
  /// @throws Download.RefusedException if the folder is full
  Path draft() throws IOException {
    long taken = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        taken += Files.size(file);
      }
    }
    if (taken > (FULL - 1) * maxBytes) {
      throw new Download.RefusedException(
          "%s holds %,d bytes, more than %d times --fetch-max: remove some"
              .formatted(folder, taken, FULL - 1));
    }
    return Files.createTempFile(folder, "model", DRAFT);
  }

  /// Imports a draft, and keeps it if it is the model of this id.
  ///
  /// @throws Download.RefusedException if it is not; the draft is gone then
  Model keep(Path draft, Bytes32 id) throws IOException, InterruptedException {
    try {
      Model model = imports.run(() -> load(draft));
      if (!model.id().equals(id)) {
        throw new Download.RefusedException("the file there is model " + model.id());
      }
      Files.move(
          draft, file(id), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return model;
    } catch (MalformedException | ImportException | IllegalArgumentException e) {
      throw new Download.RefusedException(
          "the file there is no model that we can run: "
              + String.valueOf(e.getMessage()).replace(draft.toString(), "it"));
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw new Download.RefusedException("the file there takes more memory than there is");
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static Model load(Path file) throws IOException {
    return ModelLoader.loadAlone(file);
  }

  private Path file(Bytes32 id) {
    return folder.resolve(id + ".onnx");
  }
}
