package opml.lab.bench.house;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import opml.ethereum.devchain.DevChain;
import opml.lab.bench.TabbedLines;
import opml.lab.bench.checkout.Count;
import opml.lab.scenario.Audience;
import opml.lab.scenario.Report;
import opml.lab.scenario.Scenario;
import opml.lab.scenario.Scenarios;
import opml.lab.scenario.Theatre;
import opml.mnist.digit.Digit;

/// Every scenario, played, and its gas beside what it cost before the tree was re-laid.
///
/// @param ended as they must
/// @param gasRatio of all scenarios together
/// @param failures what was not as it must be
record ScenarioGas(Count ended, double gasRatio, List<String> failures) {
  private static final String BASELINE = "gas.tsv";

  ScenarioGas {
    failures = List.copyOf(failures);
  }

  static ScenarioGas measure(Digit digit, Consumer<String> progress) {
    try (DevChain chain = DevChain.start(DevChain.Options.DEFAULT.withProgress(progress))) {
      Theatre theatre = new Theatre(chain, digit);
      List<Scenario> scenarios = Scenarios.all();
      List<Report> reports =
          scenarios.stream().map(play -> theatre.play(play, Audience.SILENT)).toList();
      Map<String, Long> baseline = baseline();
      long before =
          reports.stream().mapToLong(report -> baseline.getOrDefault(key(report), 0L)).sum();
      long now =
          reports.stream()
              .filter(report -> baseline.containsKey(key(report)))
              .mapToLong(Report::gas)
              .sum();
      return new ScenarioGas(
          new Count(scenarios.size(), (int) reports.stream().filter(Report::ok).count()),
          (double) now / before,
          reports.stream()
              .filter(report -> !report.ok())
              .map(report -> "scenario " + report.name() + ": " + report.failure())
              .toList());
    }
  }

  private static String key(Report report) {
    return report.name() + "\t" + report.model();
  }

  private static Map<String, Long> baseline() {
    return TabbedLines.load(ScenarioGas.class, BASELINE, 3).rows().stream()
        .collect(
            Collectors.toMap(
                row -> row.getFirst() + "\t" + row.get(1), row -> Long.parseLong(row.getLast())));
  }
}
