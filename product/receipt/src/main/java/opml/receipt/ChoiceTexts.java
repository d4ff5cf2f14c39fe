package opml.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an answer, or a response, shows of its choices, which a stream has in parts: their texts, why they end, and
/// calls of tools.
final class ChoiceTexts {
  private final SortedMap<Integer, StringBuilder> texts = new TreeMap<>();
  private final SortedMap<Integer, String> reasons = new TreeMap<>();

  /// What the stream of a response tells again, by the events that it does so with.
  private final SortedMap<String, StringBuilder> again = new TreeMap<>();

  /// Calls by where they stand.
  private final Map<String, Call> calls = new LinkedHashMap<>();

  private record Call(StringBuilder name, StringBuilder arguments) {}

  /// @param answer a whole one, or a chunk or an event of a stream
  void add(JsonNode answer) {
    for (JsonNode choice : answer.path("choices")) {
      int index = choice.path("index").asInt();
      for (JsonNode text :
          List.of(
              choice.path("text"),
              choice.path("message").path("content"),
              choice.path("delta").path("content"))) {
        add(index, text);
      }
      if (choice.path("finish_reason").isTextual()) {
        reasons.put(index, choice.path("finish_reason").textValue());
      }
      JsonNode whole = choice.path("message").path("tool_calls");
      for (int i = 0; i < whole.size(); i++) {
        call("choice %d, call %d".formatted(index, i), whole.get(i).path("function"));
      }
      for (JsonNode part : choice.path("delta").path("tool_calls")) {
        int call = part.path("index").asInt();
        call("choice %d, call %d".formatted(index, call), part.path("function"));
      }
    }
    // The Responses API's, whole and as a stream.
    for (JsonNode item : answer.path("output")) {
      item.path("content").forEach(part -> add(0, part.path("text")));
      item("item %d".formatted(calls.size()), item);
    }
    addEvent(answer);
  }

  private void addEvent(JsonNode event) {
    String type = event.path("type").asText();
    String place = "%s %s".formatted(type, event.path("output_index"));
    switch (type) {
      case "response.output_text.delta" -> add(0, event.path("delta"));
      case "response.output_text.done" -> again(type, event.path("text"));
      case "response.content_part.done" -> again(type, event.path("part").path("text"));
      case "response.function_call_arguments.done" -> call(place, event);
      case "response.output_item.done" -> {
        event.path("item").path("content").forEach(part -> again(type, part.path("text")));
        item(place, event.path("item"));
      }
      default -> {
        JsonNode output = event.path("response").path("output");
        for (int i = 0; i < output.size(); i++) {
          output.get(i).path("content").forEach(part -> again(type, part.path("text")));
          item("%s %d".formatted(type, i), output.get(i));
        }
      }
    }
  }

  private void item(String place, JsonNode item) {
    if (item.path("type").asText().equals("function_call")) {
      call(place, item);
    }
  }

  private void call(String place, JsonNode part) {
    Call call =
        calls.computeIfAbsent(place, _ -> new Call(new StringBuilder(), new StringBuilder()));
    call.name.append(written(part.path("name")));
    call.arguments.append(written(part.path("arguments")));
  }

  private void again(String event, JsonNode text) {
    again.computeIfAbsent(event, _ -> new StringBuilder()).append(written(text));
  }

  private static String written(JsonNode text) {
    return text.isTextual() || text.isMissingNode() ? text.asText() : text.toString();
  }

  /// What is no text was never said, so that it is told as a difference.
  private void add(int choice, JsonNode text) {
    if (!text.isMissingNode() && !text.isNull()) {
      texts.computeIfAbsent(choice, _ -> new StringBuilder()).append(written(text));
    }
  }

  /// {@return the texts in the order of choices, and behind them what was told again in another way}; choices without
  /// one, such as calls of tools, are left out
  List<String> all() {
    List<String> all =
        new ArrayList<>(texts.values().stream().map(StringBuilder::toString).toList());
    again.values().stream()
        .map(StringBuilder::toString)
        .filter(text -> !all.contains(text))
        .forEach(all::add);
    return all;
  }

  /// {@return why each choice with a text ends, in their order; nothing where it is not told}
  List<String> reasons() {
    return texts.keySet().stream().map(choice -> reasons.getOrDefault(choice, "")).toList();
  }

  List<ShownCall> calls() {
    return calls.values().stream()
        .map(call -> new ShownCall(call.name.toString(), call.arguments.toString()))
        .toList();
  }
}
