package opml.cli.command.market;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.agent.Host;
import opml.agent.Lookout;
import opml.agent.OutputFolder;
import opml.agent.Server;
import opml.cli.console.Failure;
import opml.cli.option.KeyOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Runs a server.
@Command(
    name = "serve",
    description = {
      "Answers requests: computes, claims, defends, settles, and takes the fees, until it is stopped.",
      "It keeps nothing that is not on the chain: it may be stopped and started at any time."
    },
    footer = {
      "  opml serve --model mnist.onnx --key-file keys/server.key",
      "  opml serve --model a.onnx b.onnx --key-file keys/server.key --json",
      "  opml serve --model a.onnx --fetch --key-file keys/server.key",
      "  opml serve --model a.onnx --dry-run",
      "  opml serve --model model.gguf --context 2048 --key-file keys/server.key"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ServeCommand implements Callable<Integer> {
  @Mixin private AgentOptions options;
  @Mixin private KeyOption key;

  @Option(
      names = "--min-fee",
      paramLabel = "auto|ETH",
      defaultValue = "auto",
      converter = LeastFee.Converter.class,
      description =
          "Leave requests alone that pay less; auto: less than the gas of an answer costs at today's price"
              + " (default: ${DEFAULT-VALUE}).")
  private LeastFee minimalFee;

  @Option(
      names = "--beside",
      description = "Claim even beside another's claim of the same result; only one gets the fee.")
  private boolean beside;

  @Option(
      names = "--attempts",
      paramLabel = "N",
      defaultValue = "1",
      description = "Give a request up after so many lost claims (default: ${DEFAULT-VALUE}).")
  private int attempts;

  @Option(
      names = "--callback-gas-max",
      paramLabel = "GAS",
      defaultValue = "1000000",
      description =
          "Tell requesters' contracts their results if that passes on at most this much gas"
              + " (default: ${DEFAULT-VALUE}).")
  private long callbackGasMax;

  @Option(
      names = "--outputs",
      paramLabel = "DIR",
      description =
          "Publish outputs of more than 24,576 bytes in this folder, one file each that is called by the root on the"
              + " chain, for whoever asks for them; any web server can pass them on.")
  private Optional<Path> outputs;

  @Option(
      names = "--dry-run",
      description =
          "Send nothing, and say what would be claimed, moved and delivered, and why. Needs no money, and no key; with"
              + " one, also that account's claims are looked at.")
  private boolean dry;

  @Override
  public Integer call() {
    if (attempts < 1) {
      throw new Failure("--attempts " + attempts + ": expected is a number, at least 1");
    }
    Server.Policy policy = new Server.Policy(minimalFee.fixed(), beside, attempts, callbackGasMax);
    options.run(
        dry ? "looking" : "serving",
        dry ? key.accountOrNobody() : key.account(),
        true,
        (hub, workshop, journal, caution) ->
            new Server(
                new Lookout(hub),
                workshop,
                journal,
                policy,
                caution,
                outputs.map(OutputFolder::new),
                dry,
                Host.careful()));
    return 0;
  }
}
