package opml.app.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import opml.app.cli.output.Failure;
import opml.engine.commit.Model;

/// Reads models from ONNX files.
public final class ModelFile {
  private ModelFile() {}

  /// {@return the model in a file}
  ///
  /// @throws IOException if it cannot be read
  /// @throws opml.core.codec.MalformedException if it is not an ONNX model
  /// @throws opml.engine.imports.ImportException if it is one that we cannot run
  public static Model load(Path file) throws IOException {
    try {
      return Model.load(file);
    } catch (IllegalArgumentException e) {
      // Well-formed ONNX, but too large for a node or for the registry.
      throw new Failure(file + ": " + e.getMessage(), e);
    }
  }

  /// {@return the models in these files}
  public static List<Model> load(List<Path> files) throws IOException {
    List<Model> models = new ArrayList<>();
    for (Path file : files) {
      models.add(load(file));
    }
    return models;
  }
}
