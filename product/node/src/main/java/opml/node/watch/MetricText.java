package opml.node.watch;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Metrics of several nodes as one page in Prometheus' text format, which has each name once.
final class MetricText {
  private static final PrometheusTextFormatWriter WRITER = PrometheusTextFormatWriter.create();

  private MetricText() {}

  /// {@return the page}
  ///
  /// @param nodes whose metrics differ by a label, if they are several
  static byte[] of(List<MetricSnapshots> nodes) {
    Map<String, List<MetricSnapshot>> byName = new TreeMap<>();
    for (MetricSnapshots node : nodes) {
      for (MetricSnapshot metric : node) {
        byName
            .computeIfAbsent(metric.getMetadata().getPrometheusName(), _ -> new ArrayList<>())
            .add(metric);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      WRITER.write(
          out,
          new MetricSnapshots(byName.values().stream().map(MetricText::one).toList()),
          EscapingScheme.ALLOW_UTF8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static MetricSnapshot one(List<MetricSnapshot> same) {
    if (same.size() == 1) {
      return same.getFirst();
    }
    List<CounterDataPointSnapshot> counts = new ArrayList<>();
    List<GaugeDataPointSnapshot> gauges = new ArrayList<>();
    for (MetricSnapshot metric : same) {
      switch (metric) {
        case CounterSnapshot counter -> counts.addAll(counter.getDataPoints());
        case GaugeSnapshot gauge -> gauges.addAll(gauge.getDataPoints());
        default -> throw new IllegalStateException("neither a counter nor a gauge: " + metric);
      }
    }
    return gauges.isEmpty()
        ? new CounterSnapshot(same.getFirst().getMetadata(), counts)
        : new GaugeSnapshot(same.getFirst().getMetadata(), gauges);
  }
}
