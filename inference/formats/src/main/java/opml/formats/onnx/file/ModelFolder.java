package opml.formats.onnx.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import opml.formats.file.ByteSource;
import opml.formats.file.FileBytes;

/// The files beside a model file, each opened once however many tensors lie in it.
final class ModelFolder {
  private final Optional<Path> path;
  private final Map<Path, ByteSource> files = new HashMap<>();

  /// @param path none if the model is no file
  ModelFolder(Optional<Path> path) {
    this.path = path;
  }

  Optional<Path> path() {
    return path;
  }

  /// {@return a file}
  ///
  /// @param name what errors call it
  /// @param real where it is, without links
  synchronized ByteSource open(String name, Path real) throws IOException {
    ByteSource known = files.get(real);
    if (known == null) {
      known = FileBytes.of(name, real);
      files.put(real, known);
    }
    return known;
  }
}
