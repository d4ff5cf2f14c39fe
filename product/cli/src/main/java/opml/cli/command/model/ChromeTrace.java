package opml.cli.command.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import opml.cli.console.Json;
import opml.engine.graph.Clearing;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.lab.profile.ModelProfile;
import opml.lab.profile.ModelProfile.NodeTime;
import org.jspecify.annotations.Nullable;

/// Runs as browsers show them (`chrome://tracing`, Perfetto): a bar for each node below one for its run.
///
/// Source: *Trace Event Format*, complete events (`"ph":"X"`), whose times are microseconds.
final class ChromeTrace {
  private static final int MOST_EVENTS = 200_000;

  private ChromeTrace() {}

  /// {@return the file's content}
  ///
  /// @param file the model's
  static String of(String file, Graph graph, ModelProfile profile) {
    List<String> events = new ArrayList<>();
    events.add(
        Json.line(
            Json.object(
                "name",
                "process_name",
                "ph",
                "M",
                "pid",
                1,
                "args",
                Json.object("name", "opml " + file))));
    long begin = 0;
    for (int run = 0; run < profile.spans().size(); run++) {
      long[] span = profile.spans().get(run);
      if (events.size() + span.length / 2 > MOST_EVENTS && run > 0) {
        break;
      }
      long end = span[span.length - 1];
      events.add(event("run " + (run + 1), "run", begin, end, Json.object()));
      int next = 0;
      for (int i = 0; i < graph.nodes().size() && events.size() < MOST_EVENTS; i++) {
        GraphNode node = graph.nodes().get(i);
        long from = span[2 * i];
        long to = span[2 * i + 1];
        Map<String, @Nullable Object> facts =
            Clearing.clears(node) ? Json.object() : facts(profile.nodes().get(next++));
        events.add(event(node.name(), node.operator(), begin + from, to - from, facts));
      }
      begin += end + end / 20;
    }
    return "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
        + String.join(",\n", events)
        + "\n]}\n";
  }

  private static Map<String, @Nullable Object> facts(NodeTime node) {
    return Json.object(
        "kernel", node.kernel(),
        "bytes", node.work().bytes(),
        "products", node.work().products(),
        "medianSeconds", node.seconds(),
        "bound", node.bound().map(bound -> bound.label()),
        "share", Double.isFinite(node.share()) ? node.share() : null);
  }

  private static String event(
      String name, String category, long from, long nanos, Map<String, @Nullable Object> facts) {
    return Json.line(
        Json.object(
            "name",
            name,
            "cat",
            category,
            "ph",
            "X",
            "ts",
            from / 1e3,
            "dur",
            nanos / 1e3,
            "pid",
            1,
            "tid",
            1,
            "args",
            facts));
  }
}
