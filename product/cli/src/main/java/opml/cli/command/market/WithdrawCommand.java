package opml.cli.command.market;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.JournalWriter;
import opml.cli.console.Json;
import opml.cli.option.DeploymentOption;
import opml.cli.option.KeyOption;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Receipt;
import opml.ethereum.send.Signer;
import opml.hub.Hub;
import opml.hub.Requester;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Takes what the hub owes an account.
@Command(
    name = "withdraw",
    description = {
      "Has what the hub owes this account paid out: fees, bonds and shares.",
      "Requests of this account that nobody answered in time are ended first, so that their fees are among it."
    },
    footer = {
      "  opml withdraw --key-file keys/requester.key",
      "  opml withdraw --key-file keys/server.key \\",
      "      --to 0x00000000000000000000000000000000000000aa"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class WithdrawCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private DeploymentOption deployment;
  @Mixin private KeyOption key;

  @Option(
      names = "--to",
      paramLabel = "ADDRESS",
      description = "Where to send it (default: the account itself).")
  private Optional<Address> to;

  @Override
  public Integer call() {
    Signer account = key.account();
    try (DeploymentOption.Opened opened = deployment.open()) {
      Hub hub = opened.hub(account);
      Address receiver = to.orElse(hub.account());
      new Requester(hub, new JournalWriter(console, InstantSource.system())).endUnanswered();
      Wei credit = opened.deployment().credit(opened.chain().snapshot(), hub.account());
      Optional<Receipt> receipt = credit.isZero() ? Optional.empty() : hub.withdraw(receiver);
      Wei paid = receipt.isPresent() ? credit : Wei.ZERO;
      console.show(
          Json.object(
              "account",
              hub.account(),
              "to",
              receiver,
              "amount",
              paid,
              "gas",
              receipt.map(Receipt::gasUsed)),
          () ->
              receipt
                  .map(
                      mined ->
                          "%s to %s, %s gas"
                              .formatted(paid, receiver, Amounts.count(mined.gasUsed())))
                  .orElse("the hub owes " + hub.account() + " nothing"));
    }
    return 0;
  }
}
