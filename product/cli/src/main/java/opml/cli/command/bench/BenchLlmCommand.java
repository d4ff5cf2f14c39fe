package opml.cli.command.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.option.ReportOption;
import opml.lab.bench.llm.LlmBench;
import opml.lab.bench.llm.LlmChoice;
import opml.lab.bench.llm.LlmFigures;
import opml.lab.bench.llm.LlmFigures.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The figures of language models.
@Command(
    name = "llm",
    description = {
      "Measures language models beside llama.cpp, on the same files and in the same run.",
      "Reading and writing on two threads, what checking and claiming take, load and memory, perplexity, texts,"
          + " and whole disputes about one token. llama.cpp (the npm package node-llama-cpp) and TinyLlama are"
          + " fetched once; files of random weights, 3 GB in all, are made once in target/llm.",
      "It goes case by case, a test of a model each: one that fails costs its own figure, which is then among"
          + " those that were not measured, with the reason. The report is written after each case, and --resume"
          + " takes it up again."
    },
    exitCodeList = {
      "0:done, whether or not every goal was reached or every figure could be had",
      "1:failed",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml bench llm --quick",
      "  opml bench llm --report llm.json --seven",
      "  opml bench llm --report llm.json --resume",
      "  opml bench llm --only tinyllama-q8_0,stories15M --tests decode,dispute"
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
      names = "--tests",
      split = ",",
      paramLabel = "TEST",
      description =
          "Only these of prompt, decode, load, greedy, perplexity, check, vector, claim and dispute.")
  private Set<String> tests = Set.of();

  @Option(
      names = "--resume",
      description = "Keep what the file of --report has, and measure what is not in it.")
  private boolean resume;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "The folder of model files, where missing ones are made (default: target/llm).")
  private Optional<Path> models;

  @Mixin private ReportOption report;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    LlmChoice choice = choice();
    LlmFigures before = before();
    report.end(LlmReport.json(before));
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
      figures =
          LlmBench.run(
              places, choice, before, console::note, found -> report.end(LlmReport.json(found)));
    } catch (IOException e) {
      throw new Failure("bench llm: " + e.getMessage(), e);
    }
    console.show(LlmReport.json(figures), () -> LlmFiguresView.table(figures));
    report.end(LlmReport.json(figures));
    return 0;
  }

  private LlmChoice choice() {
    List<String> known = LlmBench.models();
    for (String name : only) {
      if (!known.contains(name)) {
        throw unknown("--only", name, known);
      }
    }
    List<String> labels = Stream.of(Test.values()).map(Test::label).toList();
    Set<Test> chosen = EnumSet.noneOf(Test.class);
    for (String test : tests) {
      if (!labels.contains(test)) {
        throw unknown("--tests", test, labels);
      }
      chosen.add(Test.valueOf(test.toUpperCase(Locale.ROOT)));
    }
    return new LlmChoice(quick, seven, only, chosen);
  }

  private ParameterException unknown(String option, String name, List<String> known) {
    return new ParameterException(
        spec.commandLine(),
        "%s %s: expected some of %s".formatted(option, name, String.join(", ", known)));
  }

  private LlmFigures before() {
    if (!resume) {
      return LlmFigures.NONE;
    }
    Path file =
        report
            .file()
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(), "--resume: expected with --report FILE.json"));
    try {
      return Files.exists(file) ? LlmReport.read(file) : LlmFigures.NONE;
    } catch (IOException e) {
      throw new Failure("--report " + file + ": " + e.getMessage(), e);
    }
  }
}
