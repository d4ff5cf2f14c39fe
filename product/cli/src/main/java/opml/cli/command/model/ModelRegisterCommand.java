package opml.cli.command.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.option.DeploymentOption;
import opml.cli.option.KeyOption;
import opml.cli.option.KnownModel;
import opml.cli.option.LanguageAnswers;
import opml.cli.option.ModelFile;
import opml.cli.option.ModelOptions;
import opml.cli.option.TextPlace;
import opml.engine.commit.Model;
import opml.ethereum.send.Signer;
import opml.hub.Hub;
import opml.hub.ModelRegistration;
import opml.llm.forward.TextLimits;
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

  @Mixin private ModelOptions text;

  @Parameters(paramLabel = "FILE", description = "The model.")
  private Path file;

  @Option(
      names = "--uri",
      paramLabel = "URI",
      defaultValue = "",
      description =
          "Where others find the file. They check it against the model's id. Of a language model the numbers of a text"
              + " are added behind a #.")
  private String uri;

  @Override
  public Integer call() {
    requirePlace(uri);
    KnownModel known = ModelFile.open(file, text, console);
    Model model = known.model();
    String place = place(known);
    requirePlace(place);
    Signer account = key.account();
    try (DeploymentOption.Opened opened = deployment.open()) {
      Hub hub = opened.hub(account);
      boolean before = isRegistered(opened, model);
      long gas = 0;
      if (!before || !place.isEmpty()) {
        byte[] bytes = place.getBytes(StandardCharsets.UTF_8);
        gas =
            ModelRegistration.register(
                    hub.deployment(), hub.sender(), model.descriptor().encode(), bytes)
                .gasUsed();
        if (!isRegistered(opened, model)) {
          throw new Failure(
              "the registry knows the model by another id than %s: is it another version's?"
                  .formatted(model.id()));
        }
      }
      long used = gas;
      console.show(
          Json.object("model", model.id(), "alreadyRegistered", before, "uri", place, "gas", used),
          () -> "%s %s".formatted(model.id(), told(before, place, used)));
    }
    return 0;
  }

  /// {@return what is published: of a language model, with the numbers of a text, from which its id follows}
  private String place(KnownModel known) {
    Optional<TextLimits> limits = known.language().map(LanguageAnswers::limits);
    if (uri.isEmpty() || limits.isEmpty()) {
      return uri;
    }
    TextPlace said;
    try {
      said = TextPlace.of(uri);
    } catch (IllegalArgumentException e) {
      throw new Failure("--uri: " + e.getMessage(), e);
    }
    String place = new TextPlace(said.uri(), limits).published();
    if (said.text().isPresent() && !said.text().equals(limits)) {
      throw new Failure(
          "--uri: this model is published at %s; the fragment may be left out".formatted(place));
    }
    return place;
  }

  private static String told(boolean before, String place, long gas) {
    String registered = before ? "was registered already" : "registered";
    String published = place.isEmpty() ? "" : ", published at " + place;
    return registered + published + (gas == 0 ? "" : ", " + Amounts.count(gas) + " gas");
  }

  /// What is published stays on the chain for ever, and everybody who wants the model tries it.
  private static void requirePlace(String uri) {
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
