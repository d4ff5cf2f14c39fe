package opml.cli.command.market;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import opml.agent.AccountBooks;
import opml.agent.Entering;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.JournalWriter;
import opml.cli.console.Kin;
import opml.cli.console.Messages;
import opml.cli.option.DeploymentOption;
import opml.cli.option.NodeOption;
import opml.core.account.Wei;
import opml.ethereum.send.GasMeter;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.Signer;
import opml.hub.Hub;
import opml.node.DrainOrder;
import opml.node.NodeChain;
import opml.node.NodeStore;
import opml.node.RoleThreads;
import opml.node.config.NodeConfig;
import opml.node.config.NodeConfig.AccountPart;
import opml.node.watch.AccountMoney;
import opml.node.watch.NodeMetrics;
import opml.node.watch.Watched;
import opml.node.watch.WatchedNode;
import opml.store.Store;
import opml.store.StoreException;

/// One node, from the opening of its chain to its end. All that it opens is its own, so it may be run again.
///
/// @param name where its process has several
/// @param drain whether it enters nothing new, and ends when nothing is live any more, whatever its file says
/// @param watched hears that it runs
/// @param opening opens what is to be there while its roles run
record NodeRun(
    NodeFiles files,
    Console console,
    Optional<String> name,
    boolean drain,
    WatchedNode watched,
    Opening opening) {
  /// Opens something, once all else is there.
  @FunctionalInterface
  interface Opening {
    Opening NOTHING = () -> () -> {};

    Open open();
  }

  /// What is open.
  @FunctionalInterface
  interface Open extends AutoCloseable {
    @Override
    void close();
  }

  /// Both together are less than a signal's patience.
  private static final Duration LAST_SENDING = Duration.ofMillis(1_300);

  private static final Duration LAST_STEPS = Duration.ofMillis(1_300);

  /// What its end takes at most.
  static final Duration PATIENCE = LAST_SENDING.plus(LAST_STEPS);

  private static final Duration BETWEEN_BALANCES = Duration.ofSeconds(30);

  /// Runs the roles until this thread is interrupted, or they have drained.
  ///
  /// @throws Failure if a role ends by itself, or something cannot be opened
  void run() {
    NodeConfig config = files.config();
    Signer account = files.account().orElseThrow();
    JournalWriter journal = new JournalWriter(console, InstantSource.system(), name, Kin.NONE);
    GasMeter meter = new GasMeter();
    NodeMetrics metrics =
        new NodeMetrics(
            meter, NodeOption.seldom((node, what) -> tellOfFault(journal, node, what)), name);
    try (NodeChain chain =
        NodeChain.open(
            files.urls(),
            files.described().orElseThrow(),
            config.chain().trust(),
            config.chain().quorum(),
            metrics)) {
      metrics.nodes(chain.nodes());
      SendPolicy policy = DeploymentOption.SENDING.withMaxFee(config.budget().gasPrice());
      try (Store store = open(config, chain, account)) {
        AccountBooks books =
            new AccountBooks(store, chain.deployment(), account.address(), chain.chain());
        Sender sender = new Sender(chain.chain(), account, policy, books.listener(meter));
        Hub hub = new Hub(chain.deployment(), sender);
        journal.line("node", AgentOptions.facts(hub));
        Entering entering =
            new Entering(
                new DrainOrder(store.orders()),
                drains -> journal.line(drains ? "draining" : "entering", JournalWriter.facts()));
        if (drain || config.drain()) {
          entering.drain();
        }
        try (RoleAgents agents =
            new RoleAgents(
                config, files, chain, hub, store, entering, books, metrics, console, name)) {
          run(chain, hub, meter, metrics, entering, agents, journal);
        }
      }
      journal.line("stopped", JournalWriter.facts());
    }
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

  private void run(
      NodeChain chain,
      Hub hub,
      GasMeter meter,
      NodeMetrics metrics,
      Entering entering,
      RoleAgents agents,
      JournalWriter journal) {
    NodeConfig config = files.config();
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
            // Any other end ends the node.
            () -> entering.isDraining() ? List.of() : threads.stopped(),
            config.web().readyWithin(),
            InstantSource.system());
    metrics.show(node);
    metrics.showExposure(config.budget(), agents.exposure()::figures, entering::isDraining);
    watched.runs(node, metrics);
    try (Open _ = opening.open();
        Summaries _ =
            new Summaries(
                config.log().summaryEvery(),
                () -> Summary.tell(journal, node.picture(), hub, meter))) {
      threads.start();
      for (int left = agents.roles().size(); left > 0; left--) {
        RoleThreads.Ended ended = threads.awaitEnd();
        if (ended.why().isPresent() || !entering.isDraining()) {
          throw failure(ended);
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

  private static Failure failure(RoleThreads.Ended ended) {
    String told =
        "the role %s has ended: %s"
            .formatted(ended.role(), ended.why().map(Messages::of).orElse("nobody knows why"));
    return ended.why().map(why -> new Failure(told, why)).orElseGet(() -> new Failure(told));
  }
}
