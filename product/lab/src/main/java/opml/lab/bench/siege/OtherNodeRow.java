package opml.lab.bench.siege;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.Hardhat;
import opml.ethereum.devchain.NodeKind;
import opml.lab.scenario.Report;
import opml.lab.scenario.Scenario;
import opml.lab.scenario.Scenarios;
import opml.lab.scenario.Theatre;
import opml.mnist.digit.SampleDigit;

/// Every scenario of the demo on another implementation of a node, hardhat, which has words of its own for everything.
final class OtherNodeRow {
  private static final int SAMPLE = 7;

  private OtherNodeRow() {}

  static RowFigures run(Consumer<String> progress) {
    List<Scenario> scenarios = Scenarios.all();
    List<String> failures = new ArrayList<>();
    int ok = 0;
    if (Hardhat.isInstalled()) {
      try (DevChain chain =
          DevChain.start(
              DevChain.Options.DEFAULT.withNode(NodeKind.HARDHAT).withProgress(progress))) {
        Theatre theatre = new Theatre(chain, SampleDigit.ALL.get(SAMPLE).digit());
        for (Scenario scenario : scenarios) {
          progress.accept(scenario.name() + " (" + scenario.model().fileName() + ")");
          Report report = theatre.play(scenario, Theatre.Audience.SILENT);
          if (report.ok()) {
            ok++;
          } else {
            failures.add(report.name() + ", " + report.model() + ": " + report.failure());
          }
        }
      }
    } else {
      failures.add("hardhat is not there: npm ci --ignore-scripts in contracts/nodes installs it");
    }
    return new RowFigures(
        Map.of("other_node", Map.of("scenarios", scenarios.size(), "ok", ok)),
        List.of(Reach.all("scenarios on another node that end as they must", ok, scenarios.size())),
        failures);
  }
}
