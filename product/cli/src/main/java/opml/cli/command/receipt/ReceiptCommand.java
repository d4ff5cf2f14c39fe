package opml.cli.command.receipt;

import picocli.CommandLine.Command;

/// Receipts of answers.
@Command(
    name = "receipt",
    description = "Checks receipts of answers that 'opml api' gave, and claims them on a chain.",
    footer = {
      "  opml receipt check answer.json -m model.gguf",
      "  opml receipt claim answer.json -m model.gguf --key-file keys/server.key"
    },
    subcommands = {ReceiptCheckCommand.class, ReceiptClaimCommand.class})
public final class ReceiptCommand {}
