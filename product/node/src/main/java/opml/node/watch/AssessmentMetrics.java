package opml.node.watch;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import opml.agent.Assessment;
import opml.agent.Assessment.AssessedClaim;
import opml.agent.Assessment.Outlook;
import opml.game.move.Side;
import opml.game.solver.Verdict;

/// What a role that watches tells Prometheus: how many claims and games there are, by what the own run says of them and
/// by what becomes of them.
///
/// @param said nothing until it is known
/// @param common labels of all metrics of the node
record AssessmentMetrics(Supplier<Optional<Assessment>> said, InstantSource clock, Labels common) {
  private static final String UNKNOWN = "unknown";

  /// What a label may say: each value is shown, also while there is nothing of it.
  private record Choice<V>(String word, V value) {}

  private static <E extends Enum<E>> List<Choice<Optional<E>>> choices(E[] values) {
    return Stream.concat(
            Stream.of(values).map(value -> new Choice<>(word(value), Optional.of(value))),
            Stream.of(new Choice<>(UNKNOWN, Optional.<E>empty())))
        .toList();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  void register(PrometheusRegistry registry) {
    table(
        registry,
        "opml_claims_live",
        "Live claims of everybody, by what the own run says of them, and by what becomes of them",
        (out, all) -> {
          for (Choice<Optional<Verdict>> agreement : choices(Verdict.values())) {
            for (Outlook outlook : Outlook.values()) {
              out.call(
                  count(
                      all.claims(),
                      claim ->
                          claim.verdict().equals(agreement.value()) && claim.outlook() == outlook),
                  agreement.word(),
                  word(outlook));
            }
          }
        });
    table(
        registry,
        "opml_games_running",
        "Running games of everybody, by what the own run says of the claim, and by who wins",
        (out, all) -> {
          for (Choice<Optional<Verdict>> agreement : choices(Verdict.values())) {
            for (Choice<Optional<Side>> winner : choices(Side.values())) {
              out.call(
                  count(
                      all.games(),
                      game ->
                          game.verdict().equals(agreement.value())
                              && game.winner().equals(winner.value())),
                  agreement.word(),
                  winner.word());
            }
          }
        });
    gauge(
        registry,
        "opml_wrong_claims_unchallenged",
        "Live claims that are wrong, and that no game is about to refute",
        all -> Optional.of(count(all.claims(), AssessedClaim::isWrongUnchallenged)));
    gauge(
        registry,
        "opml_wrong_claims_final",
        "Claims that are wrong, and have become final",
        all -> Optional.of((double) all.wrongFinal()));
    gauge(
        registry,
        "opml_least_slack_seconds",
        "What is left to challenge a wrong claim or to move for what is right; absent if nobody must",
        this::slack);
    gauge(
        registry,
        "opml_credits_unclaimed_eth",
        "What the hub has besides what is at stake in it: credits, burnt shares included",
        all -> all.unclaimed().map(NodeMetrics::ether));
  }

  private Optional<Double> slack(Assessment all) {
    long now = Math.max(all.block().timestamp(), clock.instant().getEpochSecond());
    return all.lastMoment().isPresent()
        ? Optional.of((double) (all.lastMoment().getAsLong() - now))
        : Optional.empty();
  }

  private static <T> double count(List<T> all, Predicate<T> which) {
    return (double) all.stream().filter(which).count();
  }

  /// Fills rows of two labels.
  @FunctionalInterface
  private interface Rows {
    void fill(GaugeWithCallback.Callback out, Assessment all);
  }

  private void table(PrometheusRegistry registry, String name, String help, Rows rows) {
    register(
        registry,
        GaugeWithCallback.builder().name(name).help(help).labelNames("agreement", "forecast"),
        out -> said.get().ifPresent(all -> rows.fill(out, all)));
  }

  /// Finds a figure, if there is one.
  @FunctionalInterface
  private interface Figure {
    Optional<Double> of(Assessment all);
  }

  private void gauge(PrometheusRegistry registry, String name, String help, Figure figure) {
    register(
        registry,
        GaugeWithCallback.builder().name(name).help(help),
        out -> said.get().flatMap(figure::of).ifPresent(out::call));
  }

  private void register(
      PrometheusRegistry registry,
      GaugeWithCallback.Builder gauge,
      Consumer<GaugeWithCallback.Callback> fill) {
    gauge.constLabels(common).callback(fill).register(registry);
  }
}
