package opml.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;

/// A folder of outputs that claims name by their root alone, each in a file that is called by the root. Any web server
/// can publish it as it is: a reader checks what he gets, so nobody need be trusted. Files may be deleted at any time;
/// an output follows from model and input.
public record OutputFolder(Path folder) {
  /// {@return the name of the file of an output}
  public static String name(Bytes32 root) {
    return root.toString();
  }

  /// Puts an output there, without its trailing zeros, all of it at once.
  ///
  /// @throws UncheckedIOException if it cannot be written
  public void put(Bytes32 root, byte[] output) {
    try {
      Files.createDirectories(folder);
      Path file = folder.resolve(name(root));
      if (Files.exists(file)) {
        return;
      }
      // Not a temporary file as Java makes them: only its owner could read that.
      Path part = folder.resolve("." + name(root) + "-" + ProcessHandle.current().pid());
      try {
        Files.write(part, ShortBuffer.trim(output));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
    }
  }
}
