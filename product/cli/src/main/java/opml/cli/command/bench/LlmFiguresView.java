package opml.cli.command.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import opml.cli.console.Json;
import opml.lab.bench.llm.LlmFigures;
import opml.lab.bench.llm.LlmFigures.Case;
import opml.lab.bench.llm.LlmFigures.Dispute;
import opml.lab.bench.llm.LlmFigures.Greedy;
import opml.lab.bench.llm.LlmFigures.Opened;
import org.jspecify.annotations.Nullable;

/// The figures of language models for people and as JSON.
final class LlmFiguresView {
  private static final double MOST_CHECK = 0.35;
  private static final double MOST_EXTRA = 2.5;
  private static final double MOST_MOVES = 14;
  private static final double MOST_GAS = 1_900_000;

  private final LlmFigures figures;

  LlmFiguresView(LlmFigures figures) {
    this.figures = figures;
  }

  String table() {
    Goals goals = new Goals();
    for (Case one : figures.cases()) {
      goals.atLeast(name(one), one.ratio(), "times as fast", one.goal(), beside(one));
    }
    for (Case one : figures.vectorCases()) {
      String name = name(one) + ", Vector API";
      goals.atLeast(name, one.ratio(), "times as fast", one.goal(), beside(one));
    }
    for (Opened one : figures.opened()) {
      opened(goals, one);
    }
    for (Greedy one : figures.greedy()) {
      goals.atLeast(
          one.model() + ", the text that others say",
          one.equal() ? 1 : 0,
          "(1: equal)",
          1,
          one.equal() ? "" : difference(one));
    }
    for (Dispute one : figures.disputes()) {
      String name = one.model() + ", a dispute: ";
      goals.atMost(name + "time", one.seconds(), "s", one.goal(), "without passing of time");
      goals.atMost(name + "moves", one.moves(), "", MOST_MOVES, "");
      goals.atMost(name + "gas", (double) one.gas(), "", MOST_GAS, "");
    }
    return goals.toString();
  }

  private static void opened(Goals goals, Opened one) {
    if (!Double.isNaN(one.checkShare())) {
      String name = one.model() + ", checking 256 tokens";
      goals.atMost(name, one.checkShare(), "of writing them", MOST_CHECK, "");
    }
    goals.atMost(
        one.model() + ", load to first token",
        one.loadSeconds(),
        "s",
        one.peerLoadSeconds(),
        "llama.cpp");
    String name = one.model() + ", memory above its file";
    goals.atMost(name, one.extraGigabytes(), "GB", MOST_EXTRA, "");
    goals.atMost(
        one.model() + ", a token allocates", (double) one.allocatedBytes(), "bytes", 0, "");
  }

  private static String difference(Greedy one) {
    String gap =
        Double.isNaN(one.gap())
            ? ""
            : String.format(Locale.ROOT, ", whose score is %.3g above the expected", one.gap());
    return "differs behind %d%s".formatted(one.at(), gap);
  }

  private static String name(Case one) {
    return one.model()
        + switch (one.test()) {
          case PROMPT -> ", prompt of 512";
          case DECODE -> ", decode";
        };
  }

  private static String beside(Case one) {
    return String.format(
        Locale.ROOT, "%.1f tokens a second, llama.cpp %.1f", one.ours(), one.peer());
  }

  Map<String, @Nullable Object> json() {
    Optional<Opened> slowest =
        figures.opened().stream()
            .max(Comparator.comparingDouble(one -> one.loadSeconds() / one.peerLoadSeconds()));
    return Json.object(
        "cases", cases(figures.cases()),
        "vector_cases", cases(figures.vectorCases()),
        "check_ratio", most(Opened::checkShare),
        "load_s", slowest.map(one -> number(one.loadSeconds())),
        "peer_load_s", slowest.map(one -> number(one.peerLoadSeconds())),
        "peak_extra_gb", most(Opened::extraGigabytes),
        "allocated_bytes", most(Opened::allocatedBytes),
        "opened", figures.opened().stream().map(LlmFiguresView::opened).toList(),
        "greedy",
            figures.greedy().stream()
                .map(
                    one ->
                        Json.object(
                            "model", one.model(),
                            "equal", one.equal(),
                            "at", one.at(),
                            "gap", number(one.gap())))
                .toList(),
        "disputes",
            figures.disputes().stream()
                .map(
                    one ->
                        Json.object(
                            "model", one.model(),
                            "seconds", number(one.seconds()),
                            "moves", one.moves(),
                            "gas", one.gas()))
                .toList(),
        "notes", figures.notes());
  }

  /// {@return the most of all models that it was measured of}
  private @Nullable Object most(ToDoubleFunction<Opened> figure) {
    return number(
        figures.opened().stream()
            .mapToDouble(figure)
            .filter(Double::isFinite)
            .max()
            .orElse(Double.NaN));
  }

  private static Map<String, @Nullable Object> opened(Opened one) {
    return Json.object(
        "model", one.model(),
        "check_ratio", number(one.checkShare()),
        "load_s", number(one.loadSeconds()),
        "peer_load_s", number(one.peerLoadSeconds()),
        "extra_gb", number(one.extraGigabytes()),
        "allocated_bytes", one.allocatedBytes());
  }

  private static List<Map<String, @Nullable Object>> cases(List<Case> cases) {
    return cases.stream()
        .map(
            one ->
                Json.object(
                    "model", one.model(),
                    "test", one.test().name().toLowerCase(Locale.ROOT),
                    "ours_tps", number(one.ours()),
                    "peer_tps", number(one.peer()),
                    "ratio", number(one.ratio())))
        .toList();
  }

  /// What was not measured has no number in JSON.
  private static @Nullable Object number(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
