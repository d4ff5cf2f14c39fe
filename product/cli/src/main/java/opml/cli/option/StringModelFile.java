package opml.cli.option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import opml.cli.console.Messages;
import opml.formats.file.FileKind;
import opml.formats.onnx.Bindings;
import opml.formats.onnx.StringModel;

/// Reads models that have strings from ONNX files: such models have no ids, and so are none of [ModelFile].
public final class StringModelFile {
  private StringModelFile() {}

  /// {@return the model in a file, if it is one of ONNX that has strings}
  ///
  /// @throws opml.cli.console.Failure if the file cannot be read
  /// @throws opml.core.codec.MalformedException if it is damaged
  /// @throws opml.formats.refusal.ImportException if its model cannot be run
  public static Optional<StringModel> find(Path file, Bindings bindings) {
    try {
      return FileKind.of(file) == FileKind.ONNX
          ? StringModel.load(file, bindings)
          : Optional.empty();
    } catch (IOException e) {
      throw Messages.at(file, e);
    } catch (UncheckedIOException e) {
      throw Messages.at(file, Objects.requireNonNull(e.getCause()));
    }
  }
}
