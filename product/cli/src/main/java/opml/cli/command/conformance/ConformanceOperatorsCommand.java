package opml.cli.command.conformance;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Problems;
import opml.cli.console.Table;
import opml.ethereum.devchain.DevChain;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.operator.Operators;
import opml.lab.conformance.operators.OperatorConformance;
import opml.lab.conformance.operators.OperatorResult;
import opml.lab.conformance.step.ContractReferee;
import opml.lab.conformance.step.StepReferee;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Every operator, on random nodes, in every way that there is to run it.
@Command(
    name = "operators",
    description = {
      "Compares random nodes of every operator of ONNX in every way to run them.",
      "Each node is imported as a model of its own. What the reference kernels, their twins (vector, tile) and the"
          + " machine make of it is compared bit for bit, and one step of it is judged from its witness, by Step and by"
          + " the contract on a private chain. Fails if anything differs.",
      "Columns: cases, random nodes of the operator; nodes, what they became in the models' graphs; instructions, that"
          + " the machine executed for them; steps, judged singly; speed, with --speed, of the fastest kernels as a"
          + " multiple of the reference's, and - where none was measured."
    },
    exitCodeList = {
      "0:done, and all nodes are the same everywhere",
      "1:failed, or a node differs somewhere",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml conformance operators",
      "  opml conformance operators Conv Gemm --cases 500 --no-contract",
      "  opml conformance operators --speed",
      "  opml conformance operators --json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ConformanceOperatorsCommand implements Callable<Integer> {
  private static final int MOST_NEAR = 6;
  private static final double LEAST_LIKENESS = 0.3;

  @Mixin private Console console;

  @Parameters(
      paramLabel = "OPERATOR",
      arity = "0..*",
      description = "Only these, in either case (default: all).")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--cases",
      paramLabel = "N",
      defaultValue = "20",
      description = "Random nodes of each operator (default: ${DEFAULT-VALUE}).")
  private int cases;

  @Option(
      names = "--no-contract",
      description = "Start no chain, and leave the contract out of the comparison.")
  private boolean noContract;

  @Option(
      names = "--speed",
      description =
          "Also tell how many times as fast as the reference the fastest kernels are, on larger nodes: minutes.")
  private boolean speed;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Repeat the nodes of this seed (default: others each time).")
  private Optional<Long> seed;

  @Override
  public Integer call() {
    if (cases < 1) {
      throw new Failure("--cases: expected is at least 1");
    }
    List<Operator> operators = operators();
    List<OperatorResult> results;
    if (noContract) {
      results = check(operators, Optional.empty());
    } else {
      try (DevChain chain = DevChain.start(DevChain.Options.DEFAULT.withProgress(console::note))) {
        results = check(operators, Optional.of(new ContractReferee(chain)));
      }
    }
    console.show(
        Json.object(
            "operators", results.stream().map(ConformanceOperatorsCommand::json).toList(),
            "different", results.stream().filter(result -> !result.ok()).count()),
        () -> text(results));
    return results.stream().allMatch(OperatorResult::ok) ? 0 : 1;
  }

  private List<Operator> operators() {
    Map<String, Operator> known = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    Operators.all().forEach(operator -> known.put(name(operator), operator));
    Problems problems = new Problems();
    for (String name : names) {
      if (!known.containsKey(name)) {
        problems.misuse(
            "OPERATOR '%s': expected is one of %s"
                .formatted(name, String.join(", ", near(name, known.keySet()))));
      }
    }
    problems.fail();
    Set<Operator> wanted = new HashSet<>();
    names.forEach(name -> Optional.ofNullable(known.get(name)).ifPresent(wanted::add));
    return Operators.all().stream()
        .filter(operator -> names.isEmpty() || wanted.contains(operator))
        .toList();
  }

  private static String name(Operator operator) {
    return operator.declaration().fullName();
  }

  /// {@return the names that somebody may have meant, the likeliest first; all, if none is like the word}
  private static List<String> near(String word, Set<String> known) {
    List<String> near =
        known.stream()
            .filter(name -> likeness(word, name) > LEAST_LIKENESS)
            .sorted(Comparator.comparingDouble((String name) -> likeness(word, name)).reversed())
            .limit(MOST_NEAR)
            .toList();
    return near.isEmpty() ? List.copyOf(known) : near;
  }

  /// {@return which part of both words' pairs of letters they share}
  private static double likeness(String one, String other) {
    Set<String> pairs = pairs(one);
    Set<String> others = pairs(other);
    long shared = pairs.stream().filter(others::contains).count();
    return 2.0 * shared / Math.max(1, pairs.size() + others.size());
  }

  private static Set<String> pairs(String word) {
    String letters = word.toLowerCase(Locale.ROOT);
    return IntStream.range(0, letters.length() - 1)
        .mapToObj(i -> letters.substring(i, i + 2))
        .collect(Collectors.toSet());
  }

  private List<OperatorResult> check(List<Operator> operators, Optional<StepReferee> contract) {
    long start = seed.orElseGet(System::nanoTime);
    console.note("seed " + start);
    Progress progress =
        new Progress(console, done -> "%d of %d operators".formatted(done, operators.size()));
    List<OperatorResult> results = new ArrayList<>();
    try (OperatorConformance conformance = new OperatorConformance(start, cases, speed, contract)) {
      for (Operator operator : operators) {
        results.add(conformance.check(operator));
        progress.at(results.size());
      }
    }
    return results;
  }

  private static Map<String, @Nullable Object> json(OperatorResult result) {
    return Json.object(
        "operator", result.operator(),
        "cases", result.cases(),
        "nodes", result.nodes(),
        "instructions", result.instructions(),
        "steps", result.steps(),
        "speed", result.speed(),
        "differences", result.differences());
  }

  private static String text(List<OperatorResult> results) {
    Table table = new Table("operator", "cases", "nodes", "instructions", "steps", "speed", "");
    for (OperatorResult result : results) {
      table.row(
          result.operator(),
          result.cases(),
          result.nodes(),
          Amounts.count(result.instructions()),
          result.steps(),
          result.speed() == 0 ? "-" : "%.1f x".formatted(result.speed()),
          result.ok() ? "the same bits" : "DIFFERS");
    }
    String differences =
        results.stream()
            .flatMap(result -> result.differences().stream())
            .map("%s%n"::formatted)
            .collect(Collectors.joining());
    long agree = results.stream().filter(OperatorResult::ok).count();
    return "%s%s%d of %d operators give the same bits everywhere"
        .formatted(table, differences, agree, results.size());
  }
}
