package opml.cli.command.market;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.JournalWriter;
import opml.cli.console.Messages;
import opml.cli.console.StopSignal;
import opml.cli.option.DeploymentOption;
import opml.cli.option.NodeOption;
import opml.core.account.Wei;
import opml.ethereum.send.GasMeter;
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

  @Override
  public Integer call() {
    NodeConfig config = options.read();
    if (config.log().json()) {
      console.writeJson();
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
      Sender sender = new Sender(chain.chain(), account, DeploymentOption.SENDING, meter);
      Hub hub = new Hub(chain.deployment(), sender);
      journal.line("node", AgentOptions.facts(hub));
      try (Store store = open(config, chain, account);
          RoleAgents agents = new RoleAgents(config, files, chain, hub, store, metrics, console)) {
        run(config, chain, hub, meter, metrics, agents, journal);
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

  /// Runs the roles until this thread is interrupted.
  ///
  /// @throws Failure if a role ends by itself, or nobody can listen where the file says
  private static void run(
      NodeConfig config,
      NodeChain chain,
      Hub hub,
      GasMeter meter,
      NodeMetrics metrics,
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
            threads::stopped,
            config.web().readyWithin(),
            InstantSource.system());
    metrics.show(node);
    try (WatchServer web = watch(config, node, metrics);
        Summaries _ =
            new Summaries(
                config.log().summaryEvery(),
                () -> Summary.tell(journal, node.picture(), hub, meter))) {
      journal.line("watched", JournalWriter.facts("at", web.url()));
      threads.start();
      RoleThreads.Ended ended = threads.awaitEnd();
      throw new Failure(
          "the role %s has ended: %s"
              .formatted(ended.role(), ended.why().map(Messages::of).orElse("nobody knows why")));
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
