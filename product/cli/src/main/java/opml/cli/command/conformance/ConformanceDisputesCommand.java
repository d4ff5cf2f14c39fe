package opml.cli.command.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Table;
import opml.ethereum.devchain.DevChain;
import opml.formats.onnx.operator.Operators;
import opml.lab.conformance.disputes.DisputeConformance;
import opml.lab.conformance.disputes.DisputeResult;
import opml.lab.conformance.disputes.DisputeSubject;
import opml.lab.conformance.disputes.DisputedNetworks;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A dispute on a private chain over every operator.
@Command(
    name = "disputes",
    description = {
      "Plays a dispute on a private chain over every operator of ONNX, and over networks.",
      "Each operator is a random node in a model of its own, which is registered and asked for; networks are"
          + " convolutions of floats and of bytes, a small encoder of sentences, loops, and MiniLM, where its file is"
          + " there (--embedder). One side says that a bit of a node's result is another"
          + " one, and is otherwise as complete as an honest one; the other side is the"
          + " agent that serve or verify runs, and refutes it, down to one instruction that the contract executes. Who"
          + " lies, server or challenger, follows from the number of moves, so that the honest one has the last word."
          + " All are on one hub, and --batch of them are played side by side. Fails if a liar does not lose, or a"
          + " balance is wrong by a wei.",
      "Columns: liar, the side that lies; kernel, node and instruction, which the lie was brought down to; moves, the"
          + " game's transactions, its challenge included; gas, of the claim, the moves and what settles the claim;"
          + " seconds, from the claim to the last move, with the others beside it."
    },
    exitCodeList = {
      "0:done, and every liar lost",
      "1:failed, or one did not, or a balance is wrong",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml conformance disputes",
      "  opml conformance disputes --only 'Conv.*|float CNN' --report disputes.json",
      "  opml conformance disputes --only MiniLM --embedder all-minilm-l6-v2.onnx",
      "  opml conformance disputes --seed 7 --json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ConformanceDisputesCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      description = "Only operators and networks whose whole name is of this form.")
  private Optional<String> only;

  @Option(
      names = "--embedder",
      paramLabel = "FILE",
      description =
          "A sentence embedder with the inputs of BERT, an .onnx file or a jar of LangChain4j's, to dispute as well"
              + " (default: MiniLM, where 'opml bench onnx' has fetched it; else the output says that it is left"
              + " out).")
  private Optional<Path> embedder;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "Disputes side by side (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Repeat the nodes and lies of this seed (default: others each time).")
  private Optional<Long> seed;

  @Option(names = "--report", paramLabel = "FILE.json", description = "Write the results as JSON.")
  private Optional<Path> report;

  @Override
  public Integer call() {
    if (batch < 1) {
      throw new Failure("--batch: expected is at least 1");
    }
    Pattern wanted = wanted();
    try (DisputedEmbedder others =
        DisputedEmbedder.of(embedder, name -> wanted.matcher(name).matches())) {
      List<DisputeSubject> subjects = subjects(wanted, others);
      report.ifPresent(file -> write(file, "{}\n"));
      others.skipped().forEach(line -> console.note("SKIPPED: " + line));
      return play(subjects, others.skipped());
    }
  }

  private int play(List<DisputeSubject> subjects, List<String> skipped) {
    long start = seed.orElseGet(System::nanoTime);
    console.note("seed " + start);
    Progress progress =
        new Progress(console, done -> "%d of %d disputes".formatted(done, subjects.size()));
    List<DisputeResult> results;
    long begin = System.nanoTime();
    try (DevChain chain = DevChain.start(DevChain.Options.DEFAULT.withProgress(console::note))) {
      results = new DisputeConformance(chain, batch, start).play(subjects, progress::at);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    Map<String, @Nullable Object> json =
        Json.object(
            "seed",
            start,
            "disputes",
            results.stream().map(ConformanceDisputesCommand::json).toList(),
            "wrong",
            results.stream().filter(result -> !result.ok()).count(),
            "skipped",
            skipped,
            "seconds",
            seconds);
    report.ifPresent(file -> write(file, Json.line(json) + "\n"));
    console.show(json, () -> text(results, skipped, seconds));
    return results.stream().allMatch(DisputeResult::ok) ? 0 : 1;
  }

  private Pattern wanted() {
    try {
      return Pattern.compile(only.orElse(".*"));
    } catch (PatternSyntaxException e) {
      throw new Failure("--only: not a regular expression: " + e.getMessage(), e);
    }
  }

  private static List<DisputeSubject> subjects(Pattern wanted, DisputedEmbedder others) {
    List<DisputeSubject> subjects =
        Stream.of(
                Operators.all().stream().map(DisputeSubject::of),
                DisputedNetworks.all().stream(),
                others.subjects().stream())
            .flatMap(some -> some)
            .filter(subject -> wanted.matcher(subject.name()).matches())
            .toList();
    if (subjects.isEmpty()) {
      throw new Failure(
          others.skipped().stream()
              .findFirst()
              .orElse("--only: no operator and no network is called so: " + wanted));
    }
    return subjects;
  }

  private static Map<String, @Nullable Object> json(DisputeResult result) {
    return Json.object(
        "name", result.name(),
        "liar", liar(result),
        "kernel", result.kernel(),
        "node", result.step(),
        "instruction", result.instruction(),
        "moves", result.moves(),
        "gas", result.gas(),
        "seconds", result.seconds(),
        "failures", result.failures());
  }

  private static String liar(DisputeResult result) {
    return result.lies().name().toLowerCase(Locale.ROOT);
  }

  private static String text(List<DisputeResult> results, List<String> skipped, double seconds) {
    Table table =
        new Table(
            "operator", "liar", "kernel", "node", "instruction", "moves", "gas", "seconds", "");
    for (DisputeResult result : results) {
      table.row(
          result.name(),
          liar(result),
          result.kernel(),
          result.step(),
          Amounts.count(result.instruction()),
          result.moves(),
          Amounts.count(result.gas()),
          "%.1f".formatted(result.seconds()),
          result.ok() ? "refuted" : "WRONG");
    }
    String failures =
        results.stream()
            .flatMap(result -> result.failures().stream().map(line -> result.name() + ": " + line))
            .map("%s%n"::formatted)
            .collect(Collectors.joining());
    long right = results.stream().filter(DisputeResult::ok).count();
    String left = skipped.stream().map("skipped: %s%n"::formatted).collect(Collectors.joining());
    return "%s%s%s%d of %d lies were refuted by one instruction, in %s, greatest gas %s, most moves %d"
        .formatted(
            table,
            failures,
            left,
            right,
            results.size(),
            Amounts.seconds(seconds),
            Amounts.count(results.stream().mapToLong(DisputeResult::gas).max().orElse(0)),
            results.stream().mapToInt(DisputeResult::moves).max().orElse(0));
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new Failure("--report " + file + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
