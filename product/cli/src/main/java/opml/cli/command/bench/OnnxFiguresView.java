package opml.cli.command.bench;

import java.util.List;
import java.util.Map;
import opml.cli.console.Json;
import opml.lab.bench.onnx.OnnxFigures;
import opml.lab.bench.onnx.OnnxFigures.Case;
import opml.lab.bench.onnx.OnnxFigures.Cosine;
import opml.lab.bench.onnx.OnnxFigures.Share;
import org.jspecify.annotations.Nullable;

/// The figures of ONNX models for people and as JSON.
final class OnnxFiguresView {
  private final OnnxFigures figures;

  OnnxFiguresView(OnnxFigures figures) {
    this.figures = figures;
  }

  String table() {
    Goals goals = new Goals();
    figures.cases().forEach(one -> race(goals, one, ""));
    figures.vectorCases().forEach(one -> race(goals, one, ", Vector API"));
    for (Cosine one : figures.cosine()) {
      String beside =
          "the least of %d sentences, %d reach it; ONNX Runtime optimised and not: %.6f"
              .formatted(one.sentences(), one.reached(), one.leastOfPeers());
      goals.atLeast(one.model(), one.least(), "cosine", one.goal(), beside);
    }
    for (Share share : figures.commitment()) {
      String beside = "a run takes %.2f ms".formatted(share.runMillis());
      goals.atMost("a claim adds, " + share.model(), share.share(), "", 0.05, beside);
    }
    String file = "a file of %.0f MB".formatted(figures.imported().megabytes());
    goals.atMost("opened, ready to run", figures.imported().seconds(), "s", 1, file);
    goals.atMost("its heap", figures.imported().heapMegabytes(), "MB", 100, "");
    return goals.toString();
  }

  private static void race(Goals goals, Case one, String by) {
    goals.atLeast(
        "%s, %d thread%s%s"
            .formatted(one.model(), one.threads(), one.threads() == 1 ? "" : "s", by),
        one.ratio(),
        "times as fast",
        one.goal(),
        "%.3f ms, ONNX Runtime %.3f ms".formatted(one.oursMillis(), one.peerMillis()));
  }

  Map<String, @Nullable Object> json() {
    return Json.object(
        "cases", cases(figures.cases()),
        "vector_cases", cases(figures.vectorCases()),
        "cosine",
            figures.cosine().stream()
                .map(
                    one ->
                        Json.object(
                            "model", one.model(),
                            "sentences", one.sentences(),
                            "least", one.least(),
                            "reached", one.reached(),
                            "least_of_peers", one.leastOfPeers()))
                .toList(),
        "commitment_share",
            figures.commitment().stream()
                .map(
                    one ->
                        Json.object(
                            "model", one.model(), "ms", one.runMillis(), "share", one.share()))
                .toList(),
        "import",
            Json.object(
                "mb", figures.imported().megabytes(),
                "seconds", figures.imported().seconds(),
                "heap_mb", figures.imported().heapMegabytes()),
        "notes", figures.notes());
  }

  private static List<Map<String, @Nullable Object>> cases(List<Case> cases) {
    return cases.stream()
        .map(
            one ->
                Json.object(
                    "model", one.model(),
                    "threads", one.threads(),
                    "ours_ms", one.oursMillis(),
                    "peer_ms", one.peerMillis(),
                    "ratio", one.ratio()))
        .toList();
  }
}
