package opml.cli.command.model;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.cli.console.TensorType;
import opml.cli.option.ModelFile;
import opml.engine.commit.Model;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Checks a model file and shows its identity.
@Command(
    name = "import",
    description = {
      "Checks that a model can be run and disputed, and shows its id.",
      "The id follows from the file alone: whoever imports the same file gets the same id."
    },
    footer = {"  opml model import mnist.onnx"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ModelImportCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(paramLabel = "FILE.onnx", description = "The model.")
  private Path file;

  @Override
  public Integer call() {
    Model model = ModelFile.load(file, console);
    console.show(
        Json.object(
            "model", model.id(),
            "nodes", model.nodes().size(),
            "slots", model.graph().slots().size(),
            "inputBytes", model.descriptor().inputBytes(),
            "outputBytes", model.descriptor().outputBytes()),
        () ->
            "%s%n%d nodes, %d slots, input %s, output %s"
                .formatted(
                    model.id(),
                    model.nodes().size(),
                    model.graph().slots().size(),
                    TensorType.inputOf(model),
                    TensorType.outputOf(model)));
    return 0;
  }
}
