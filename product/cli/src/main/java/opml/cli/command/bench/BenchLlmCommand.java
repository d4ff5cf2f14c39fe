package opml.cli.command.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.option.ReportOption;
import opml.lab.bench.BenchException;
import opml.lab.bench.llm.LlmBench;
import opml.lab.bench.llm.LlmFigures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The figures of language models.
@Command(
    name = "llm",
    description = {
      "Measures language models beside llama.cpp, on the same files and in the same run.",
      "Reading and writing on two threads, what checking a claim takes, load and memory, texts, and whole disputes"
          + " about one token. llama.cpp (the npm package node-llama-cpp) and TinyLlama are fetched once; files of"
          + " random weights, 3 GB in all, are made once in target/llm."
    },
    exitCodeList = {
      "0:done, whether or not every goal was reached",
      "1:failed",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml bench llm --quick",
      "  opml bench llm --report llm.json --seven",
      "  opml bench llm --only tinyllama-q8_0,stories15M"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BenchLlmCommand implements Callable<Integer> {
  /// Where the launcher leaves llama.cpp, in the checkout.
  private static final String PEER = "target/peers/llama.cpp";

  private static final String MODELS = "target/llm";
  private static final String STORIES = "target/stories/llama2.data";

  /// Where the project's data lie, beside the checkout.
  private static final String DATA = "../shared/data/llm";

  @Mixin private Console console;

  @Option(
      names = "--quick",
      description =
          "Only the two smallest models, whose weights are real ones: stories260K and stories15M.")
  private boolean quick;

  @Option(
      names = "--seven",
      description = "Also a model with seven billion weights, in a file of 3.8 GB.")
  private boolean seven;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description =
          "Only these of stories260K, stories15M, tinyllama-q8_0, tinyllama-q4_0, tinyllama-q4_k, TinyLlama and"
              + " 7b-q4_0.")
  private Set<String> only = Set.of();

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "The folder of model files, where missing ones are made (default: target/llm).")
  private Optional<Path> models;

  @Mixin private ReportOption report;

  @Override
  public Integer call() {
    report.begin();
    Path home = CheckoutHome.find();
    Path peer = home.resolve(PEER);
    if (!Files.isDirectory(peer.resolve("node_modules"))) {
      throw new Failure(peer + ": llama.cpp is not there; ./opml bench llm fetches it");
    }
    LlmBench.Places places =
        new LlmBench.Places(
            peer,
            models.orElseGet(() -> home.resolve(MODELS)),
            home.resolve(STORIES),
            home.resolve(DATA).normalize());
    LlmFigures figures;
    try {
      figures = LlmBench.run(places, new LlmBench.Choice(quick, seven, only), console::note);
    } catch (IOException e) {
      throw new Failure("bench llm: " + e.getMessage(), e);
    } catch (BenchException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    LlmFiguresView view = new LlmFiguresView(figures);
    figures.notes().forEach(console::note);
    console.show(view.json(), view::table);
    report.end(view.json());
    return 0;
  }
}
