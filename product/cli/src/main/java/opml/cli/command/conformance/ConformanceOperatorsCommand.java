package opml.cli.command.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
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
      "Makes random nodes of each operator of ONNX that is supported, imports each as a model of its own, and",
      "compares, bit for bit, what the reference kernels, their twins (vector, tile) and the machine make of it, and",
      "one step of each in the contract on a private chain, from its witness. Fails if anything differs."
    },
    footer = {
      "  opml conformance operators",
      "  opml conformance operators Conv Gemm --cases 500 --no-contract",
      "  opml conformance operators --speed",
      "  opml conformance operators --json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ConformanceOperatorsCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(paramLabel = "OPERATOR", arity = "0..*", description = "Only these (default: all).")
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
    List<String> known = Operators.all().stream().map(all -> all.declaration().name()).toList();
    List<String> unknown = names.stream().filter(name -> !known.contains(name)).toList();
    if (!unknown.isEmpty()) {
      throw new Failure(
          "no such operator: %s; expected are some of %s"
              .formatted(String.join(", ", unknown), String.join(", ", known)));
    }
    return Operators.all().stream()
        .filter(all -> names.isEmpty() || names.contains(all.declaration().name()))
        .toList();
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
