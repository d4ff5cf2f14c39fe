package opml.cli.command.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Table;
import opml.lab.conformance.onnx.OnnxCase;
import opml.lab.conformance.onnx.OnnxConformance;
import opml.lab.conformance.onnx.OnnxResult;
import opml.lab.conformance.onnx.OnnxResult.Verdict;
import opml.twins.Twins;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Runs ONNX's own cases.
@Command(
    name = "onnx",
    description = {
      "Runs the cases of a folder, and of those below, as ONNX's backend tests have them.",
      "A case is a folder with model.onnx and folders test_data_set_0, …, of inputs input_0.pb, …"
          + " and outputs output_0.pb, …. Dimensions and lengths of sequences that the model leaves"
          + " open are those of the data, and an input that decides a shape, or what is run, is"
          + " bound to its data, as --bind of the model commands does. Floats are equal up to the"
          + " tolerances, all else bit for bit; of a model that draws by chance, types and shapes"
          + " alone are compared. Verdicts are passed, failed (another output), and unsupported"
          + " (the import refuses the model, and says why).",
      "The cases of Debian's libonnx-testdata lie in /usr/share/libonnx-testdata/data/node."
    },
    exitCodeList = {
      "0:done, and every case passed",
      "1:failed, or a case did not pass: its output is another one, or it is unsupported",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml conformance onnx /usr/share/libonnx-testdata/data/node --report onnx.json",
      "  opml conformance onnx cases --vm --only 'test_reduce_.*'"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ConformanceOnnxCommand implements Callable<Integer> {
  private static final int REASON_LETTERS = 150;

  @Mixin private Console console;

  @Parameters(paramLabel = "DIR", description = "The folder.")
  private Path folder;

  @Option(
      names = "--vm",
      description =
          "Run each node of less than 10^9 instructions in the machine, too, and compare the bits.")
  private boolean inMachine;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      description = "Only cases whose whole name is of this form.")
  private Optional<String> only;

  @Option(
      names = "--rtol",
      paramLabel = "X",
      defaultValue = "1e-3",
      description = "Relative tolerance of floats (default: ${DEFAULT-VALUE}).")
  private double rtol;

  @Option(
      names = "--atol",
      paramLabel = "X",
      defaultValue = "1e-5",
      description = "Absolute tolerance of floats (default: ${DEFAULT-VALUE}).")
  private double atol;

  @Option(names = "--report", paramLabel = "FILE.json", description = "Write the results as JSON.")
  private Optional<Path> report;

  @Override
  public Integer call() {
    List<OnnxCase> cases = cases();
    report.ifPresent(file -> write(file, "{}\n"));
    List<OnnxResult> results = new ArrayList<>();
    Progress progress =
        new Progress(console, done -> "%d of %d cases".formatted(done, cases.size()));
    try (OnnxConformance conformance =
        new OnnxConformance(Twins.provider("tile"), inMachine, rtol, atol)) {
      for (OnnxCase one : cases) {
        results.add(conformance.check(one));
        progress.at(results.size());
      }
    }
    Map<String, @Nullable Object> json = json(results);
    report.ifPresent(file -> write(file, Json.line(json) + "\n"));
    console.show(json, () -> text(results));
    return count(results, Verdict.PASSED) == results.size() ? 0 : 1;
  }

  private List<OnnxCase> cases() {
    Pattern wanted;
    try {
      wanted = Pattern.compile(only.orElse(".*"));
    } catch (PatternSyntaxException e) {
      throw new Failure("--only: not a regular expression: " + e.getMessage(), e);
    }
    try {
      List<OnnxCase> all = OnnxCase.below(folder);
      List<OnnxCase> cases =
          all.stream().filter(one -> wanted.matcher(one.name()).matches()).toList();
      if (cases.isEmpty()) {
        throw Failure.misuse(
            all.isEmpty()
                ? "%s: there is no case in it; expected are folders with model.onnx"
                    .formatted(folder)
                : "%s: none of its %d cases is called so: %s"
                    .formatted(folder, all.size(), wanted));
      }
      return cases;
    } catch (IOException e) {
      throw Messages.at(folder, e);
    }
  }

  private static long count(List<OnnxResult> results, Verdict verdict) {
    return results.stream().filter(result -> result.verdict() == verdict).count();
  }

  private Map<String, @Nullable Object> json(List<OnnxResult> results) {
    Map<String, Object> byOperator = new TreeMap<>();
    byOperator(results)
        .forEach(
            (operator, own) ->
                byOperator.put(
                    operator,
                    Json.object(
                        "passed", count(own, Verdict.PASSED),
                        "failed", count(own, Verdict.FAILED),
                        "unsupported", count(own, Verdict.UNSUPPORTED))));
    return Json.object(
        "total", results.size(),
        "passed", count(results, Verdict.PASSED),
        "failed", count(results, Verdict.FAILED),
        "unsupported", count(results, Verdict.UNSUPPORTED),
        "vm", inMachine ? machine(results) : null,
        "by_operator", byOperator,
        "failures",
            results.stream()
                .filter(result -> result.verdict() != Verdict.PASSED)
                .map(
                    result ->
                        Json.object(
                            "case", result.name(),
                            "verdict", result.verdict().name().toLowerCase(Locale.ROOT),
                            "reason", result.reason()))
                .toList(),
        "bound",
            results.stream()
                .filter(result -> !result.bound().isEmpty())
                .map(result -> Json.object("case", result.name(), "inputs", result.bound()))
                .toList(),
        "drawn", results.stream().filter(OnnxResult::drawn).map(OnnxResult::name).toList());
  }

  private static Object machine(List<OnnxResult> results) {
    return Json.object(
        "nodes", results.stream().mapToInt(OnnxResult::nodes).sum(),
        "equal", results.stream().mapToInt(OnnxResult::equal).sum(),
        "skipped", results.stream().mapToInt(OnnxResult::skipped).sum());
  }

  private static Map<String, List<OnnxResult>> byOperator(List<OnnxResult> results) {
    Map<String, List<OnnxResult>> by = new TreeMap<>();
    for (OnnxResult result : results) {
      result
          .operators()
          .forEach(operator -> by.computeIfAbsent(operator, key -> new ArrayList<>()).add(result));
    }
    return by;
  }

  private String text(List<OnnxResult> results) {
    Table table = new Table("operator", "passed", "failed", "unsupported");
    byOperator(results)
        .forEach(
            (operator, own) ->
                table.row(
                    operator,
                    count(own, Verdict.PASSED),
                    count(own, Verdict.FAILED),
                    count(own, Verdict.UNSUPPORTED)));
    StringBuilder more = new StringBuilder();
    for (OnnxResult result : results) {
      if (result.verdict() != Verdict.PASSED) {
        String reason = result.reason();
        more.append(
            "%s: %s: %s%n"
                .formatted(
                    result.name(),
                    result.verdict().name().toLowerCase(Locale.ROOT),
                    reason.length() > REASON_LETTERS
                        ? reason.substring(0, REASON_LETTERS) + "…"
                        : reason));
      }
    }
    String machine =
        inMachine
            ? "%nin the machine: %d of %d nodes equal, %d left out"
                .formatted(
                    results.stream().mapToInt(OnnxResult::equal).sum(),
                    results.stream().mapToInt(OnnxResult::nodes).sum(),
                    results.stream().mapToInt(OnnxResult::skipped).sum())
            : "";
    long drawn = results.stream().filter(OnnxResult::drawn).count();
    String byChance =
        drawn == 0
            ? ""
            : "%n%d draw by chance: of these, types and shapes alone were compared"
                .formatted(drawn);
    return "%s%s%d of %d passed, %d failed, %d unsupported%s%s"
        .formatted(
            table,
            more,
            count(results, Verdict.PASSED),
            results.size(),
            count(results, Verdict.FAILED),
            count(results, Verdict.UNSUPPORTED),
            byChance,
            machine);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new Failure("--report " + file + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
