package opml.cli.command.market;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import opml.agent.FeeFloor;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.JournalWriter;
import opml.cli.console.Json;
import opml.cli.console.Problems;
import opml.cli.option.DeploymentOption;
import opml.cli.option.InputOptions;
import opml.cli.option.KeyOption;
import opml.cli.option.ModelOptions;
import opml.cli.option.OutputFiles;
import opml.cli.option.PromptOptions;
import opml.cli.option.SamplingOptions;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.codec.ShortBuffer;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Receipt;
import opml.ethereum.send.Signer;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.hub.ClaimedOutput;
import opml.hub.Hub;
import opml.hub.ModelRegistration;
import opml.hub.Receiver;
import opml.hub.Requester;
import opml.hub.Requester.Answer;
import opml.hub.Terms;
import opml.llm.tape.Sampling;
import org.jspecify.annotations.Nullable;
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
      "  opml request --model mnist.onnx --input image.npy --fee 0.01 \\",
      "      --deadline 3600 --key-file keys/requester.key --wait --output logits.npy",
      "  opml request --model two.onnx --input ids=ids.npy --input mask=mask.npy \\",
      "      --fee 0.01 --deadline 3600 --key-file keys/requester.key",
      "  opml request --model model.gguf --prompt 'Once upon a time' --tokens 64 \\",
      "      --fee 0.01 --deadline 3600 --key-file keys/requester.key --wait"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class RequestCommand implements Callable<Integer> {
  private static final int CALLBACK_GAS_MAX = 10_000_000;

  /// About what a claim proves besides its output.
  private static final int PROOF_BYTES = 200;

  @Mixin private Console console;
  @Mixin private DeploymentOption deployment;
  @Mixin private KeyOption key;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE|ID",
      description = "The model's file, or its id.")
  private String model;

  @Mixin private ModelOptions text;
  @Mixin private InputOptions input;
  @Mixin private PromptOptions prompt;

  @Option(
      names = {"-n", "--tokens", "--n-predict"},
      paramLabel = "N",
      description =
          "Tokens of a language model's answer, at most (default: 128, or as many as there is room for).")
  private Optional<Integer> tokens;

  @Mixin private SamplingOptions samplers;

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
      description =
          "The gas that a delivery passes on (default: half more than the contract takes now to hear a result).")
  private @Nullable Long callbackGas;

  @Mixin private WaitOptions options;

  private Sampling sampling = Sampling.GREEDY;

  @Override
  public Integer call() {
    requireSane();
    Duration pause = options.pause();
    RequestedModel named = RequestedModel.of(model, text, console);
    Optional<byte[]> said =
        prompt.isThere() ? Optional.of(asked(named, prompt.text())) : Optional.empty();
    Optional<OutputFiles> output = options.outputFiles(Optional.of(named));
    Signer account = key.account();
    try (DeploymentOption.Opened opened = deployment.open()) {
      Hub hub = opened.hub(account);
      RequestedModel asked = named.registered(opened::isRegistered);
      ModelRegistration.Buffers buffers =
          new Registry(opened.deployment(), opened.chain().snapshot()).buffers(asked);
      byte[] bytes = said.orElseGet(() -> input.read(asked.input(), buffers.input().bytes()));
      long until = Math.addExact(opened.chain().latest().timestamp(), deadline);
      Terms terms = new Terms(server, until, callback, gasToHear(opened, buffers.outputBytes()));
      Hub.GasEstimate estimate = announced(hub, asked, terms, bytes);
      warnOfALowFee(estimate.price(), terms, buffers.carriedBytes());
      Hub.Asked sent = hub.ask(asked.id(), terms, bytes, fee);
      report(sent, estimate, asked, until);
      if (options.wait) {
        Requester requester =
            new Requester(hub, new JournalWriter(console, InstantSource.system()));
        long window = opened.deployment().parameters().window();
        ClaimedResult result =
            new Waiting(
                    console,
                    options.longOutputs(console),
                    new Waiting.Look() {
                      @Override
                      public Answer at(RequestId id) {
                        opened.requireHub();
                        return requester.answer(id);
                      }

                      @Override
                      public ClaimedOutput output(ClaimId id) {
                        return requester.claimedOutput(id);
                      }

                      @Override
                      public Optional<byte[]> input(RequestId id) {
                        return Optional.of(bytes);
                      }
                    },
                    asked,
                    window,
                    pause)
                .until(sent.id());
        options.finish(console, result, output);
      }
    }
    return 0;
  }

  private long gasToHear(DeploymentOption.Opened opened, long outputBytes) {
    if (callback.isZero()) {
      return 0;
    }
    if (!opened.chain().snapshot().hasCode(callback)) {
      throw new Failure("--callback " + callback + ": there is no contract on this chain");
    }
    Receiver receiver = new Receiver(opened.deployment(), callback);
    try {
      long needed = receiver.gasToHear(opened.chain(), outputBytes);
      return callbackGas == null ? passedOn(needed) : passedOn(needed, callbackGas);
    } catch (ChainException.Reverted e) {
      String why =
          "--callback %s refuses to hear a result: %s; is it an IResultReceiver that trusts %s?"
              .formatted(callback, e.revert(), opened.deployment().deliveries().address());
      if (callbackGas == null) {
        throw new Failure(why, e);
      }
      console.note(why);
      return callbackGas;
    }
  }

  private long passedOn(long needed) {
    long gas = Math.min(Receiver.withRoom(needed), CALLBACK_GAS_MAX);
    console.note("deliveries pass on %s gas".formatted(Amounts.count(gas)));
    return gas;
  }

  private long passedOn(long needed, long given) {
    if (given < needed) {
      console.note(
          "--callback-gas %d: %s takes %d now to hear a result, so deliveries would fail"
              .formatted(given, callback, needed));
    }
    return given;
  }

  /// Says what it will cost, while nothing is sent.
  ///
  /// @return the gas
  /// @throws Failure if the account cannot pay that
  private Hub.GasEstimate announced(Hub hub, RequestedModel asked, Terms terms, byte[] bytes) {
    Wei balance = hub.sender().balance();
    requireFunds(hub, balance, fee, "the fee of " + fee + " and gas");
    int length = ShortBuffer.trim(bytes).length;
    if (length > Hub.CARRIED_MOST) {
      console.note(
          "the input of %s bytes goes to the chain in parts before the request"
              .formatted(Amounts.count(length)));
    }
    Hub.GasEstimate gas = hub.estimateAsking(asked.id(), terms, bytes, fee);
    Wei all = fee.plus(gas.fee());
    requireFunds(hub, balance, all, "the fee of " + fee + " and gas for about " + gas.fee());
    console.note(
        "costs the fee of %s, and about %s for %s gas: %s in all"
            .formatted(
                fee, Amounts.rounded(gas.fee()), Amounts.count(gas.gas()), Amounts.rounded(all)));
    return gas;
  }

  /// Servers leave alone what does not pay for its gas.
  private void warnOfALowFee(Wei price, Terms terms, int outputBytes) {
    long gas = FeeFloor.ofClaim(outputBytes + PROOF_BYTES);
    if (!terms.callback().isZero()) {
      gas += FeeFloor.ofDeliveries(terms.callbackGas(), outputBytes);
    }
    Wei least = price.times(gas);
    if (fee.compareTo(least) < 0) {
      console.note(
          "a fee of %s does not pay for the gas of an answer, about %s now: most servers will leave it alone"
              .formatted(fee, Amounts.rounded(least)));
    }
  }

  private static void requireFunds(Hub hub, Wei balance, Wei needed, String what) {
    if (balance.compareTo(needed) <= 0) {
      throw new Failure(
          "account %s has %s, not enough for %s".formatted(hub.account(), balance, what));
    }
  }

  private void report(Hub.Asked sent, Hub.GasEstimate estimate, RequestedModel asked, long until) {
    Receipt receipt = sent.receipt();
    Wei gasFee = sent.gasFee();
    console.show(
        Json.object(
            "event", "requested",
            "request", sent.id(),
            "model", asked.id(),
            "deadline", until,
            "transaction", receipt.transaction().hash(),
            "block", receipt.blockNumber(),
            "gasEstimated", estimate.gas(),
            "gasFeeEstimated", estimate.fee(),
            "gas", sent.gas(),
            "gasFee", gasFee,
            "fee", fee,
            "cost", fee.plus(gasFee)),
        () ->
            "request %s%ntransaction %s, block %d%ncost %s: the fee of %s, and %s for %s gas"
                .formatted(
                    sent.id(),
                    receipt.transaction().hash(),
                    receipt.blockNumber(),
                    Amounts.rounded(fee.plus(gasFee)),
                    fee,
                    Amounts.rounded(gasFee),
                    Amounts.count(sent.gas())));
  }

  private byte[] asked(RequestedModel named, String said) {
    if (sampling.temperature() > 0) {
      console.note("the seed is %d".formatted(sampling.seed()));
    }
    return named
        .language()
        .orElseThrow(
            () ->
                new Failure(
                    named.known().isEmpty()
                        ? "--prompt: only the model's file has the tokenizer; name it with --model"
                        : "--prompt: %s is no language model; expected is --input"
                            .formatted(model)))
        .request(said, tokens, sampling, prompt.name());
  }

  private void requireSane() {
    if (!prompt.isThere()) {
      input.requireThere("; of a language model '--prompt=TEXT' or '--file=FILE'");
    }
    new Problems()
        .when(
            prompt.isThere() && input.isThere(),
            "--prompt: expected is none with --input, which is the whole request")
        .when(
            tokens.isPresent() && !prompt.isThere(),
            "--tokens %d: expected is none without --prompt".formatted(tokens.orElse(0)))
        .when(
            samplers.isThere() && !prompt.isThere(),
            "--temp and what else says how tokens are chosen: expected is none without --prompt")
        .of(() -> sampling = samplers.sampling(new Random()))
        .when(
            deadline < 1 || deadline > 10L * 365 * 86_400,
            "--deadline " + deadline + ": expected are seconds, from 1 to ten years")
        .when(
            callbackGas != null && (callbackGas < 1 || callbackGas > CALLBACK_GAS_MAX),
            "--callback-gas %d: expected is 1 to %d".formatted(callbackGas, CALLBACK_GAS_MAX))
        .when(
            callbackGas != null && callback.isZero(),
            "--callback-gas %d: expected is none without --callback".formatted(callbackGas))
        .of(input::requireFiles)
        .of(options::pause)
        .fail();
  }
}
