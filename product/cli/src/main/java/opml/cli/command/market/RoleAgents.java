package opml.cli.command.market;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.agent.AccountBooks;
import opml.agent.Agent;
import opml.agent.Caretaker;
import opml.agent.Entering;
import opml.agent.Exposure;
import opml.agent.Host;
import opml.agent.Lookout;
import opml.agent.Loop;
import opml.agent.Monitor;
import opml.agent.OutboxLog;
import opml.agent.OutputFolder;
import opml.agent.SelfAudit;
import opml.agent.Server;
import opml.agent.StoredHistory;
import opml.agent.Verifier;
import opml.cli.console.Console;
import opml.cli.console.JournalWriter;
import opml.ethereum.send.Traffic;
import opml.game.work.Workshop;
import opml.hub.Hub;
import opml.hub.IntentKey;
import opml.hub.Retention;
import opml.node.NodeChain;
import opml.node.config.NodeConfig;
import opml.node.config.NodeConfig.AccountPart;
import opml.node.config.NodeConfig.RoleKind;
import opml.node.config.NodeConfig.RolePart;
import opml.node.config.NodeConfig.SettlePart;
import opml.node.config.NodeConfig.WorkPart;
import opml.node.watch.NodeMetrics;
import opml.node.watch.RoleWatch;
import opml.node.watch.Watched.WatchedRole;
import opml.proof.GraphWorkshop;
import opml.proof.HeapBudget;
import opml.store.Store;
import opml.vm.checkpoint.CheckpointPolicy;

/// The agents of a node's roles, which share one lookout and one desk, and so one account and one machine.
final class RoleAgents implements AutoCloseable {
  private final NodeConfig config;
  private final Optional<String> node;
  private final NodeFiles files;
  private final NodeChain chain;
  private final Lookout lookout;
  private final Host host;
  private final NodeMetrics metrics;
  private final Console console;
  private final StoredKin kin;
  private final List<FetchingWorkshop> fetching = new ArrayList<>();
  private final List<WatchedRole> roles = new ArrayList<>();
  private final Map<String, Runnable> loops = new LinkedHashMap<>();

  /// @param node its name, where a process has several
  RoleAgents(
      NodeConfig config,
      NodeFiles files,
      NodeChain chain,
      Hub hub,
      Store store,
      Entering entering,
      AccountBooks books,
      NodeMetrics metrics,
      Console console,
      Optional<String> node) {
    this.config = config;
    this.node = node;
    this.files = files;
    this.chain = chain;
    Traffic<IntentKey> traffic =
        new Traffic<>(
            hub.sender(),
            new OutboxLog(hub, store.outbox(), InstantSource.system(), Optional.of(books)),
            config.account().map(AccountPart::inFlight).orElse(Traffic.USUAL_MOST));
    this.lookout =
        new Lookout(
            hub,
            traffic,
            new StoredHistory(store.projection(), hub.deployment(), books),
            new Retention(config.chain().finality(), Retention.BLOCKS),
            config.budget(),
            entering);
    WorkPart work = config.work();
    work.megabytes().ifPresent(most -> HeapBudget.shared().bound((long) most << 20));
    SelfAudit audit = new SelfAudit(work.selfAudit() / 100, new SecureRandom());
    this.host = Host.here(store.jobs(), store.results(), work.cores(), audit);
    this.metrics = metrics;
    this.console = console;
    this.kin = new StoredKin(store.projection());
    config.roles().forEach(this::add);
  }

  private void add(RolePart part) {
    String name = part.kind().word();
    boolean serves = part.kind() == RoleKind.SERVE;
    String full = node.map(one -> one + "/" + name).orElse(name);
    JournalWriter journal =
        new JournalWriter(console, InstantSource.system(), Optional.of(full), kin);
    journal.line(config.dryRun() ? "looking" : part.kind().doing(), JournalWriter.facts());
    AgentModels models = new AgentModels(files.models(part), chain.deployment(), chain.chain());
    GraphWorkshop own = models.workshop(CheckpointPolicy.DEFAULT, journal);
    if (serves) {
      models.makeReady(journal);
    }
    RoleWatch watch = new RoleWatch(name, journal, journal, metrics);
    Agent agent = agent(part, workshop(part, own, serves, journal), watch);
    roles.add(new WatchedRole(watch, agent::seen, lookout::belowFinal));
    loops.put(name, new Loop(agent, part.poll(), watch));
  }

  private Workshop workshop(
      RolePart part, GraphWorkshop own, boolean finds, JournalWriter journal) {
    if (part.fetching().isEmpty()) {
      return own;
    }
    FetchingWorkshop fetches =
        Fetching.of(part.fetching().get())
            .workshop(own, chain.deployment(), chain.chain(), finds, journal);
    fetching.add(fetches);
    return fetches;
  }

  private Agent agent(RolePart part, Workshop workshop, RoleWatch watch) {
    Agent.Caution caution = new Agent.Caution(part.survivedGasPrice());
    return switch (part.kind()) {
      case SERVE -> {
        Server.Policy usual = Server.Policy.DEFAULT;
        Server.Policy policy =
            new Server.Policy(
                part.minimalFee(),
                usual.beside(),
                usual.attempts(),
                part.policy().callbackGasMax(),
                part.policy().callbacks(),
                part.policy().requesters(),
                part.policy().receivers(),
                part.policy().models());
        yield new Server(
            lookout,
            workshop,
            watch,
            policy,
            caution,
            part.outputs().map(OutputFolder::new),
            config.dryRun(),
            host);
      }
      case VERIFY ->
          new Verifier(
              lookout,
              workshop,
              watch,
              new Verifier.Policy(part.policy().servers(), part.policy().models()),
              caution,
              config.dryRun(),
              host);
      case SETTLE -> {
        Caretaker.Policy policy = policy(part.settling().orElseThrow());
        yield config.dryRun()
            ? Caretaker.dry(lookout, watch, policy)
            : new Caretaker(lookout, watch, policy, host);
      }
      case WATCH -> {
        Monitor monitor = new Monitor(lookout, workshop, watch, host);
        metrics.show(monitor::assessment, InstantSource.system());
        yield monitor;
      }
    };
  }

  private static Caretaker.Policy policy(SettlePart part) {
    return new Caretaker.Policy(
        part.forAll(),
        part.accounts(),
        part.minimalReward(),
        part.patience(),
        part.callbackGasMax());
  }

  /// {@return what the account has at stake}
  Exposure exposure() {
    return lookout.exposure();
  }

  List<WatchedRole> roles() {
    return roles;
  }

  /// {@return what runs each role, by its name}
  Map<String, Runnable> loops() {
    return loops;
  }

  @Override
  public void close() {
    fetching.forEach(FetchingWorkshop::close);
  }
}
