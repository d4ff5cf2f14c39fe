package opml.formats.onnx.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.StoredBytes;
import opml.formats.file.ByteSource;
import opml.formats.file.TensorTable;

/// A tensor's data in a file beside the model. Models come from strangers, so that what they name is read only if it is
/// a regular file inside the model's folder, also after links. Tensors may share all of their bytes there: ONNX does
/// not forbid it, and writers store equal tensors once.
///
/// @param type of its elements
/// @param entries `location`, a path relative to the folder; `offset`, 0 if absent; `length`, what the tensor needs if
///     absent. Others, such as `checksum`, say nothing that we need.
record ExternalData(StoredTensor tensor, ElementType type, Map<String, String> entries) {
  /// {@return the bytes that the tensor needs, which are there}
  StoredBytes find() throws IOException {
    return TensorTable.of(source(), List.of(entry())).bytes(tensor.place());
  }

  /// Checks that tensors lie where they may, and share no bytes but all of them, in each file.
  ///
  /// @throws opml.core.codec.MalformedException if not; of the first file where this is so, it tells all that is wrong
  static void requirePlaces(List<ExternalData> all) throws IOException {
    Map<ByteSource, List<TensorTable.Entry>> files = new LinkedHashMap<>();
    for (ExternalData data : all) {
      files.computeIfAbsent(data.source(), key -> new ArrayList<>()).add(data.entry());
    }
    files.forEach(TensorTable::of);
  }

  private ByteSource source() throws IOException {
    Path file = file(entries.getOrDefault("location", ""));
    return tensor.folder().open(tensor.source().name() + ", external data " + shown(), file);
  }

  private TensorTable.Entry entry() {
    long offset = number("offset").orElse(0);
    long length = number("length").orElseGet(() -> type.byteSize(tensor.dims()));
    return new TensorTable.Entry(tensor.place(), type, tensor.dims(), offset, length);
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

  private OptionalLong number(String key) {
    if (!entries.containsKey(key)) {
      return OptionalLong.empty();
    }
    String text = entries.get(key);
    if (!text.matches("[0-9]{1,18}")) {
      throw tensor.refuse(
          "expected a number of bytes as " + key + ", found \"" + Names.shown(text) + "\"");
    }
    return OptionalLong.of(Long.parseLong(text));
  }
}
