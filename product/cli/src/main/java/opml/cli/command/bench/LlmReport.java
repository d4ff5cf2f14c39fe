package opml.cli.command.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import opml.cli.console.Json;
import opml.lab.bench.llm.LlmFigures;
import opml.lab.bench.llm.LlmFigures.Case;
import opml.lab.bench.llm.LlmFigures.Check;
import opml.lab.bench.llm.LlmFigures.Claim;
import opml.lab.bench.llm.LlmFigures.Dispute;
import opml.lab.bench.llm.LlmFigures.Greedy;
import opml.lab.bench.llm.LlmFigures.Missing;
import opml.lab.bench.llm.LlmFigures.Opened;
import opml.lab.bench.llm.LlmFigures.Perplexity;
import opml.lab.bench.llm.LlmFigures.Test;
import org.jspecify.annotations.Nullable;

/// The figures of language models as JSON, and back, so that a run can go on where another was stopped. What was not
/// measured is null.
final class LlmReport {
  private LlmReport() {}

  static Map<String, @Nullable Object> json(LlmFigures figures) {
    Optional<Opened> slowest =
        figures.opened().stream()
            .max(Comparator.comparingDouble(one -> one.loadSeconds() / one.peerLoadSeconds()));
    return Json.object(
        "cases", list(figures.cases(), LlmReport::json),
        "vector_cases", list(figures.vectorCases(), LlmReport::json),
        "check_ratio", most(figures.checks().stream().mapToDouble(Check::share)),
        "commitment_share", most(figures.claims().stream().mapToDouble(Claim::share)),
        "load_s", slowest.map(one -> number(one.loadSeconds())),
        "peer_load_s", slowest.map(one -> number(one.peerLoadSeconds())),
        "peak_extra_gb", most(figures.opened().stream().mapToDouble(Opened::extraGigabytes)),
        "allocated_bytes", most(figures.opened().stream().mapToDouble(Opened::allocatedBytes)),
        "perplexity", list(figures.perplexity(), LlmReport::json),
        "greedy", list(figures.greedy(), LlmReport::json),
        "disputes", list(figures.disputes(), LlmReport::json),
        "opened", list(figures.opened(), LlmReport::json),
        "checks", list(figures.checks(), LlmReport::json),
        "claims", list(figures.claims(), LlmReport::json),
        "missing", list(figures.missing(), LlmReport::json));
  }

  private static <T> List<Map<String, @Nullable Object>> list(
      List<T> figures, Function<T, Map<String, @Nullable Object>> json) {
    return figures.stream().map(json).toList();
  }

  private static @Nullable Object most(DoubleStream figures) {
    return number(figures.filter(Double::isFinite).max().orElse(Double.NaN));
  }

