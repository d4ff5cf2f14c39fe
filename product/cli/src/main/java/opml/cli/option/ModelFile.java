package opml.cli.option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.engine.commit.HashCache;
import opml.engine.commit.Model;
import opml.formats.ModelLoader;

/// Reads models from ONNX files.
public final class ModelFile {
  private ModelFile() {}

  /// {@return the model in a file; the console hears of long hashing}
  ///
  /// @throws Failure if it cannot be read, or is too large
  /// @throws opml.core.codec.MalformedException if it is not an ONNX model
  /// @throws opml.formats.refusal.ImportException if it is one that we cannot run
  public static Model load(Path file, Console console) {
    try {
      HashingNotes progress = new HashingNotes(file, console::note, System::nanoTime);
      Model model = ModelLoader.load(file, HashCache.ofUser(), progress);
      model.id(); // so that what cannot be read is told here, with the file's name
      return model;
    } catch (IOException e) {
      throw Messages.at(file, e);
    } catch (UncheckedIOException e) {
      throw Messages.at(file, Objects.requireNonNull(e.getCause()));
    } catch (IllegalArgumentException e) {
      // Well-formed ONNX, but too large for a node or for the registry.
      throw new Failure(file + ": " + e.getMessage(), e);
    }
  }

  /// {@return the models in these files}
  public static List<Model> load(List<Path> files, Console console) {
    List<Model> models = new ArrayList<>();
    for (Path file : files) {
      models.add(load(file, console));
    }
    return models;
  }
}
