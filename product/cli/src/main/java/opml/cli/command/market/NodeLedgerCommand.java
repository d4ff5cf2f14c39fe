package opml.cli.command.market;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import opml.cli.command.market.LedgerRows.By;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.store.Payment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Shows a node's books.
@Command(
    name = "ledger",
    description = {
      "Shows what a node's account has paid and been paid: bonds, rewards, fees and gas, as its store has it.",
      "Sums by day (in UTC), request or block; what is in a block that may still be undone is marked. It has what hub"
          + " events tell, and the gas of what the node itself has sent."
    },
    footer = {
      "  opml node ledger --config node.toml",
      "  opml node ledger --by request",
      "  opml node ledger --by block --json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class NodeLedgerCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private ConfigOption options;

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      defaultValue = "day",
      description = "What sums are by: day, request or block (default: ${DEFAULT-VALUE}).")
  private String word;

  @Override
  public Integer call() {
    By by = By.of(word);
    try (NodeBeside node = NodeBeside.open(options.read())) {
      List<Payment> payments = node.store().payments().between(0, Long.MAX_VALUE);
      LedgerRows rows = LedgerRows.of(by, payments, node.finalBlock());
      long from = node.store().payments().from();
      long position = node.store().projection().position();
      console.show(
          Json.object(
              "account", node.account(),
              "from", from,
              "block", position,
              "final", node.finalBlock() < 0 ? null : node.finalBlock(),
              "by", by.name().toLowerCase(Locale.ROOT),
              "rows", rows.objects(),
              "total", rows.total().object()),
          () ->
              (payments.isEmpty() ? "nothing has moved\n" : rows.table() + sums(rows))
                  + "blocks %s to %s, final up to %s"
                      .formatted(
                          Amounts.count(from),
                          Amounts.count(position),
                          node.finalBlock() < 0 ? "none" : Amounts.count(node.finalBlock())));
    }
    return 0;
  }

  private static String sums(LedgerRows rows) {
    return "\nthe account's balance changed by %s, its credit in the hub by %s%n"
        .formatted(Amounts.eth(rows.total().balance()), Amounts.eth(rows.total().credit()));
  }
}
