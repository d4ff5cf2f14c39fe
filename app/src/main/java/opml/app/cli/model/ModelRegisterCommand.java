package opml.app.cli.model;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import opml.agent.hub.Hub;
import opml.agent.key.Wallet;
import opml.app.cli.option.DeploymentOption;
import opml.app.cli.option.KeyOption;
import opml.app.cli.option.ModelFile;
import opml.app.cli.output.Console;
import opml.app.cli.output.Failure;
import opml.app.cli.output.Json;
import opml.app.view.Amounts;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.engine.commit.ModelDescriptor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a model known to a deployment.
@Command(
    name = "register",
    description = {
      "Registers a model, so that requests may name it. To register a model again only publishes another URI."
    },
    footer = {
      "  opml model register mnist.onnx --key-file keys/server.key",
      "  opml model register mnist.onnx --key-file keys/server.key \\",
      "      --uri https://example.org/mnist.onnx"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ModelRegisterCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private DeploymentOption deployment;
  @Mixin private KeyOption key;

  @Parameters(paramLabel = "FILE.onnx", description = "The model.")
  private Path file;

  @Option(
      names = "--uri",
      paramLabel = "URI",
      defaultValue = "",
      description = "Where others find the file. They check it against the model's id.")
  private String uri;

  @Override
  public Integer call() {
    Model model = ModelFile.load(file);
    Wallet wallet = key.wallet();
    try (DeploymentOption.Opened opened = deployment.open()) {
      Hub hub = opened.hub(wallet);
      boolean known = isRegistered(hub, model.id());
      long gas = 0;
      if (!known || !uri.isEmpty()) {
        gas =
            hub.register(fields(model.descriptor()), uri.getBytes(StandardCharsets.UTF_8))
                .gasUsed();
        if (!isRegistered(hub, model.id())) {
          throw new Failure(
              "the registry knows the model by another id than %s: is it another version's?"
                  .formatted(model.id()));
        }
      }
      long used = gas;
      console.show(
          Json.object("model", model.id(), "alreadyRegistered", known, "gas", used),
          () ->
              "%s %s"
                  .formatted(
                      model.id(),
                      known
                          ? "was registered already"
                          : "registered, " + Amounts.count(used) + " gas"));
    }
    return 0;
  }

  private static boolean isRegistered(Hub hub, Bytes32 id) {
    return hub.deployment()
        .registry()
        .read(hub.sender().chain().snapshot(), "isRegistered", id)
        .bool(0);
  }

  /// {@return the descriptor as the registry's struct}
  private static List<Object> fields(ModelDescriptor model) {
    return List.of(
        model.graphRoot(),
        (long) model.graphDepth(),
        model.nodeCount(),
        model.loops(),
        model.initialSlotsRoot(),
        (long) model.slotDepth(),
        model.inputSlot(),
        (long) model.inputDepth(),
        model.inputBytes(),
        model.outputSlot(),
        (long) model.outputDepth(),
        model.outputBytes());
  }
}