  private static @Nullable Object number(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static Map<String, @Nullable Object> json(Case one) {
    return Json.object(
        "model", one.model(),
        "test", one.test().label(),
        "ours_tps", number(one.ours()),
        "peer_tps", number(one.peer()),
        "ratio", number(one.ratio()),
        "peer_flash_attention", one.flash(),
        "goal", number(one.goal()));
  }

  private static Map<String, @Nullable Object> json(Opened one) {
    return Json.object(
        "model", one.model(),
        "load_s", number(one.loadSeconds()),
        "peer_load_s", number(one.peerLoadSeconds()),
        "extra_gb", number(one.extraGigabytes()),
        "peer_extra_gb", number(one.peerExtraGigabytes()),
        "allocated_bytes", one.allocatedBytes());
  }

  private static Map<String, @Nullable Object> json(Check one) {
    return Json.object(
        "model", one.model(),
        "check_ratio", number(one.share()),
        "write_s", number(one.writeSeconds()),
        "check_s", number(one.checkSeconds()));
  }

  private static Map<String, @Nullable Object> json(Claim one) {
    return Json.object(
        "model",
        one.model(),
        "commitment_share",
        number(one.share()),
        "write_s",
        number(one.writeSeconds()),
        "parts",
        list(
            one.parts(),
            part -> Json.object("part", part.name(), "seconds", number(part.seconds()))),
        "run_s",
        number(one.runSeconds()),
        "once_s",
        number(one.onceSeconds()));
  }

  private static Map<String, @Nullable Object> json(Perplexity one) {
    return Json.object(
        "model", one.model(),
        "excess", number(one.excess()),
        "tokens", one.tokens(),
        "ours", number(one.ours()),
        "reference", number(one.reference()),
        "against", one.against(),
        "goal", number(one.goal()));
  }

  private static Map<String, @Nullable Object> json(Greedy one) {
    return Json.object(
        "model", one.model(),
        "equal", one.equal(),
        "at", one.at(),
        "gap", number(one.gap()),
        "peer_gap", number(one.peerGap()),
        "against", one.against());
  }

  private static Map<String, @Nullable Object> json(Dispute one) {
    return Json.object(
        "model", one.model(),
        "seconds", number(one.seconds()),
        "moves", one.moves(),
        "gas", one.gas(),
        "goal", number(one.goal()));
  }

  private static Map<String, @Nullable Object> json(Missing one) {
    return Json.object("model", one.model(), "test", one.test().label(), "reason", one.reason());
  }

  /// {@return the figures of a report}; what it says is missing is left out, since it is measured again
  ///
  /// @throws IOException if the file cannot be read, or is no such report
  static LlmFigures read(Path file) throws IOException {
    JsonNode root = new ObjectMapper().readTree(file.toFile());
    try {
      return new LlmFigures(
          each(root, "cases", LlmReport::readCase),
          each(root, "vector_cases", LlmReport::readCase),
          each(
              root,
              "opened",
              one ->
                  new Opened(
                      text(one, "model"),
                      real(one, "load_s"),
                      real(one, "peer_load_s"),
                      real(one, "extra_gb"),
                      real(one, "peer_extra_gb"),
                      one.required("allocated_bytes").asLong())),
          each(
              root,
              "checks",
              one -> new Check(text(one, "model"), real(one, "write_s"), real(one, "check_s"))),
          each(
              root,
              "claims",
              one ->
                  new Claim(
                      text(one, "model"),
                      real(one, "write_s"),
                      each(
                          one,
                          "parts",
                          part -> new Claim.Part(text(part, "part"), real(part, "seconds"))),
                      real(one, "run_s"),
                      real(one, "once_s"))),
          each(
              root,
              "perplexity",
              one ->
                  new Perplexity(
                      text(one, "model"),
                      one.required("tokens").asInt(),
                      real(one, "ours"),
                      real(one, "reference"),
                      text(one, "against"),
                      real(one, "goal"))),
          each(
              root,
              "greedy",
              one ->
                  new Greedy(
                      text(one, "model"),
                      one.required("equal").asBoolean(),
                      one.required("at").asInt(),
                      real(one, "gap"),
                      real(one, "peer_gap"),
                      text(one, "against"))),
          each(
              root,
              "disputes",
              one ->
                  new Dispute(
                      text(one, "model"),
                      real(one, "seconds"),
                      one.required("moves").asInt(),
                      one.required("gas").asLong(),
                      real(one, "goal"))),
          List.of());
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "it is no report of bench llm, or one of an older form: " + e.getMessage(), e);
    }
  }

  private static Case readCase(JsonNode one) {
    return new Case(
        text(one, "model"),
        Test.valueOf(text(one, "test").toUpperCase(Locale.ROOT)),
        real(one, "ours_tps"),
        real(one, "peer_tps"),
        one.required("peer_flash_attention").asBoolean(),
        real(one, "goal"));
  }

  /// {@return all of a list, which may be missing in a report that was just begun}
  private static <T> List<T> each(JsonNode parent, String name, Function<JsonNode, T> read) {
    List<T> all = new ArrayList<>();
    parent.path(name).forEach(one -> all.add(read.apply(one)));
    return all;
  }

  private static String text(JsonNode one, String name) {
    return one.required(name).asText();
  }

  private static double real(JsonNode one, String name) {
    JsonNode value = one.required(name);
    return value.isNull() ? Double.NaN : value.asDouble();
  }
}
