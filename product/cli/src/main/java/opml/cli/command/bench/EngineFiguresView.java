package opml.cli.command.bench;

import java.util.List;
import java.util.Map;
import opml.cli.console.Json;
import opml.lab.bench.engine.BoundTightness;
import opml.lab.bench.engine.EngineFigures;
import opml.lab.bench.engine.EngineFigures.Case;
import opml.lab.bench.engine.EngineFigures.Dispute;
import opml.lab.bench.engine.EngineFigures.First;
import opml.lab.bench.engine.EngineFigures.Share;
import org.jspecify.annotations.Nullable;

/// The engine's figures for people and as JSON.
final class EngineFiguresView {
  private final EngineFigures figures;

  EngineFiguresView(EngineFigures figures) {
    this.figures = figures;
  }

  String table() {
    Goals goals = new Goals();
    for (Case one : figures.cases()) {
      goals.atLeast(name(one), one.ratio(), "times as fast", 0.7, beside(one));
    }
    for (Case one : figures.vectorCases()) {
      goals.atLeast(name(one) + ", Vector API", one.ratio(), "times as fast", 0.7, beside(one));
    }
    String peak = "of one core's peak (" + figures.instructions() + ")";
    goals.atLeast("float product 512³", figures.peak().f32(), peak, 0.7, "");
    goals.atLeast("int8 product 512³, machine tile", figures.peak().int8Tile(), peak, 0.5, "");
    goals.atLeast("int8 product 512³, Vector API", figures.peak().int8Vector(), peak, 0.15, "");
    goals.atLeast(
        "row times Q8_0 matrix in memory", figures.peak().matvec(), "of the bandwidth", 0.75, "");
    goals.atMost(
        "a run allocates", (double) figures.allocatedBytes(), "bytes", 0, "UseAVX=2 and 3");
    for (First first : figures.first()) {
      goals.atMost(
          "opened and run once, " + first.model(),
          first.share(),
          "of the reference's time",
          1.5,
          "%.2f s".formatted(first.referenceSeconds()));
    }
    goals.atMost("4 GB, ready to run", figures.load().runSeconds(), "s", 0.5, "");
    goals.atMost("4 GB, ready to claim", figures.load().claimSeconds(), "s", 3, "hashes known");
    goals.atMost("4 GB, heap", figures.load().heapMegabytes(), "MB", 256, "");
    goals.atMost("1 KiB into 64 MiB", figures.append().nativeMicros(), "µs", 5, "");
    goals.atMost("its new root", figures.append().rootMicros(), "µs", 100, "");
    goals.atMost("a million steps, trace", figures.trace().megabytes(), "MB", 64, "");
    goals.atMost("the states of a move", figures.trace().moveSeconds(), "s", 1, "");
    for (Share share : figures.commitment()) {
      goals.atMost(
          "a claim adds, " + share.model(),
          share.share(),
          "",
          0.05,
          "a run takes %.0f µs".formatted(share.runMicros()));
    }
    for (BoundTightness bound : figures.bounds()) {
      String name = "step bound, " + bound.kernel();
      if (bound.ratio() < 1) {
        goals.atLeast(name, bound.ratio(), "of the most seen", 1, "");
      } else {
        goals.atMost(name, bound.ratio(), "of the most seen", 2, bound.cases() + " calls");
      }
    }
    double gas = figures.dispute().map(Dispute::gas).map(Long::doubleValue).orElse(Double.NaN);
    goals.atMost("a dispute over a row in place", gas, "gas", 1_600_000, course());
    return goals.toString();
  }

  private String course() {
    return figures
        .dispute()
        .map(one -> "%d moves, %.1f s".formatted(one.moves(), one.seconds()))
        .orElse("");
  }

  private static String name(Case one) {
    return "%s, %d thread%s".formatted(one.model(), one.threads(), one.threads() == 1 ? "" : "s");
  }

  private static String beside(Case one) {
    return "%.1f µs, ONNX Runtime %.1f µs".formatted(one.oursMicros(), one.peerMicros());
  }

  Map<String, @Nullable Object> json() {
    EngineFigures f = figures;
    return Json.object(
        "cases", cases(f.cases()),
        "vector_cases", cases(f.vectorCases()),
        "peak",
            Json.object(
                "f32", number(f.peak().f32()),
                "int8_tile", number(f.peak().int8Tile()),
                "int8_vector", number(f.peak().int8Vector()),
                "matvec", number(f.peak().matvec())),
        "allocated_bytes", f.allocatedBytes(),
        "first",
            f.first().stream()
                .map(one -> Json.object("model", one.model(), "share", number(one.share())))
                .toList(),
        "load",
            Json.object(
                "run_s", number(f.load().runSeconds()),
                "claim_s", number(f.load().claimSeconds()),
                "heap_mb", number(f.load().heapMegabytes())),
        "append",
            Json.object(
                "native_us", number(f.append().nativeMicros()),
                "root_us", number(f.append().rootMicros())),
        "trace",
            Json.object(
                "mb", number(f.trace().megabytes()), "move_s", number(f.trace().moveSeconds())),
        "commitment_share",
            f.commitment().stream()
                .map(share -> Json.object("model", share.model(), "share", number(share.share())))
                .toList(),
        "bounds",
            f.bounds().stream()
                .map(bound -> Json.object("kernel", bound.kernel(), "ratio", number(bound.ratio())))
                .toList(),
        "dispute",
            f.dispute()
                .map(
                    one ->
                        Json.object(
                            "gas", one.gas(), "moves", one.moves(), "seconds", one.seconds())),
        "notes", f.notes());
  }

  private static List<Map<String, @Nullable Object>> cases(List<Case> cases) {
    return cases.stream()
        .map(
            one ->
                Json.object(
                    "model", one.model(),
                    "threads", one.threads(),
                    "ours_us", number(one.oursMicros()),
                    "peer_us", number(one.peerMicros()),
                    "ratio", number(one.ratio())))
        .toList();
  }

  /// What was not measured has no number in JSON.
  private static @Nullable Object number(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
