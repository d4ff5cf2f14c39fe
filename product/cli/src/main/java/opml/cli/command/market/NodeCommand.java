package opml.cli.command.market;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.agent.Entering;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.JournalWriter;
import opml.cli.console.Messages;
import opml.cli.console.StopSignal;
import opml.cli.option.DeploymentOption;
import opml.cli.option.NodeOption;
import opml.core.account.Wei;
import opml.ethereum.send.GasMeter;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.Signer;
import opml.hub.DeploymentFile;
import opml.hub.Hub;
import opml.node.NodeChain;
import opml.node.NodeStore;
import opml.node.RoleThreads;
import opml.node.config.NodeConfig;
import opml.node.config.NodeConfig.AccountPart;
import opml.node.watch.AccountMoney;
import opml.node.watch.NodeMetrics;
import opml.node.watch.WatchServer;
import opml.node.watch.Watched;
import opml.store.Store;
import opml.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Runs a node.
@Command(
    name = "node",
    description = {
      "Runs the roles that a file names, serving and verifying, over one account in one process, until it is stopped.",
      "It tells how it fares over HTTP: /health/live, /health/ready, /metrics. It may be stopped and started at any"
          + " time: what it has sent is in its store, node.db beside the file unless that says otherwise."
    },
    footer = {"  opml node --config node.toml", "  opml node check --config node.toml"},
    subcommands = NodeCheckCommand.class)
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class NodeCommand implements Callable<Integer> {
  /// Both together are less than a signal's patience.
  private static final Duration LAST_SENDING = Duration.ofMillis(1_300);

  private static final Duration LAST_STEPS = Duration.ofMillis(1_300);

  private static final Duration BETWEEN_BALANCES = Duration.ofSeconds(30);

  @Mixin private Console console;
  @Mixin private ConfigOption options;

  @Option(
      names = "--drain",
      description =
          "Enter nothing new, play on what runs, have the money paid out, and end with 0 when nothing is live any more;"
              + " as [account] drain = true.")
  private boolean drain;

  @Override
  public Integer call() {
    NodeConfig config = options.read();
    if (config.log().json()) {
      console.writeJson();
    }
    if (drain && config.dryRun()) {
      throw Failure.misuse("--drain: there is nothing to drain with dry-run = true");
    }
    NodeFiles files = new NodeFiles(config, console);
    files.fail();
    DeploymentFile described = files.described().orElseThrow();
    Signer account = files.account().orElseThrow();
    JournalWriter journal = new JournalWriter(console, InstantSource.system());
    GasMeter meter = new GasMeter();
    NodeMetrics metrics =
        new NodeMetrics(meter, NodeOption.seldom((node, what) -> tellOfFault(journal, node, what)));
    try (StopSignal _ = StopSignal.open();
        NodeChain chain =
            NodeChain.open(
                files.urls(),
                described,
                config.chain().trust(),
                config.chain().quorum(),
                metrics)) {
      metrics.nodes(chain.nodes());
      SendPolicy policy = DeploymentOption.SENDING.withMaxFee(config.budget().gasPrice());
      Sender sender = new Sender(chain.chain(), account, policy, meter);
      Hub hub = new Hub(chain.deployment(), sender);
      journal.line("node", AgentOptions.facts(hub));
      Entering entering =
          new Entering(
              drains -> journal.line(drains ? "draining" : "entering", JournalWriter.facts()));
      if (drain || config.drain()) {
        entering.drain();
      }
      try (Store store = open(config, chain, account);
          RoleAgents agents =
              new RoleAgents(config, files, chain, hub, store, entering, metrics, console)) {
        run(config, chain, hub, meter, metrics, entering, agents, journal);
      }
      journal.line("stopped", JournalWriter.facts());
    }
    return 0;
  }

  private static Store open(NodeConfig config, NodeChain chain, Signer account) {
    try {
      return NodeStore.open(config.store(), chain, account.address());
    } catch (StoreException | UncheckedIOException e) {
      throw StoreTrouble.of(config.store(), e);
    }
  }

  private static void tellOfFault(JournalWriter journal, String node, String what) {
    journal.line("node fault", JournalWriter.facts("node", node, "what", Messages.oneLine(what)));
  }

  /// Runs the roles until this thread is interrupted, or they have drained.
  ///
  /// @throws Failure if a role ends by itself, or nobody can listen where the file says
  private static void run(
      NodeConfig config,
      NodeChain chain,
      Hub hub,
      GasMeter meter,
      NodeMetrics metrics,
      Entering entering,
      RoleAgents agents,
      JournalWriter journal) {
    RoleThreads threads = new RoleThreads(agents.loops());
    Optional<AccountMoney> money =
        hub.account().isZero()
            ? Optional.empty()
            : Optional.of(new AccountMoney(hub, BETWEEN_BALANCES));
    Watched node =
        new Watched(
            hub.account(),
            config.dryRun() ? Optional.empty() : money.map(one -> one),
            config.account().map(AccountPart::leastBalance).orElse(Wei.ZERO),
            agents.roles(),
            // Any other end ends the process.
            () -> entering.isDraining() ? List.of() : threads.stopped(),
            config.web().readyWithin(),
            InstantSource.system());
    metrics.show(node);
    metrics.showExposure(config.budget(), agents.exposure()::figures, entering::isDraining);
    try (WatchServer web = watch(config, node, metrics);
        Summaries _ =
            new Summaries(
                config.log().summaryEvery(),
                () -> Summary.tell(journal, node.picture(), hub, meter))) {
      journal.line("watched", JournalWriter.facts("at", web.url()));
      threads.start();
      for (int left = agents.roles().size(); left > 0; left--) {
        RoleThreads.Ended ended = threads.awaitEnd();
        if (ended.why().isPresent() || !entering.isDraining()) {
          throw new Failure(
              "the role %s has ended: %s"
                  .formatted(
                      ended.role(), ended.why().map(Messages::of).orElse("nobody knows why")));
        }
      }
      journal.line("drained", JournalWriter.facts());
    } catch (InterruptedException e) {
      // That was the request to stop, and is answered.
      return;
    } finally {
      money.ifPresent(AccountMoney::close);
      if (!chain.stopSending(LAST_SENDING)) {
        journal.line(
            "trouble",
            JournalWriter.facts("why", "a node has not said whether it took the last transaction"));
      }
      boolean _ = threads.stop(LAST_STEPS);
    }
  }

  private static WatchServer watch(NodeConfig config, Watched node, NodeMetrics metrics) {
    String address = config.web().address();
    int port = config.web().port();
    try {
      return WatchServer.start(new InetSocketAddress(address, port), node, metrics);
    } catch (IOException e) {
      throw new Failure(
          "[web]: nobody can listen at %s, port %d: %s".formatted(address, port, Messages.of(e)),
          e);
    }
  }
}
