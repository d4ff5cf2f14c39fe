package opml.cli.option;

import java.util.List;
import java.util.Optional;
import opml.engine.graph.Port;
import opml.formats.onnx.file.OnnxValueInfo;
import picocli.CommandLine.Option;

/// Where an output goes: a file, or one for each of several outputs.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class OutputOptions {
  @Option(
      names = "--output",
      paramLabel = "[NAME=]FILE",
      description = {
        "Write the output there: as a NumPy array (.npy), as nested arrays of numbers or strings"
            + " (.json), or its bytes as they are; of a model with strings also as one of ONNX's"
            + " tensors (.pb). Of a model with several outputs, NAME=FILE for any of them, or one"
            + " file for their packed bytes."
      })
  private List<String> outputs = List.of();

  /// {@return where outputs go, if they go to files}
  ///
  /// @param port the model's output, if its file told it
  /// @throws opml.cli.console.Failure if they cannot go there
  public Optional<OutputFiles> files(Optional<Port> port) {
    return outputs.isEmpty() ? Optional.empty() : Optional.of(OutputFiles.of(outputs, port));
  }

  /// {@return where outputs of a model that has strings go, if they go to files}
  ///
  /// @param declared all outputs
  /// @throws opml.cli.console.Failure if they cannot go there
  public Optional<NamedValues> values(List<OnnxValueInfo> declared) {
    return outputs.isEmpty()
        ? Optional.empty()
        : Optional.of(NamedValues.outputs(outputs, declared));
  }
}
