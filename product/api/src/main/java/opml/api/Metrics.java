package opml.api;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/// What a server counts, in the text format of Prometheus.
final class Metrics {
  static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Map<Integer, LongAdder> responses = new ConcurrentSkipListMap<>();
  private final LongAdder promptTokens = new LongAdder();
  private final LongAdder keptTokens = new LongAdder();
  private final LongAdder answerTokens = new LongAdder();
  private final LongAdder cancelled = new LongAdder();

  void responded(int status) {
    responses.computeIfAbsent(status, _ -> new LongAdder()).increment();
  }

  /// @param kept tokens that a session had of a prompt already
  void read(int tokens, int kept) {
    promptTokens.add(tokens);
    keptTokens.add(kept);
  }

  void answered(int tokens) {
    answerTokens.add(tokens);
  }

  void cancelled() {
    cancelled.increment();
  }

  String text(Workers workers, ModelShelf models) {
    StringBuilder text = new StringBuilder();
    head(text, "opml_responses_total", "counter", "Responses by status.");
    responses.forEach(
        (status, count) ->
            text.append("opml_responses_total{status=\"%d\"} %d\n".formatted(status, count.sum())));
    counter(text, "opml_prompt_tokens_total", "Tokens of prompts.", promptTokens.sum());
    counter(
        text, "opml_prompt_tokens_kept_total", "Those that were known already.", keptTokens.sum());
    counter(text, "opml_answer_tokens_total", "Tokens that were said.", answerTokens.sum());
    counter(
        text, "opml_requests_cancelled_total", "Requests whose client went away.", cancelled.sum());
    gauge(text, "opml_requests_running", "Requests that are worked on.", workers.running());
    gauge(text, "opml_requests_waiting", "Requests that wait for that.", workers.waiting());
    gauge(text, "opml_requests_parked", "Those whose client must read on first.", workers.parked());
    gauge(text, "opml_models_loaded", "Models whose weights are in memory.", models.loaded());
    return text.toString();
  }

  private static void counter(StringBuilder text, String name, String help, long value) {
    head(text, name, "counter", help);
    text.append("%s %d\n".formatted(name, value));
  }

  private static void gauge(StringBuilder text, String name, String help, long value) {
    head(text, name, "gauge", help);
    text.append("%s %d\n".formatted(name, value));
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
  }
}
