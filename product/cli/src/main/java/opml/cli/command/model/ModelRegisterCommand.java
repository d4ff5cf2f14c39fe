package opml.cli.command.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.option.ChainTextOptions;
import opml.cli.option.DeploymentOption;
import opml.cli.option.KeyOption;
import opml.cli.option.ModelFile;
import opml.engine.commit.Model;
import opml.ethereum.key.Wallet;
import opml.hub.Hub;
import opml.hub.ModelRegistration;
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
      "      --uri https://example.org/mnist.onnx",
      "  opml model register model.gguf --context 2048 --key-file keys/server.key"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ModelRegisterCommand implements Callable<Integer> {
  /// More the registry does not publish (`spec/protocol.md` §1.4).
  private static final int URI_BYTES_MAX = 256;

  @Mixin private Console console;
  @Mixin private DeploymentOption deployment;
  @Mixin private KeyOption key;

  @Mixin private ChainTextOptions text;

  @Parameters(paramLabel = "FILE", description = "The model.")
  private Path file;

  @Option(
      names = "--uri",
      paramLabel = "URI",
      defaultValue = "",
      description = "Where others find the file. They check it against the model's id.")
  private String uri;

  @Override
  public Integer call() {
    requirePlace();
    Model model = ModelFile.open(file, text, console).model();
    Wallet wallet = key.wallet();
    try (DeploymentOption.Opened opened = deployment.open()) {
      Hub hub = opened.hub(wallet);
      boolean known = isRegistered(opened, model);
      long gas = 0;
      if (!known || !uri.isEmpty()) {
        byte[] place = uri.getBytes(StandardCharsets.UTF_8);
        gas =
            ModelRegistration.register(
                    hub.deployment(), hub.sender(), model.descriptor().encode(), place)
                .gasUsed();
        if (!isRegistered(opened, model)) {
          throw new Failure(
              "the registry knows the model by another id than %s: is it another version's?"
                  .formatted(model.id()));
        }
      }
      long used = gas;
      console.show(
          Json.object("model", model.id(), "alreadyRegistered", known, "uri", uri, "gas", used),
          () -> "%s %s".formatted(model.id(), told(known, used)));
    }
    return 0;
  }

  private String told(boolean known, long gas) {
    String registered = known ? "was registered already" : "registered";
    String published = uri.isEmpty() ? "" : ", published at " + uri;
    return registered + published + (gas == 0 ? "" : ", " + Amounts.count(gas) + " gas");
  }

  /// What is published stays on the chain for ever, and everybody who wants the model tries it.
  private void requirePlace() {
    if (uri.isEmpty()) {
      return;
    }
    try {
      int bytes = uri.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > URI_BYTES_MAX) {
        throw new Failure(
            "--uri: %d bytes, the registry takes at most %d".formatted(bytes, URI_BYTES_MAX));
      }
      if (!new URI(uri).isAbsolute()) {
        throw new Failure("--uri " + uri + ": expected is a scheme and a place, as in https://…");
      }
    } catch (URISyntaxException e) {
      throw new Failure("--uri " + uri + ": not a URI: " + e.getReason(), e);
    }
  }

  private static boolean isRegistered(DeploymentOption.Opened opened, Model model) {
    return ModelRegistration.isRegistered(
        opened.deployment(), opened.chain().snapshot(), model.id());
  }
}
