package opml.cli.command.market;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.JournalWriter;
import opml.cli.console.Kin;
import opml.cli.console.Messages;
import opml.cli.console.StopSignal;
import opml.node.NodeKeeper;
import opml.node.config.NodeConfig;
import opml.node.config.NodeConfig.WebPart;
import opml.node.watch.WatchServer;
import opml.node.watch.WatchedNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Runs a node.
@Command(
    name = "node",
    description = {
      "Runs the roles that a file names (serve, verify, settle, watch) over one account, until it is stopped.",
      "It tells how it fares over HTTP: /health/live, /health/ready, /metrics. It may be stopped and started at any"
          + " time: what it has sent is in its store, node.db beside the file unless that says otherwise."
    },
    footer = {
      "  opml node --config node.toml",
      "  opml node check --config node.toml",
      "  opml node --config mainnet.toml --config l2.toml"
    },
    subcommands = {
      NodeCheckCommand.class,
      NodeStatusCommand.class,
      NodeGamesCommand.class,
      NodeJobsCommand.class,
      NodeLedgerCommand.class,
      NodeDrainCommand.class,
      NodeSnapshotCommand.class,
      NodeReindexCommand.class
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class NodeCommand implements Callable<Integer> {
  /// Until a node is begun anew that has failed: as long as `opml-node.service` waits.
  private static final Duration PAUSE = Duration.ofSeconds(5);

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
    List<NodeConfig> configs = options.readAll();
    if (configs.getFirst().log().json()) {
      console.writeJson();
    }
    if (drain && configs.stream().anyMatch(NodeConfig::dryRun)) {
      throw Failure.misuse("--drain: there is nothing to drain with dry-run = true");
    }
    List<NodeFiles> files = NodeFiles.all(configs, console);
    NeighbourNodes.compare(files);
    NodeFiles.fail(files);
    JournalWriter journal = new JournalWriter(console, InstantSource.system());
    WebPart web = configs.getFirst().web();
    try (StopSignal _ = StopSignal.open()) {
      if (files.size() == 1) {
        WatchedNode only = new WatchedNode(Optional.empty());
        NodeRun.Opening watch = () -> watch(web, List.of(only), journal)::close;
        new NodeRun(files.getFirst(), console, Optional.empty(), drain, only, watch).run();
      } else {
        runAll(files, web, journal);
      }
      // The interruption was the request to stop, and is answered.
      boolean _ = Thread.interrupted();
    }
    return 0;
  }

  /// Runs several nodes, each until this thread is interrupted, whatever becomes of the others.
  private void runAll(List<NodeFiles> files, WebPart web, JournalWriter journal) {
    Map<String, NodeRun> runs = new LinkedHashMap<>();
    for (NodeFiles one : files) {
      String name = one.config().name();
      WatchedNode watched = new WatchedNode(Optional.of(name));
      runs.put(
          name,
          new NodeRun(one, console, Optional.of(name), drain, watched, NodeRun.Opening.NOTHING));
      if (one.config().web().port() != 0 && !one.config().web().equals(web)) {
        journal.line(
            "not used",
            JournalWriter.facts("config", name, "what", "[web] address and port: the first's are"));
      }
    }
    Map<String, Runnable> nodes = new LinkedHashMap<>();
    runs.forEach((name, run) -> nodes.put(name, run::run));
    NodeKeeper keeper = new NodeKeeper(nodes, (name, why) -> failed(runs, name, why), PAUSE);
    List<WatchedNode> watched = runs.values().stream().map(NodeRun::watched).toList();
    try (WatchServer _ = watch(web, watched, journal)) {
      keeper.run(NodeRun.PATIENCE);
    }
  }

  private void failed(Map<String, NodeRun> runs, String name, RuntimeException why) {
    NodeRun run = runs.get(name);
    String told = Messages.oneLine(Messages.whole(why));
    if (run != null) {
      run.watched().doesNotRun("has failed: " + told);
    }
    new JournalWriter(console, InstantSource.system(), Optional.of(name), Kin.NONE)
        .line("failed", JournalWriter.facts("why", told));
  }

  private static WatchServer watch(WebPart web, List<WatchedNode> nodes, JournalWriter journal) {
    try {
      WatchServer server =
          WatchServer.start(new InetSocketAddress(web.address(), web.port()), nodes);
      journal.line("watched", JournalWriter.facts("at", server.url()));
      return server;
    } catch (IOException e) {
      throw new Failure(
          "[web]: nobody can listen at %s, port %d: %s"
              .formatted(web.address(), web.port(), Messages.of(e)),
          e);
    }
  }
}
