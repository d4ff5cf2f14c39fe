package opml.lab.bench.house;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.ethereum.devchain.DevChain;
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
          scenarios.stream().map(play -> theatre.play(play, Theatre.Audience.SILENT)).toList();
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
    Map<String, Long> gas = new HashMap<>();
    try (InputStream in = ScenarioGas.class.getResourceAsStream(BASELINE)) {
      if (in == null) {
        throw new IllegalStateException("this build lacks " + BASELINE);
      }
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (!line.startsWith("#")) {
          int tab = line.lastIndexOf('\t');
          gas.put(line.substring(0, tab), Long.parseLong(line.substring(tab + 1)));
        }
      }
      return gas;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
