package opml.node.watch;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import opml.agent.Assessment;
import opml.agent.Budget;
import opml.agent.Exposure;
import opml.core.account.Wei;
import opml.ethereum.proof.NodeLie;
import opml.ethereum.quorum.Quorum;
import opml.ethereum.send.GasMeter;
import opml.hub.Picture;

/// A node's metrics, for Prometheus. What is not known is not shown: an alert that needs it says `absent`. Amounts are
/// in ETH, times in seconds.
public final class NodeMetrics implements Quorum.Listener {
  private static final int ETHER_DECIMALS = 18;
  private static final String PASSED = "passed";
  private static final String FAILED = "failed";

  /// A metric that is there whether its node runs or not.
  record Name(String name, String help) {}

  static final Name LIVE = new Name("opml_live", "Whether all roles run");
  static final Name READY =
      new Name("opml_ready", "Whether all roles see the chain and the account can pay");

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final SkipKinds kinds = new SkipKinds();
  private final Quorum.Listener listener;

  private final Labels common;
  private final Counter looks;
  private final Counter failed;
  private final Counter troubles;
  private final Counter skipped;
  private final Counter faults;
  private final Counter lies;
  private final Counter audits;

  /// @param meter of the account's transactions
  /// @param listener hears of nodes' faults, too
  public NodeMetrics(GasMeter meter, Quorum.Listener listener) {
    this(meter, listener, Optional.empty());
  }

  /// @param meter of the account's transactions
  /// @param listener hears of nodes' faults, too
  /// @param name of the node, where a process has several: each metric has it as the label `config`
  public NodeMetrics(GasMeter meter, Quorum.Listener listener, Optional<String> name) {
    this.listener = listener;
    this.common = labels(name);
    this.looks = counter("opml_looks", "Looks at the chain that succeeded", "role");
    this.failed = counter("opml_looks_failed", "Looks at the chain that were given up", "role");
    this.troubles =
        counter("opml_troubles", "Things that went wrong with one request, claim or game", "role");
    this.skipped =
        counter("opml_skipped", "Things that were left alone on purpose, by reason", "reason");
    this.faults = counter("opml_node_faults", "Faults of a node of the chain", "node");
    this.lies =
        counter("opml_node_lies", "What hashes contradicted, by what it was about", "node", "kind");
    this.audits =
        counter("opml_self_audits", "Own runs of which a node was tried in the machine", "result");
    List.of(PASSED, FAILED).forEach(audits::initLabelValues);
    spent(meter, "opml_transactions", "Transactions that came into a block", u -> u.transactions());
    spent(meter, "opml_gas", "Gas of these transactions", u -> u.gas());
    spent(meter, "opml_gas_fees_eth", "What this gas cost, in ETH", u -> ether(u.fees()));
  }

  /// {@return what all metrics of a node of this name have}
  static Labels labels(Optional<String> name) {
    return name.map(one -> Labels.of("config", one)).orElse(Labels.EMPTY);
  }

  private Counter counter(String name, String help, String... labels) {
    return Counter.builder()
        .name(name)
        .help(help)
        .constLabels(common)
        .labelNames(labels)
        .register(registry);
  }

