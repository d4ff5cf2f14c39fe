package opml.cli.command.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Problems;
import opml.cli.option.ReportOption;
import opml.lab.bench.receipt.ReceiptBench;
import opml.lab.bench.receipt.ReceiptFigures;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What receipts cost.
@Command(
    name = "receipts",
    description =
        "Measures what receipts add to answers, and checks of them beside the answers themselves.",
    footer = {
      "  opml bench receipts -m target/stories/llama2.data --tokens 200",
      "  opml bench receipts -m model.gguf --report receipts.json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BenchReceiptsCommand implements Callable<Integer> {
  private static final int MOST_ROUNDS = 1_000;

  @Mixin private Console console;

  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "FILE",
      description = "A language model.")
  private Path file;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "256",
      description = "Tokens of an answer (default: ${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Answers that are given and checked, of which the median counts (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Mixin private ReportOption report;

  @Override
  public Integer call() {
    new Problems()
        .when(tokens < 1, "--tokens %d: expected is a number, at least 1".formatted(tokens))
        .when(
            rounds < 1 || rounds > MOST_ROUNDS,
            "--rounds %d: expected are 1 to %d".formatted(rounds, MOST_ROUNDS))
        .fail();
    report.begin();
    ReceiptFigures figures;
    try {
      figures = ReceiptBench.run(file, tokens, rounds);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
    Map<String, @Nullable Object> json =
        Json.object(
            "tokens", figures.tokens(),
            "generateSeconds", figures.generateSeconds(),
            "checkSeconds", figures.checkSeconds());
    json.putAll(figures.goals());
    console.show(
        json,
        () ->
            String.format(
                Locale.ROOT,
                "a receipt of %d tokens adds %.2f ms in 99 of 100 cases at most (goal 5)%n"
                    + "answer %.3f s, check %.3f s: %.2f of it (goal 0.5)",
                figures.tokens(),
                figures.p99Millis(),
                figures.generateSeconds(),
                figures.checkSeconds(),
                figures.checkRatio()));
    report.end(json);
    return 0;
  }
}
