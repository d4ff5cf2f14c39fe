package opml.cli.command.market;

import java.util.concurrent.Callable;
import opml.agent.Verifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Runs a verifier.
@Command(
    name = "verify",
    description = {
      "Recomputes what others claim, and disputes what is wrong, until it is stopped.",
      "It keeps nothing that is not on the chain: it may be stopped and started at any time."
    },
    footer = {"  opml verify --model mnist.onnx --key-file keys/verifier.key"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class VerifyCommand implements Callable<Integer> {
  @Mixin private AgentOptions options;

  @Override
  public Integer call() {
    options.run("verifying", Verifier::new);
    return 0;
  }
}
