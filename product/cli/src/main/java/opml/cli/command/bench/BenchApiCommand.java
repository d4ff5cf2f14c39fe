package opml.cli.command.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.cli.option.ReportOption;
import opml.lab.bench.api.ApiBench;
import opml.lab.bench.api.ApiChoice;
import opml.lab.bench.api.ApiFigures;
import opml.lab.bench.api.ApiPart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The figures of a server of texts.
@Command(
    name = "api",
    description = {
      "Measures serving many texts at once, beside llama.cpp where it has the feature.",
      "Speeds of one text and of 16, of prompts that begin alike, of guesses and of grammars' masks; whether answers"
          + " under load are those of a session alone, byte for byte, and those under random schemas what the schemas"
          + " describe; what receipts cost; other people's clients; lies on a chain about a sampled token and about"
          + " one that a grammar forbids. llama.cpp (the npm package node-llama-cpp) is fetched once; a file of"
          + " random weights, 1.2 GB, is made once in target/llm.",
      "It goes part by part: one that fails costs its own figures, and the report is written after each."
    },
    exitCodeList = {
      "0:done, and every goal was reached",
      "1:failed, or a goal was missed or not measured",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml bench api --quick",
      "  opml bench api --report api.json",
      "  opml bench api --only schemas,disputes --seed 7"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BenchApiCommand implements Callable<Integer> {
  /// Where the launcher leaves llama.cpp, in the checkout.
  private static final String PEER = "target/peers/llama.cpp";

  private static final String MODELS = "target/llm";

  @Mixin private Console console;

  @Mixin private ReportOption report;

  @Option(names = "--quick", description = "Fewer tokens, requests, schemas and disputes.")
  private boolean quick;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PART",
      description =
          "Only these of overhead, streams, prefix, speculative, masks, peer, schemas, equal, soak, receipt, clients"
              + " and disputes.")
  private Set<String> only = Set.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of prompts and schemas (default: another each time, which is told).")
  private Optional<Long> seed;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "The folder of model files, where missing ones are made (default: target/llm).")
  private Optional<Path> models;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Set<ApiPart> parts = parts();
    report.begin();
    long chosen = seed.orElseGet(() -> new Random().nextLong());
    console.note("seed    %d".formatted(chosen));
    Path home = CheckoutHome.find();
    Path folder = models.orElseGet(() -> home.resolve(MODELS));
    ApiFigures figures;
    try {
      figures =
          ApiBench.run(
              new ApiBench.Places(home, folder, home.resolve(PEER)),
              new ApiChoice(quick, chosen, parts),
              console::note,
              found -> report.end(ApiFiguresView.json(found)));
    } catch (IOException e) {
      throw new Failure("--models " + Messages.at(folder, e).getMessage(), e);
    }
    console.show(ApiFiguresView.json(figures), () -> ApiFiguresView.text(figures));
    report.end(ApiFiguresView.json(figures));
    return ApiFiguresView.areReached(figures) ? ExitCode.OK : ExitCode.FAILED;
  }

  private Set<ApiPart> parts() {
    Set<ApiPart> parts = EnumSet.noneOf(ApiPart.class);
    for (String name : only) {
      parts.add(
          Stream.of(ApiPart.values())
              .filter(part -> part.label().equals(name))
              .findFirst()
              .orElseThrow(() -> unknown(name)));
    }
    return parts;
  }

  private ParameterException unknown(String name) {
    return new ParameterException(
        spec.commandLine(),
        "--only %s: expected some of %s"
            .formatted(
                name,
                Stream.of(ApiPart.values()).map(ApiPart::label).collect(Collectors.joining(", "))));
  }
}