  private void spent(
      GasMeter meter, String name, String help, ToDoubleFunction<GasMeter.Usage> figure) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .constLabels(common)
        .labelNames("call")
        .callback(
            out ->
                meter
                    .rows()
                    .forEach(row -> out.call(figure.applyAsDouble(row.usage()), row.call())))
        .register(registry);
  }

  // ------------------------------------------------------------------ what is counted

  /// Begins to count the faults of these nodes.
  public void nodes(List<String> names) {
    names.forEach(faults::initLabelValues);
  }

  @Override
  public void fault(String node, String what) {
    faults.labelValues(node).inc();
    NodeLie.in(what).ifPresent(lie -> lies.labelValues(node, lie.word()).inc());
    listener.fault(node, what);
  }

  void began(String role) {
    List.of(looks, failed, troubles).forEach(one -> one.initLabelValues(role));
  }

  void looked(String role) {
    looks.labelValues(role).inc();
  }

  void lookFailed(String role) {
    failed.labelValues(role).inc();
  }

  void trouble(String role) {
    troubles.labelValues(role).inc();
  }

  void audited(boolean passed) {
    audits.labelValues(passed ? PASSED : FAILED).inc();
  }

  void skipped(String why) {
    skipped.labelValues(kinds.of(why)).inc();
  }

  // ------------------------------------------------------------------ what is measured

  /// Shows what is known of a node from now on.
  public void show(Watched node) {
    gauge(LIVE.name(), LIVE.help(), () -> Optional.of(bit(node.whyNotLive().isEmpty())));
    gauge(READY.name(), READY.help(), () -> Optional.of(bit(node.whyNotReady().isEmpty())));
    seen(node, "opml_head_block", "The newest block that a role has seen", p -> p.block().number());
    seen(node, "opml_head_age_seconds", "How old that block is", node::age);
    gauge(
        "opml_final_block_left",
        "Whether the chain has left a block that was final",
        () -> Optional.of(bit(node.belowFinal().isPresent())));
    seen(node, "opml_requests_open", "Requests that wait for a result", node::openRequests);
    seen(node, "opml_claims_live_own", "Own claims that are not final yet", node::ownLiveClaims);
    seen(node, "opml_games_running_own", "Games that the account plays", node::ownGames);
    gauge(
        "opml_clock_slack_seconds",
        "What the own clock has left that ends first; absent if none runs",
        () ->
            node.picture()
                .map(node::slack)
                .filter(s -> s.isPresent())
                .map(s -> (double) s.getAsLong()));
    gauge(
        "opml_balance_eth",
        "What the account has",
        () -> node.held().map(held -> ether(held.balance())));
    gauge(
        "opml_balance_least_eth",
        "What it needs to count as able to pay",
        () -> node.held().map(_ -> ether(node.leastBalance())));
    gauge(
        "opml_credit_eth",
        "What the hub owes it",
        () -> node.held().map(held -> ether(held.credit())));
    GaugeWithCallback.builder()
        .name("opml_look_age_seconds")
        .help("How long ago the last look ended that was not given up")
        .constLabels(common)
        .labelNames("role")
        .callback(
            out ->
                node.roles()
                    .forEach(
                        role ->
                            role.watch()
                                .sinceLook()
                                .ifPresent(age -> out.call(seconds(age), role.watch().name()))))
        .register(registry);
  }

  /// Shows what an account has at stake, and may have, from now on.
  ///
  /// @param exposed what it has at stake, as far as that is known
  public void showExposure(
      Budget budget, Supplier<Optional<Exposure.Figures>> exposed, BooleanSupplier draining) {
    gauge(
        "opml_exposure_eth",
        "Bonds at stake, and the most gas of open games at the highest price",
        () -> exposed.get().map(figures -> ether(figures.inAll())));
    gauge(
        "opml_exposure_limit_eth",
        "What may be at stake; absent without a limit",
        () -> budget.inAll().map(NodeMetrics::ether));
    gauge(
        "opml_exposure_day_eth",
        "What was put at stake within the last day",
        () -> exposed.get().map(figures -> ether(figures.ofADay())));
    gauge(
        "opml_exposure_day_limit_eth",
        "What may be put at stake within a day; absent without a limit",
        () -> budget.perDay().map(NodeMetrics::ether));
    gauge(
        "opml_draining",
        "Whether nothing new is entered, on request",
        () -> Optional.of(bit(draining.getAsBoolean())));
  }

  /// Shows what somebody makes of everybody's claims and games from now on.
  ///
  /// @param said what that is, if anything is known
  public void show(Supplier<Optional<Assessment>> said, InstantSource clock) {
    new AssessmentMetrics(said, clock, common).register(registry);
  }

  /// Gives a figure, if it is known.
  @FunctionalInterface
  private interface Figure {
    Optional<Double> now();
  }

  private void gauge(String name, String help, Figure figure) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .constLabels(common)
        .callback(out -> figure.now().ifPresent(out::call))
        .register(registry);
  }

  private void seen(Watched node, String name, String help, ToDoubleFunction<Picture> figure) {
    gauge(name, help, () -> node.picture().map(figure::applyAsDouble));
  }

  private static double bit(boolean flag) {
    return flag ? 1 : 0;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static double ether(Wei amount) {
    return ether(amount.value());
  }

  static double ether(BigInteger wei) {
    return new BigDecimal(wei).movePointLeft(ETHER_DECIMALS).doubleValue();
  }

  /// {@return all metrics as they are now}
  MetricSnapshots snapshots() {
    return registry.scrape();
  }

  /// {@return all metrics, in Prometheus' text format}
  byte[] text() {
    return MetricText.of(List.of(snapshots()));
  }
}
