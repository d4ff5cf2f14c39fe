package opml.cli.command.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.option.ReportOption;
import opml.lab.bench.api.ApiBench;
import opml.lab.bench.api.ApiFigures;
import opml.lab.bench.checkout.Count;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The figures of a server of texts.
@Command(
    name = "api",
    description = {
      "Measures serving many texts at once.",
      "Speeds of one text and of 16, of prompts that begin alike and of guesses; and whether answers under load are"
          + " those of a session alone, byte for byte. A file of random weights, 1.2 GB, is made once in target/llm."
    },
    exitCodeList = {
      "0:done, and no answer was lost or wrong",
      "1:failed, or an answer was lost or wrong",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {"  opml bench api --quick", "  opml bench api --report api.json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BenchApiCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Mixin private ReportOption report;

  @Option(names = "--quick", description = "Fewer tokens and requests.")
  private boolean quick;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of prompts (default: another each time, which is told).")
  private Optional<Long> seed;

  @Option(
      names = "--models",
      paramLabel = "FOLDER",
      description = "Where model files are, or are made (default: target/llm).")
  private Optional<Path> models;

  @Override
  public Integer call() {
    report.begin();
    long chosen = seed.orElseGet(() -> new Random().nextLong());
    console.note("seed    %d".formatted(chosen));
    Path folder = models.orElseGet(() -> CheckoutHome.find().resolve("target/llm"));
    ApiFigures figures;
    try {
      figures = ApiBench.run(folder, quick, chosen, console::note);
    } catch (IOException e) {
      throw new Failure("--models " + Messages.at(folder, e).getMessage(), e);
    }
    console.show(json(figures), () -> text(figures));
    report.end(json(figures));
    return figures.right() ? 0 : 1;
  }

  private static Map<String, @Nullable Object> json(ApiFigures figures) {
    return Json.object(
        "streams",
        figures.streams(),
        "overhead",
        figures.overhead(),
        "prefix_ratio",
        figures.prefixRatio(),
        "speculative",
        figures.speculative(),
        "equal",
        Json.object("answers", figures.equal().answers(), "different", figures.equal().different()),
        "soak",
        Json.object(
            "requests", figures.soak().requests(),
            "lost", figures.soak().lost(),
            "wrong", figures.soak().wrong(),
            "heap_growth", figures.soak().heapGrowth() - 1),
        "receipt",
        figures.receipt().goals());
  }

  private static String text(ApiFigures figures) {
    int asked = figures.soak().requests();
    int answers = figures.equal().answers();
    return new Goals()
        .atLeast("16 texts / one", figures.streams(), "", ApiFigures.STREAMS_LEAST, "one text")
        .atLeast("server / session", figures.overhead(), "", ApiFigures.OVERHEAD_LEAST, "session")
        .atMost(
            "first token, 512 tokens shared",
            figures.prefixRatio(),
            "",
            ApiFigures.PREFIX_MOST,
            "first request")
        .atLeast(
            "guesses, repeating text",
            figures.speculative(),
            "",
            ApiFigures.SPECULATIVE_LEAST,
            "no guesses")
        .all(
            "answers under load as alone",
            new Count(answers, answers - figures.equal().different()))
        .all(
            "requests of the soak, answered right",
            new Count(asked, asked - figures.soak().lost() - figures.soak().wrong()))
        .atMost("heap after / before", figures.soak().heapGrowth(), "", ApiFigures.HEAP_MOST, "")
        .atMost(
            "receipt, 99 of 100 cases",
            figures.receipt().p99Millis(),
            "ms",
            ApiFigures.RECEIPT_MOST_MILLIS,
            "")
        .atMost(
            "checking an answer / giving it",
            figures.receipt().checkRatio(),
            "",
            ApiFigures.CHECK_MOST,
            "")
        .toString();
  }
}
