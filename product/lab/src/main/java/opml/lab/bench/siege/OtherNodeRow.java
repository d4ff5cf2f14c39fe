package opml.lab.bench.siege;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.Hardhat;
import opml.ethereum.devchain.NodeKind;
import opml.lab.bench.BenchException;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.checkout.Shell;
import opml.lab.scenario.Audience;
import opml.lab.scenario.Report;
import opml.lab.scenario.Scenario;
import opml.lab.scenario.Scenarios;
import opml.lab.scenario.Theatre;
import opml.mnist.digit.SampleDigit;

/// Every scenario of the demo on another implementation of a node, hardhat, which has words of its own for everything.
final class OtherNodeRow {
  private static final int SAMPLE = 7;

  private OtherNodeRow() {}

  static RowFigures run(Path home, Consumer<String> progress) {
    if (!Hardhat.isInstalled()) {
      install(home, progress);
    }
    List<Scenario> scenarios = Scenarios.all();
    List<String> failures = new ArrayList<>();
    int ok = 0;
    try (DevChain chain =
        DevChain.start(
            DevChain.Options.DEFAULT.withNode(NodeKind.HARDHAT).withProgress(progress))) {
      Theatre theatre = new Theatre(chain, SampleDigit.ALL.get(SAMPLE).digit());
      for (Scenario scenario : scenarios) {
        progress.accept(scenario.name() + " (" + scenario.model().fileName() + ")");
        Report report = theatre.play(scenario, Audience.SILENT);
        if (report.ok()) {
          ok++;
        } else {
          failures.add(report.name() + ", " + report.model() + ": " + report.failure());
        }
      }
    }
    return new RowFigures(
        Map.of("other_node", Map.of("scenarios", scenarios.size(), "ok", ok)),
        List.of(Reach.all("scenarios on another node that end as they must", ok, scenarios.size())),
        failures);
  }

  /// Only this row and `./opml test` need it, and it is large.
  private static void install(Path home, Consumer<String> progress) {
    progress.accept("installs hardhat, which takes a minute (once)");
    Shell.Run installed =
        Shell.run(
            home.resolve("contracts/nodes"),
            Map.of(),
            List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
    if (installed.exitCode() != 0) {
      throw new BenchException("npm ci in contracts/nodes failed: " + installed.output());
    }
  }
}
