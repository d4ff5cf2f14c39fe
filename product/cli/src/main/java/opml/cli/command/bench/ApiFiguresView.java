package opml.cli.command.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import opml.cli.console.Json;
import opml.lab.bench.api.ApiFigures;
import opml.lab.bench.checkout.Count;
import org.jspecify.annotations.Nullable;

/// The figures of a server of texts, for people and as JSON. What was not measured is null.
final class ApiFiguresView {
  private ApiFiguresView() {}

  static Map<String, @Nullable Object> json(ApiFigures figures) {
    return Json.object(
        "streams",
        number(figures.streams()),
        "overhead",
        number(figures.overhead()),
        "prefix_ratio",
        number(figures.prefixRatio()),
        "speculative",
        number(figures.speculative()),
        "schema",
        Json.object(
            "valid", figures.schema().valid(),
            "of", figures.schema().of(),
            "share", number(figures.schema().share())),
        "equal",
        Json.object("answers", figures.equal().answers(), "different", figures.equal().different()),
        "soak",
        Json.object(
            "requests", figures.soak().requests(),
            "lost", figures.soak().lost(),
            "wrong", figures.soak().wrong(),
            "heap_growth", number(figures.soak().heapGrowth())),
        "receipt",
        Json.object(
            "p99_ms", number(figures.receipt().p99Millis()),
            "check_ratio", number(figures.receipt().checkRatio())),
        "clients",
        list(
            figures.clients(),
            one -> Json.object("name", one.name(), "tests", one.tests(), "failed", one.failed())),
        "disputes",
        list(
            figures.disputes(),
            one -> Json.object("what", one.what(), "gas", one.gas(), "moves", one.moves())),
        "peer",
        Json.object(
            "streams", number(figures.peer().streams()),
            "prefix_ratio", number(figures.peer().prefixRatio()),
            "share", number(figures.peer().share())),
        "missing",
        list(
            figures.missing(),
            one -> Json.object("part", one.part().label(), "reason", one.reason())));
  }

  private static <T> List<Map<String, @Nullable Object>> list(
      List<T> figures, Function<T, Map<String, @Nullable Object>> json) {
    return figures.stream().map(json).toList();
  }

  private static @Nullable Object number(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /// {@return whether all that was to be measured was, and is as it should be}
  static boolean areReached(ApiFigures figures) {
    return figures.missing().isEmpty() && goals(figures).areReached();
  }

  static String text(ApiFigures figures) {
    StringBuilder text = new StringBuilder(goals(figures).toString());
    figures
        .missing()
        .forEach(
            one ->
                text.append("not measured: %s: %s%n".formatted(one.part().label(), one.reason())));
    return text.toString();
  }

  private static Goals goals(ApiFigures figures) {
    ApiFigures.Schema schema = figures.schema();
    ApiFigures.Equal equal = figures.equal();
    ApiFigures.Soak soak = figures.soak();
    Goals goals =
        new Goals()
            .atLeast(
                "16 texts / one",
                figures.streams(),
                "",
                ApiFigures.STREAMS_LEAST,
                peer("one text", "", figures.peer().streams()))
            .atLeast(
                "server / session", figures.overhead(), "", ApiFigures.OVERHEAD_LEAST, "session")
            .atMost(
                "first token, 512 tokens shared",
                figures.prefixRatio(),
                "",
                ApiFigures.PREFIX_MOST,
                peer("first request", "", figures.peer().prefixRatio()))
            .atLeast(
                "guesses, repeating text",
                figures.speculative(),
                "",
                ApiFigures.SPECULATIVE_LEAST,
                "no guesses")
            .all("answers under random schemas", new Count(schema.of(), schema.valid()))
            .atMost(
                "masks of a schema's grammar",
                100 * schema.share(),
                "% of decode",
                100 * ApiFigures.MASKS_MOST,
                peer("writing", " %", 100 * figures.peer().share()))
            .all(
                "answers under load as alone",
                new Count(equal.answers(), equal.answers() - equal.different()))
            .all(
                "requests of the soak, answered right",
                new Count(soak.requests(), soak.requests() - soak.lost() - soak.wrong()))
            .atMost(
                "heap, grown in the soak",
                100 * soak.heapGrowth(),
                "%",
                100 * ApiFigures.HEAP_MOST_GROWTH,
                "a tenth of the requests")
            .atMost(
                "receipt, 99 of 100 cases",
                figures.receipt().p99Millis(),
                "ms",
                ApiFigures.RECEIPT_MOST_MILLIS,
                "")
            .atMost(
                "checking an answer / giving it",
                figures.receipt().checkRatio(),
                "",
                ApiFigures.CHECK_MOST,
                "");
    for (ApiFigures.Client one : figures.clients()) {
      goals.all("tests of " + one.name(), new Count(one.tests(), one.tests() - one.failed()));
    }
    for (ApiFigures.Dispute one : figures.disputes()) {
      goals
          .atMost(one.what() + ": gas", (double) one.gas(), "", ApiFigures.GAS_MOST, "")
          .atMost(one.what() + ": moves", one.moves(), "", ApiFigures.MOVES_MOST, "");
    }
    return goals;
  }

  /// {@return what a figure was measured beside, and what llama.cpp comes to, if it was measured}
  private static String peer(String beside, String unit, double value) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%s; llama.cpp %.3g%s", beside, value, unit)
        : beside;
  }
}
