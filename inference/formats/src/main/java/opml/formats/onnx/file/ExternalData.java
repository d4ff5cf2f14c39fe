package opml.formats.onnx.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import opml.core.codec.Names;
import opml.engine.tensor.StoredBytes;
import opml.formats.file.ByteSource;

/// A tensor's data in a file beside the model. Models come from strangers, so that what they name is read only if it is
/// a regular file inside the model's folder, also after links. Tensors may share bytes there: ONNX does not forbid it,
/// and writers store equal tensors once.
///
/// @param entries `location`, a path relative to the folder; `offset`, 0 if absent; `length`, what the tensor needs if
///     absent. Others, such as `checksum`, say nothing that we need.
record ExternalData(StoredTensor tensor, Map<String, String> entries) {
  /// {@return the bytes that the tensor needs, which are there}
  StoredBytes find(long bytes) throws IOException {
    String location = entries.getOrDefault("location", "");
    Path file = file(location);
    ByteSource source =
        tensor.folder().open(tensor.source().name() + ", external data " + shown(), file);
    long offset = number("offset", 0);
    long length = number("length", bytes);
    if (length != bytes) {
      throw tensor.refuse(
          "%s has %d bytes, but %s are declared in %s"
              .formatted(tensor.described(), bytes, length, shown()));
    }
    if (offset > source.size() || bytes > source.size() - offset) {
      throw tensor.refuse(
          "expected %d bytes from %d on in %s, but it has %d"
              .formatted(bytes, offset, shown(), source.size()));
    }
    return source.part(tensor.place(), offset, bytes);
  }

  private Path file(String location) throws IOException {
    Path folder =
        tensor
            .folder()
            .path()
            .orElseThrow(() -> tensor.refuse("its data lie outside the model file, in " + shown()));
    Path relative;
    try {
      relative = Path.of(location);
    } catch (InvalidPathException e) {
      throw tensor.refuse("its data lie in " + shown() + ", which is no path");
    }
    if (location.isEmpty()
        || relative.isAbsolute()
        || location.startsWith("/")
        || location.startsWith("\\")) {
      throw tensor.refuse(
          "expected its data in a file of the model's folder, found location \"" + shown() + "\"");
    }
    if (relative.normalize().startsWith("..")) {
      throw tensor.refuse("its data would lie outside the model's folder, in " + shown());
    }
    Path real;
    try {
      real = folder.resolve(relative).toRealPath();
    } catch (NoSuchFileException e) {
      throw tensor.refuse("its data lie in " + shown() + ", which is not there");
    } catch (IOException e) {
      throw tensor.refuse(
          "its data lie in " + shown() + ", which cannot be read: " + Names.shown("" + e));
    }
    if (!real.startsWith(folder.toRealPath())) {
      throw tensor.refuse(
          "its data would lie outside the model's folder: " + shown() + " is a link to " + real);
    }
    if (!Files.isRegularFile(real)) {
      throw tensor.refuse("its data lie in " + shown() + ", which is no regular file");
    }
    return real;
  }

  /// {@return the location as a message may show it}
  private String shown() {
    return Names.shown(entries.getOrDefault("location", ""));
  }

  private long number(String key, long ifAbsent) {
    String text = entries.getOrDefault(key, Long.toString(ifAbsent));
    if (!text.matches("[0-9]{1,18}")) {
      throw tensor.refuse(
          "expected a number of bytes as " + key + ", found \"" + Names.shown(text) + "\"");
    }
    return Long.parseLong(text);
  }
}
