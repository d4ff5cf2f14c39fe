package opml.lab.bench.siege;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import opml.agent.Agent;
import opml.agent.Server;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.send.GasMeter;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.TabbedLines;
import opml.lab.bench.ground.Ground;
import opml.lab.scenario.Audience;
import opml.lab.scenario.Report;
import opml.lab.scenario.Scenario;
import opml.lab.scenario.Scenarios;
import opml.lab.scenario.Theatre;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;

/// What all this costs those whom nobody besieges: an undisputed inference from the request to the server's withdrawal,
/// and a whole dispute, beside what they cost before the siege, from `gas-before.tsv`.
final class GasRow {
  private static final String BASELINE = "gas-before.tsv";
  private static final String INFERENCE = "inference";
  private static final double RATIO_MOST = 1.05;

  /// One that goes down to a single instruction.
  private static final String DISPUTE = "lie in one instruction";

  private static final int REQUESTER = 1;
  private static final int SERVER = 2;
  private static final int SAMPLE = 7;

  private GasRow() {}

  static RowFigures run(Consumer<String> progress) {
    Map<String, Long> before = baseline();
    long inference = inference();
    long dispute = dispute();
    String line = "an inference takes %,d gas, a dispute %,d".formatted(inference, dispute);
    progress.accept(line);
    double inferenceRatio = (double) inference / before.getOrDefault(INFERENCE, 0L);
    double disputeRatio = (double) dispute / before.getOrDefault(DISPUTE, 0L);
    return new RowFigures(
        Map.of("gas", Map.of("inference_ratio", inferenceRatio, "dispute_ratio", disputeRatio)),
        List.of(
            Reach.atMost("gas of an inference / before", inferenceRatio, RATIO_MOST),
            Reach.atMost("gas of a dispute / before", disputeRatio, RATIO_MOST)),
        List.of(line));
  }

  private static long inference() {
    try (Ground ground = Ground.with(86_400, 43_200)) {
      GasMeter meter = new GasMeter();
      Hub requester = hub(ground, REQUESTER, meter);
      requester.request(ground.model().id(), ground.terms(), Ground.digit(SAMPLE), Ground.FEE);
      Agent server = new Server(hub(ground, SERVER, meter), ground.honest(), Journal.SILENT);
      server.tick();
      ground.skip(ground.parameters().window() + 1);
      for (int i = 0; i < 3; i++) {
        server.tick();
      }
      List<String> calls = meter.rows().stream().map(GasMeter.Row::call).sorted().toList();
      if (!calls.equals(List.of("claim", "request", "resolve", "withdraw"))) {
        throw new IllegalStateException("an undisputed inference takes other calls: " + calls);
      }
      return meter.total().gas();
    }
  }

  private static Hub hub(Ground ground, int account, GasMeter meter) {
    Sender sender =
        new Sender(ground.dev().chain(), ground.wallet(account), SendPolicy.DEFAULT, meter);
    return new Hub(ground.deployment(), sender);
  }

  private static long dispute() {
    Scenario scenario =
        Scenarios.all().stream()
            .filter(play -> play.name().equals(DISPUTE) && play.model() == DemoModel.INT8)
            .findFirst()
            .orElseThrow();
    try (DevChain chain = DevChain.start()) {
      Theatre theatre = new Theatre(chain, SampleDigit.ALL.get(SAMPLE).digit());
      Report report = theatre.play(scenario, Audience.SILENT);
      if (!report.ok()) {
        throw new IllegalStateException(DISPUTE + ": " + report.failure());
      }
      return report.gas();
    }
  }

  private static Map<String, Long> baseline() {
    return TabbedLines.load(GasRow.class, BASELINE, 2).rows().stream()
        .collect(Collectors.toMap(List::getFirst, row -> Long.parseLong(row.getLast())));
  }
}
