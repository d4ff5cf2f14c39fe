package opml.cli.story;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Table;
import opml.cli.option.ReportOption;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.NodeKind;
import opml.lab.scenario.Audience;
import opml.lab.scenario.Report;
import opml.lab.scenario.Scenario;
import opml.lab.scenario.Scenarios;
import opml.lab.scenario.Stage;
import opml.lab.scenario.Theatre;
import opml.mnist.DemoModel;
import opml.mnist.digit.DigitArt;
import opml.mnist.digit.SampleDigit;
import opml.proof.GraphWork;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The main job, on a private chain: an inference is asked for, claimed, disputed and settled.
@Command(
    name = "demo",
    description = "Tells the main scenarios as a story, on a private chain; or plays all of them.",
    footer = {"  opml demo", "  opml demo --all --report report.json", "  opml demo llama"},
    subcommands = DemoLlamaCommand.class)
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class DemoCommand implements Callable<Integer> {
  /// In the middle of the first convolution.
  private static final long SAMPLED_STEP = 500_000;

  @Mixin private Console console;

  @Option(names = "--all", description = "Play every scenario, and measure gas and time.")
  private boolean all;

  @Mixin private ReportOption report;

  @Option(
      names = "--digit",
      paramLabel = "0..9",
      defaultValue = "7",
      description = "The digit that is asked about (default: ${DEFAULT-VALUE}).")
  private int digit;

  @Option(
      names = "--node",
      paramLabel = "anvil|hardhat",
      defaultValue = "anvil",
      description =
          "The node that runs the chain (default: ${DEFAULT-VALUE}). hardhat is a second implementation,"
              + " installed by npm ci --ignore-scripts in contracts/nodes.")
  private NodeKind node;

  @Override
  public Integer call() {
    SampleDigit sample =
        SampleDigit.ALL.stream()
            .filter(candidate -> candidate.label() == digit)
            .findFirst()
            .orElseThrow(
                () -> new Failure("--digit: there is no digit " + digit + ", only 0 to 9"));
    report.begin();
    try (DevChain chain = DevChain.start(options())) {
      console.say("A private chain runs at %s.".formatted(chain.url()));
      console.say("This is the digit (a %d):%n".formatted(digit));
      console.say(DigitArt.halfBlocks(sample.digit()));
      Theatre theatre = new Theatre(chain, sample.digit());
      List<Report> reports = play(theatre);
      Map<String, Long> gas = all ? stepGas(chain, theatre) : Map.of();
      Map<String, Double> times = all ? times(theatre) : Map.of();
      show(reports, gas, times);
      return reports.stream().allMatch(Report::ok) ? 0 : 1;
    }
  }

  private DevChain.Options options() {
    return DevChain.Options.DEFAULT.withNode(node).withProgress(console::note);
  }

  private List<Report> play(Theatre theatre) {
    List<Report> reports = new ArrayList<>();
    List<Scenario> scenarios =
        Scenarios.all().stream().filter(scenario -> all || scenario.told()).toList();
    for (Scenario scenario : scenarios) {
      int number = reports.size() + 1;
      if (all) {
        console.note(
            "%d/%d %s (%s)"
                .formatted(number, scenarios.size(), scenario.name(), scenario.model().fileName()));
        reports.add(theatre.play(scenario, Audience.SILENT));
      } else {
        reports.add(
            theatre.play(scenario, new Storyteller(console::say, number, new DigitQuestion())));
      }
    }
    return reports;
  }

  private Map<String, Long> stepGas(DevChain chain, Theatre theatre) {
    GraphWork work = theatre.honestWork(DemoModel.FLOAT);
    Stage stage = Stage.set(chain, theatre.model(DemoModel.FLOAT));
    return new StepGas(chain, stage.deployment()).measure(work.run(0), SAMPLED_STEP);
  }

  private static Map<String, Double> times(Theatre theatre) {
    return Map.of(
        "float_s", time(theatre, DemoModel.FLOAT), "int8_s", time(theatre, DemoModel.INT8));
  }

  private static double time(Theatre theatre, DemoModel model) {
    return InferenceTime.seconds(
        theatre.model(model), theatre.input(model), theatre.honestWork(model).finalState());
  }

  private void show(List<Report> reports, Map<String, Long> gas, Map<String, Double> times) {
    Map<String, @Nullable Object> json =
        Json.object(
            "scenarios", reports.stream().map(DemoCommand::json).toList(),
            "steps", gas,
            "vm", times);
    report.end(json);
    console.show(json, () -> text(reports, gas, times));
  }

  private static Map<String, @Nullable Object> json(Report report) {
    return Json.object(
        "name", report.name(),
        "model", report.model(),
        "expected", report.expected(),
        "outcome", report.outcome(),
        "ok", report.ok(),
        "moves", report.moves(),
        "gas", report.gas(),
        "seconds", report.seconds(),
        "vmInstructions", report.vmInstructions());
  }

  private static String text(
      List<Report> reports, Map<String, Long> gas, Map<String, Double> times) {
    Table table =
        new Table("", "scenario", "model", "outcome", "moves", "gas", "time", "instructions");
    for (Report report : reports) {
      table.row(
          report.ok() ? "ok" : "WRONG",
          report.name(),
          report.model(),
          report.outcome(),
          report.moves(),
          Amounts.count(report.gas()),
          Amounts.seconds(report.seconds()),
          Amounts.count(report.vmInstructions()));
    }
    StringBuilder text = new StringBuilder("\n").append(table);
    reports.stream()
        .filter(report -> !report.ok())
        .forEach(
            report ->
                text.append(report.name()).append(": ").append(report.failure()).append('\n'));
    if (!gas.isEmpty()) {
      text.append("\nexecution gas of one step: ").append(gas).append('\n');
      text.append("inference in the machine: ").append(times).append('\n');
    }
    text.append(
        "%n%d scenarios, %d ended as they must%n"
            .formatted(reports.size(), reports.stream().filter(Report::ok).count()));
    return text.toString();
  }
}
