package opml.node.watch;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Optional;

/// What a process tells of one of its nodes, whether it runs or not.
public final class WatchedNode {
  private final Optional<String> name;
  private volatile State state = new Down("has not begun yet");

  private sealed interface State {}

  private record Up(Watched node, NodeMetrics metrics) implements State {}

  private record Down(String why) implements State {}

  /// @param name where the process has several
  public WatchedNode(Optional<String> name) {
    this.name = name;
  }

  /// Takes it that the node runs now.
  public void runs(Watched node, NodeMetrics metrics) {
    state = new Up(node, metrics);
  }

  /// Takes it that the node does not run.
  ///
  /// @param why as in `has failed`
  public void doesNotRun(String why) {
    state = new Down(why);
  }

  List<String> whyNotLive() {
    return switch (state) {
      case Up(Watched node, _) -> named(node.whyNotLive());
      case Down(String why) -> named(List.of("the node " + why));
    };
  }

  List<String> whyNotReady() {
    return switch (state) {
      case Up(Watched node, _) -> named(node.whyNotReady());
      case Down(String why) -> named(List.of("the node " + why));
    };
  }

  private List<String> named(List<String> reasons) {
    return reasons.stream()
        .map(reason -> name.map(one -> one + ": " + reason).orElse(reason))
        .toList();
  }

  /// {@return its metrics; of one that does not run, just that}
  MetricSnapshots metrics() {
    return switch (state) {
      case Up(_, NodeMetrics metrics) -> metrics.snapshots();
      case Down _ -> new MetricSnapshots(zero(NodeMetrics.LIVE), zero(NodeMetrics.READY));
    };
  }

  private GaugeSnapshot zero(NodeMetrics.Name metric) {
    Labels labels = NodeMetrics.labels(name);
    return GaugeSnapshot.builder()
        .name(metric.name())
        .help(metric.help())
        .dataPoint(GaugeDataPointSnapshot.builder().value(0).labels(labels).build())
        .build();
  }
}
