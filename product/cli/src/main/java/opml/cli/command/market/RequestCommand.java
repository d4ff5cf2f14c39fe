package opml.cli.command.market;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.JournalWriter;
import opml.cli.console.Json;
import opml.cli.option.DeploymentOption;
import opml.cli.option.InputFile;
import opml.cli.option.KeyOption;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.key.Wallet;
import opml.game.claim.RequestId;
import opml.hub.Hub;
import opml.hub.Requester;
import opml.hub.Terms;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Asks for an inference.
@Command(
    name = "request",
    description = "Asks for an inference, and pays the server whose claim becomes final.",
    footer = {
      "  opml request --model mnist.onnx --input seven.pgm --fee 0.01 \\",
      "      --deadline 3600 --key-file keys/requester.key --wait",
      "  opml status"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class RequestCommand implements Callable<Integer> {
  private static final int CALLBACK_GAS_MAX = 10_000_000;

  @Mixin private Console console;
  @Mixin private DeploymentOption deployment;
  @Mixin private KeyOption key;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE.onnx|ID",
      description = "The model's file, or its id.")
  private String model;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description = "The input's bytes, a digit as .pgm, or an idx file of images.")
  private Path input;

  @Option(
      names = "--index",
      paramLabel = "N",
      defaultValue = "0",
      description = "Which image of an idx file (default: ${DEFAULT-VALUE}).")
  private int index;

  @Option(names = "--fee", required = true, paramLabel = "ETH", description = "What it is worth.")
  private Wei fee;

  @Option(
      names = "--deadline",
      required = true,
      paramLabel = "SECONDS",
      description = "How long, from now, claims may be made.")
  private long deadline;

  @Option(
      names = "--server",
      paramLabel = "ADDRESS",
      defaultValue = "0x0000000000000000000000000000000000000000",
      description = "Who alone may answer (default: anyone).")
  private Address server;

  @Option(
      names = "--callback",
      paramLabel = "ADDRESS",
      defaultValue = "0x0000000000000000000000000000000000000000",
      description = "A contract that results are delivered to (default: none).")
  private Address callback;

  @Option(
      names = "--callback-gas",
      paramLabel = "N",
      defaultValue = "0",
      description = "The gas that a delivery passes on (default: ${DEFAULT-VALUE}).")
  private long callbackGas;

  @Option(
      names = "--wait",
      description = "Wait until the result is final, which takes the window and all disputes.")
  private boolean wait;

  @Option(
      names = "--poll",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "Pause between two looks at the chain (default: ${DEFAULT-VALUE}).")
  private double poll;

  @Override
  public Integer call() {
    requireSane();
    RequestedModel asked = RequestedModel.of(model, console);
    Wallet wallet = key.wallet();
    try (DeploymentOption.Opened opened = deployment.open()) {
      Hub hub = opened.hub(wallet);
      byte[] bytes = InputFile.read(input, Registry.of(hub).inputBytes(asked.id()), index);
      Wei balance = hub.sender().balance();
      if (balance.compareTo(fee) <= 0) {
        throw new Failure(
            "account %s has %s, not enough for the fee of %s and gas"
                .formatted(hub.account(), balance, fee));
      }
      long until = Math.addExact(opened.chain().latest().timestamp(), deadline);
      Requester requester = new Requester(hub, new JournalWriter(console, InstantSource.system()));
      RequestId id =
          requester.request(
              asked.id(), bytes, new Terms(server, until, callback, callbackGas), fee);
      console.show(
          Json.object("event", "requested", "request", id, "model", asked.id(), "deadline", until),
          () -> "request " + id);
      return wait ? new Waiting(console, requester, asked, poll).until(id) : 0;
    }
  }

  private void requireSane() {
    if (deadline < 1 || deadline > 10L * 365 * 86_400) {
      throw new Failure("--deadline " + deadline + ": expected are seconds, from 1 to ten years");
    }
    if (callbackGas < 0 || callbackGas > CALLBACK_GAS_MAX || callback.isZero() && callbackGas > 0) {
      throw new Failure(
          "--callback-gas %d: expected is at most %d, and none without --callback"
              .formatted(callbackGas, CALLBACK_GAS_MAX));
    }
    if (!(poll >= 0.001 && poll <= 3_600)) {
      throw new Failure("--poll " + poll + ": expected are seconds, from 0.001 to 3600");
    }
  }
}
