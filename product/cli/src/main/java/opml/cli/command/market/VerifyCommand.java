package opml.cli.command.market;

import java.util.concurrent.Callable;
import opml.agent.Host;
import opml.agent.Lookout;
import opml.agent.Verifier;
import opml.cli.option.KeyOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Runs a verifier.
@Command(
    name = "verify",
    description = {
      "Recomputes what others claim, and disputes what is wrong, until it is stopped.",
      "It keeps nothing that is not on the chain: it may be stopped and started at any time."
    },
    footer = {
      "  opml verify --model mnist.onnx --key-file keys/verifier.key",
      "  opml verify --key-file keys/verifier.key --fetch --fetch-from https",
      "  opml verify --model mnist.onnx --dry-run"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class VerifyCommand implements Callable<Integer> {
  @Mixin private AgentOptions options;
  @Mixin private KeyOption key;

  @Option(
      names = "--dry-run",
      description =
          "Send nothing, and say what would be challenged or moved, and why. Needs no money, and no key; with one, also"
              + " that account's games are looked at.")
  private boolean dry;

  @Override
  public Integer call() {
    if (dry) {
      options.run("looking", key.accountOrNobody(), false, Verifier::dry);
    } else {
      options.run(
          "verifying",
          key.account(),
          false,
          (hub, workshop, journal, caution) ->
              new Verifier(new Lookout(hub), workshop, journal, caution, Host.careful()));
    }
    return 0;
  }
}
