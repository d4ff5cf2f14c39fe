package opml.cli.command.market;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.agent.Agent;
import opml.agent.Loop;
import opml.cli.console.Console;
import opml.cli.console.JournalWriter;
import opml.cli.console.Problems;
import opml.cli.console.StopSignal;
import opml.cli.option.DeploymentOption;
import opml.cli.option.KnownModel;
import opml.cli.option.ModelFile;
import opml.cli.option.ModelOptions;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.send.GasMeter;
import opml.ethereum.send.Signer;
import opml.game.work.Workshop;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.proof.GraphWorkshop;
import opml.vm.checkpoint.CheckpointPolicy;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What `serve` and `verify` share: everything is checked before the first look at the chain, and afterwards nothing
/// that the chain does ends them.
@SuppressWarnings("NullAway.Init") // filled by picocli
final class AgentOptions {
  @Mixin private Console console;
  @Mixin private DeploymentOption deployment;

  @Option(
      names = "--model",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "The models that this agent knows. Requests for others are left alone, or with --fetch their models fetched.")
  private List<Path> files = List.of();

  @Mixin private ModelOptions text;
  @Mixin private FetchOptions fetch;

  @Option(
      names = "--poll",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "Pause between two looks at the chain (default: ${DEFAULT-VALUE}).")
  private double poll;

  @Option(
      names = "--summary-every",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Say so often how things stand; 0 for never (default: ${DEFAULT-VALUE}).")
  private double summaryEvery;

  @Option(
      names = "--survived-gas-price",
      paramLabel = "GWEI",
      defaultValue = "50",
      description =
          "Stake nothing on models whose games may cost more than the bond of a challenge at this price of gas"
              + " (default: ${DEFAULT-VALUE}).")
  private int survivedGasPrice;

  @Option(
      names = "--checkpoints",
      paramLabel = "DIR",
      description =
          "Where checkpoints of long replays are kept, so that they survive a restart; a few"
              + " gigabytes at most (default: a temporary file).")
  private @Nullable Path checkpoints;

  /// Makes the agent of a role.
  @FunctionalInterface
  interface Role {
    Agent agent(Hub hub, Workshop workshop, Journal journal, Agent.Caution caution);
  }

  /// Runs the agent until the thread is interrupted or the process is told to stop.
  ///
  /// @param name of the role, for the journal
  /// @param account that signs and pays
  /// @param finds whether it finds answers of its own to what is asked
  void run(String name, Signer account, boolean finds, Role role) {
    new Problems()
        .of(() -> WaitOptions.pause(poll))
        .when(
            !(summaryEvery == 0 || summaryEvery >= 0.01 && summaryEvery <= 86_400),
            "--summary-every " + summaryEvery + ": expected are seconds, from 0.01 to 86400, or 0")
        .when(
            survivedGasPrice < 1 || survivedGasPrice > 1_000_000,
            "--survived-gas-price %d: expected are gwei, from 1 to 1000000"
                .formatted(survivedGasPrice))
        .of(fetch::requireSane)
        .fail();
    Duration pause = WaitOptions.pause(poll);
    boolean fetches = fetch.isOn(files.size());
    List<KnownModel> models = ModelFile.open(files, text, console);
    AgentModels.requireMemory(byFile(models), finds);
    try (StopSignal _ = StopSignal.open();
        DeploymentOption.Opened opened = deployment.open()) {
      GasMeter meter = new GasMeter();
      Hub hub = opened.hub(account, meter);
      JournalWriter journal = new JournalWriter(console, InstantSource.system());
      journal.line(name, facts(hub));
      AgentModels known = new AgentModels(models, hub.deployment(), opened.chain());
      GraphWorkshop own = known.workshop(policy(), journal);
      if (finds) {
        known.makeReady(journal);
      }
      Agent.Caution caution = new Agent.Caution(Wei.gwei(survivedGasPrice));
      if (fetches) {
        try (FetchingWorkshop fetching =
            fetch.fetching().workshop(own, hub.deployment(), opened.chain(), finds, journal)) {
          loop(role.agent(hub, fetching, journal, caution), hub, meter, pause, journal);
        }
      } else {
        loop(role.agent(hub, own, journal, caution), hub, meter, pause, journal);
      }
      // The interruption was the request to stop, and is answered.
      boolean _ = Thread.interrupted();
      journal.line("stopped", JournalWriter.facts());
    }
  }

  private Map<Path, KnownModel> byFile(List<KnownModel> models) {
    Map<Path, KnownModel> byFile = new LinkedHashMap<>();
    for (int i = 0; i < models.size(); i++) {
      byFile.put(files.get(i), models.get(i));
    }
    return byFile;
  }

  /// {@return what a journal begins with}
  static Map<String, Object> facts(Hub hub) {
    Address place = hub.deployment().hub().address();
    return hub.account().isZero()
        ? JournalWriter.facts("hub", place)
        : JournalWriter.facts(
            "account", hub.account(), "balance", hub.sender().balance(), "hub", place);
  }

  private void loop(Agent agent, Hub hub, GasMeter meter, Duration pause, JournalWriter journal) {
    try (Summaries _ =
        new Summaries(summaryEvery, () -> Summary.tell(journal, agent.seen(), hub, meter))) {
      new Loop(agent, pause, journal).run();
    }
  }

  private CheckpointPolicy policy() {
    Path directory = checkpoints;
    return directory == null ? CheckpointPolicy.DEFAULT : CheckpointPolicy.DEFAULT.in(directory);
  }
}
