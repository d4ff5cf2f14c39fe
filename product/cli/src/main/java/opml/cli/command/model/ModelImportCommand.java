package opml.cli.command.model;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.cli.console.TensorType;
import opml.cli.option.ModelFile;
import opml.cli.option.ModelOptions;
import opml.engine.commit.Model;
import opml.engine.graph.Port;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Checks a model file and shows its identity.
@Command(
    name = "import",
    description = {
      "Checks that a model can be run and disputed, and shows its id.",
      "The id follows from the file alone, of a language model also from how long its texts are: whoever imports the"
          + " same gets the same id."
    },
    footer = {"  opml model import mnist.onnx"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ModelImportCommand implements Callable<Integer> {
  private static final int TYPES_SHOWN = 20;

  @Mixin private Console console;

  @Parameters(paramLabel = "FILE", description = "The model.")
  private Path file;

  @Mixin private ModelOptions text;

  @Override
  public Integer call() {
    Model model = ModelFile.open(file, text, console).model();
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
                    types(model.graph().input()),
                    types(model.graph().output())));
    return 0;
  }

  private static String types(Port port) {
    List<String> first =
        port.parts().stream()
            .limit(TYPES_SHOWN)
            .map(part -> TensorType.of(part).toString())
            .toList();
    int more = port.parts().size() - TYPES_SHOWN;
    return String.join(" and ", first) + (more > 0 ? " and %,d more".formatted(more) : "");
  }
}
