package opml.cli.command.receipt;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.option.DeploymentOption;
import opml.cli.option.KeyOption;
import opml.cli.option.KnownModel;
import opml.cli.option.LoraOptions;
import opml.core.account.Wei;
import opml.core.codec.ShortBuffer;
import opml.ethereum.chain.Receipt;
import opml.ethereum.key.TypedDomain;
import opml.ethereum.send.Signer;
import opml.game.claim.Availability;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.work.Work;
import opml.hub.Hub;
import opml.hub.HubReader;
import opml.hub.Picture;
import opml.hub.Picture.SeenRequest;
import opml.hub.Terms;
import opml.proof.Answers;
import opml.proof.GraphWorkshop;
import opml.receipt.AnswerReceipt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Claims the answer of a receipt.
@Command(
    name = "claim",
    description = {
      "Claims the answer of a receipt on the chain, with a bond, as its signer has vouched to do.",
      "That answers an open request for the same; disputes then go as usual, and 'opml serve' with the same key plays"
          + " and settles them."
    },
    footer = {
      "  opml receipt claim answer.json -m model.gguf --key-file keys/server.key",
      "  opml receipt claim answer.json -m model.gguf --key-file keys/server.key \\",
      "      --request --fee 0.01"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ReceiptClaimCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private DeploymentOption deployment;
  @Mixin private KeyOption key;

  @Parameters(
      paramLabel = "FILE",
      description = "A receipt, or an answer of 'opml api' that has one; - for the standard input.")
  private Path file;

  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "FILE",
      description = "The model's file; the answer is computed again before a bond is staked on it.")
  private Path modelFile;

  @Mixin private LoraOptions lora;

  @Option(
      names = "--request",
      description =
          "Where nobody has asked for it, put the request, too, for this account to answer.")
  private boolean asks;

  @Option(
      names = "--fee",
      paramLabel = "ETH",
      defaultValue = "0",
      description = "What such a request pays (default: ${DEFAULT-VALUE}).")
  private Wei fee;

  @Override
  public Integer call() {
    List<AnswerReceipt> receipts = ReceiptFile.read(file).receipts();
    Signer account = key.account();
    for (AnswerReceipt receipt : receipts) {
      if (!receipt.server().equals(account.address())) {
        throw new Failure(
            "--key-file: it is the key of %s, and the receipt is of %s"
                .formatted(account.address(), receipt.server()));
      }
    }
    try (DeploymentOption.Opened opened = deployment.open();
        ReceiptJudge judge = new ReceiptJudge(modelFile, lora, console)) {
      for (AnswerReceipt receipt : receipts) {
        requireHere(opened, receipt);
        List<String> flaws = judge.flaws(receipt);
        if (!flaws.isEmpty()) {
          throw failure("it is wrong, and a claim of it would lose its bond: " + all(flaws));
        }
      }
      for (AnswerReceipt receipt : receipts) {
        claim(opened, opened.hub(account), receipt, judge.model(receipt));
      }
    }
    return 0;
  }

  private static String all(List<String> flaws) {
    return String.join("; also ", flaws);
  }

  private Failure failure(String why) {
    return new Failure("%s: %s".formatted(ReceiptFile.name(file), why));
  }

  private void requireHere(DeploymentOption.Opened opened, AnswerReceipt receipt) {
    TypedDomain.Site here =
        new TypedDomain.Site(opened.deployment().chainId(), opened.deployment().hub().address());
    Optional<TypedDomain.Site> meant = receipt.domain().site();
    if (meant.isPresent() && !meant.get().equals(here)) {
      throw failure("it is for %s, and this is %s".formatted(meant.get(), here));
    }
    long deadline = receipt.vouched().deadline();
    if (opened.chain().latest().timestamp() > deadline) {
      throw failure(
          "its server vouched until %s, which is over".formatted(Instant.ofEpochSecond(deadline)));
    }
    if (!opened.isRegistered(receipt.vouched().model())) {
      throw failure(
          "model %s is not registered; 'opml model register' does it, with --context %d --answer %d"
              .formatted(
                  receipt.vouched().model(),
                  receipt.limits().context(),
                  receipt.limits().capacity()));
    }
  }

  private void claim(
      DeploymentOption.Opened opened, Hub hub, AnswerReceipt receipt, KnownModel known) {
    GraphWorkshop workshop = new GraphWorkshop(List.of());
    byte[] tape = ShortBuffer.pad(receipt.answer(), receipt.outputBytes());
    // It was found right, so the state that its run ends in follows without the run.
    workshop.add(known.model(), Answers.leavingNothing((_, _) -> tape));
    Work work = workshop.work(known.id(), receipt.request()).orElseThrow();
    HubReader reader = new HubReader(opened.deployment(), opened.chain());
    Optional<RequestId> open = open(reader.read(), hub, receipt);
    boolean isNew = open.isEmpty();
    if (isNew && !asks) {
      throw failure(
          "there is no open request for it that this account may answer; --request puts one");
    }
    RequestId request = open.orElseGet(() -> ask(hub, receipt));
    Wei bond = hub.bondDue(request);
    Optional<Receipt> sent = hub.claim(request, work, bond);
    if (sent.isEmpty()) {
      throw failure("request %s takes no claim any more".formatted(request));
    }
    console.show(
        Json.object(
            "event", "claimed",
            "request", request,
            "asked", isNew,
            "model", known.id(),
            "server", hub.account(),
            "bond", bond,
            "finalState", work.result().finalState(),
            "transaction", sent.get().transaction().hash(),
            "gas", sent.get().gasUsed()),
        () ->
            ("claimed request %s%s with a bond of %s, %s gas%n"
                    + "keep 'opml serve' running with this key: it defends the claim and settles it")
                .formatted(
                    request,
                    isNew ? ", which was put for it," : "",
                    bond,
                    Amounts.count(sent.get().gasUsed())));
  }

  /// {@return the request for just this that pays best and can be answered still}
  private static Optional<RequestId> open(Picture picture, Hub hub, AnswerReceipt receipt) {
    return picture.requests().values().stream()
        .filter(seen -> seen.state().status() == RequestStatus.OPEN)
        .filter(seen -> seen.state().request().availability() == Availability.EMITTED)
        .filter(seen -> seen.state().request().modelId().equals(receipt.vouched().model()))
        .filter(seen -> seen.state().request().inputRoot().equals(receipt.vouched().inputRoot()))
        .filter(seen -> seen.state().request().admits(hub.account()))
        .filter(seen -> picture.now() <= seen.state().deadline())
        .filter(
            seen ->
                picture.claimsOn(seen.id()).stream()
                    .filter(claim -> claim.state().status() == ClaimStatus.LIVE)
                    .noneMatch(claim -> claim.state().claim().server().equals(hub.account())))
        .max(Comparator.comparing(seen -> seen.state().request().fee()))
        .map(SeenRequest::id);
  }

  private RequestId ask(Hub hub, AnswerReceipt receipt) {
    Terms terms = Terms.until(receipt.vouched().deadline()).named(hub.account());
    return hub.request(receipt.vouched().model(), terms, receipt.request(), fee);
  }
}
