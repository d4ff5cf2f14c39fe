package opml.core.codec;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/// Writes files whole or not at all. The bytes go to a draft in the same folder, are forced to the disk, and only then
/// take the file's name, in one step: at every moment the name stands for the old file or for the new one, whatever
/// ends this process.
public final class WholeFile {
  /// The system follows as many.
  private static final int LINKS_MOST = 40;

  private WholeFile() {}

  /// Writes what a file will hold.
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /// Writes or replaces a file that all may read whom the user's mask lets read.
  ///
  /// @throws IOException if that fails, for example because the disk is full; the old file stands
  public static void write(Path file, byte[] bytes) throws IOException {
    write(file, out -> out.write(bytes));
  }

  /// Writes or replaces a file that is too large to be held in memory.
  ///
  /// @throws IOException if that fails, or if the content does; the old file stands
  public static void write(Path file, Content content) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      // A device or a pipe, such as /dev/stdout, has nothing to preserve and cannot be replaced.
      try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE)) {
        content.writeTo(out);
      }
      return;
    }
    Path target = target(file);
    Path draft = draft(file, target);
    try {
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
    forceName(target);
  }

  /// Makes sure that a file can be written, for those who work long before they write it.
  ///
  /// @throws IOException if it cannot, and why
  public static void requireWritable(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "this is a folder");
    }
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw new FileSystemException(file.toString(), null, "it is there, and not to be written to");
    }
    if (!Files.exists(file) || Files.isRegularFile(file)) {
      Files.delete(draft(file, target(file)));
    }
  }

  /// {@return an empty file beside the target; whoever cannot have one hears of the file that he named}
  private static Path draft(Path file, Path target) throws IOException {
    try {
      return Files.createTempFile(
          target.getParent(),
          "." + target.getFileName(),
          ".draft",
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
    } catch (FileSystemException e) {
      String reason = Objects.requireNonNullElse(e.getReason(), "its folder takes no new file");
      throw new FileSystemException(file.toString(), null, reason);
    }
  }

  /// {@return what a writing makes or replaces: whoever names a link means the file behind it, be it there or not}
  ///
  /// @throws IOException if the folder is not there, or links lead in a circle
  public static Path target(Path file) throws IOException {
    Path target = file.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == LINKS_MOST) {
        throw new FileSystemLoopException(file.toString());
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    Path folder = target.getParent();
    return folder == null ? target : folder.toRealPath().resolve(target.getFileName());
  }

  /// The name is in the folder, which has a place of its own on the disk.
  private static void forceName(Path file) throws IOException {
    Path folder = file.getParent();
    if (folder == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
