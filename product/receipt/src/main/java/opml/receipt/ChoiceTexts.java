package opml.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// What an answer, or a response, shows of its choices, which a stream has in parts: their texts, why they end, and
/// calls of tools.
///
/// A client reads one field and ignores others, so an answer must not have its text in several: their sum might be the
/// one that is signed, and the field that is read another text.
final class ChoiceTexts {
  /// What clients show beside texts and calls, and no receipt is about.
  private static final List<String> UNSIGNED =
      List.of("refusal", "reasoning_content", "reasoning", "function_call");

  private final SortedMap<Integer, StringBuilder> texts = new TreeMap<>();
  private final SortedMap<Integer, String> reasons = new TreeMap<>();

  /// Choices that call tools.
  private final Set<Integer> calling = new HashSet<>();

  /// What the stream of a response tells again, by the events that it does so with.
  private final SortedMap<String, StringBuilder> again = new TreeMap<>();

  /// Calls by where they stand.
  private final Map<String, Call> calls = new LinkedHashMap<>();

  /// Fields and events that had a text or a call.
  private final SequencedSet<String> places = new LinkedHashSet<>();

  private final SequencedSet<String> faults = new LinkedHashSet<>();

  private record Call(StringBuilder name, StringBuilder arguments) {}

  /// @param answer a whole one, or a chunk or an event of a stream
  void add(JsonNode answer) {
    Set<Integer> indices = new HashSet<>();
    for (JsonNode choice : answer.path("choices")) {
      JsonNode number = choice.path("index");
      int index = number.asInt();
      if (!number.isInt() && !number.isMissingNode()) {
        faults.add("a choice has an index that is no number of one");
      }
      if (!indices.add(index)) {
        faults.add("choice %d is there twice".formatted(index));
      }
      add("text", index, choice.path("text"));
      addParts("message", index, choice.path("message"));
      addParts("delta", index, choice.path("delta"));
      if (choice.path("finish_reason").isTextual()) {
        reasons.put(index, choice.path("finish_reason").textValue());
      }
    }
    // The Responses API's, whole and as a stream.
    for (JsonNode item : answer.path("output")) {
      places.add("output");
      item("item %d".formatted(calls.size()), item, text -> add("output", 0, text));
    }
    addStatus(answer);
    if (answer.path("type").isTextual()) {
      addEvent(answer.path("type").textValue(), answer);
    }
  }

  private void addParts(String place, int choice, JsonNode told) {
    add(place, choice, told.path("content"));
    JsonNode whole = told.path("tool_calls");
    for (int i = 0; i < whole.size(); i++) {
      int call = place.equals("delta") ? whole.path(i).path("index").asInt() : i;
      places.add(place);
      call("choice %d, call %d".formatted(choice, call), choice, whole.path(i).path("function"));
    }
    UNSIGNED.stream()
        .filter(told::hasNonNull)
        .forEach(field -> faults.add("choice %d shows a %s".formatted(choice, field)));
  }

  private void addStatus(JsonNode response) {
    String cut = response.path("incomplete_details").path("reason").asText();
    switch (response.path("status").asText()) {
      case "completed" -> reasons.put(0, "stop");
      case "incomplete" -> reasons.put(0, cut.equals("max_output_tokens") ? "length" : cut);
      default -> {}
    }
  }

  private void addEvent(String type, JsonNode event) {
    String place = "%s %s".formatted(type, event.path("output_index"));
    String going = "going %s".formatted(event.path("output_index"));
    switch (type) {
      case "response.output_text.delta" -> add(type, 0, event.path("delta"));
      case "response.output_text.done" -> again(type, event.path("text"));
      case "response.content_part.added" -> part(event.path("part"), this::none);
      case "response.content_part.done" -> part(event.path("part"), text -> again(type, text));
      case "response.function_call_arguments.delta" ->
          call(going, 0).arguments.append(written(event.path("delta")));
      case "response.function_call_arguments.done" -> call(place, 0, event);
      case "response.output_item.added" -> item(going, event.path("item"), this::none);
      case "response.output_item.done" ->
          item(place, event.path("item"), text -> again(type, text));
      default -> {
        if (event.path("delta").isTextual()) {
          faults.add("its stream shows what is neither a text nor a call");
        }
        JsonNode output = event.path("response").path("output");
        for (int i = 0; i < output.size(); i++) {
          item("%s %d".formatted(type, i), output.path(i), text -> again(type, text));
        }
        addStatus(event.path("response"));
      }
    }
  }

  private void item(String place, JsonNode item, Consumer<JsonNode> text) {
    switch (item.path("type").asText()) {
      case "function_call" -> call(place, 0, item);
      case "message" -> {
        if (!item.path("content").isArray()) {
          faults.add("a message has no parts");
        }
        item.path("content").forEach(part -> part(part, text));
      }
      default -> faults.add("an item is neither a message nor a call");
    }
  }

  private void part(JsonNode part, Consumer<JsonNode> text) {
    if (part.path("type").asText().equals("output_text")) {
      text.accept(part.path("text"));
    } else {
      faults.add("a part of a message is no text");
    }
  }

  /// What has only begun shows no text yet.
  private void none(JsonNode text) {
    if (!written(text).isEmpty()) {
      faults.add("a text is told before it is said");
    }
  }

  private void call(String place, int choice, JsonNode part) {
    Call call = call(place, choice);
    call.name.append(written(part.path("name")));
    call.arguments.append(written(part.path("arguments")));
  }

  private Call call(String place, int choice) {
    calling.add(choice);
    return calls.computeIfAbsent(place, _ -> new Call(new StringBuilder(), new StringBuilder()));
  }

  private void again(String event, JsonNode text) {
    texts.computeIfAbsent(0, _ -> new StringBuilder());
    again.computeIfAbsent(event, _ -> new StringBuilder()).append(written(text));
  }

  private static String written(JsonNode text) {
    return text.isTextual() || text.isMissingNode() ? text.asText() : text.toString();
  }

  /// What is no text was never said, so that it is told as a difference.
  private void add(String place, int choice, JsonNode text) {
    if (!text.isMissingNode() && !text.isNull()) {
      places.add(place);
      texts.computeIfAbsent(choice, _ -> new StringBuilder()).append(written(text));
    }
  }

  /// {@return the texts in the order of choices}; choices without one, such as calls of tools, are left out
  List<String> all() {
    return texts.values().stream().map(StringBuilder::toString).toList();
  }

  /// {@return why each choice with a text ends, in their order}; nothing where it is not told, or where it is cut off
  /// and calls are made of some of it
  List<String> reasons() {
    return texts.keySet().stream().map(this::reason).toList();
  }

  private String reason(int choice) {
    String reason = reasons.getOrDefault(choice, "");
    return reason.equals("length") && calling.contains(choice) ? "" : reason;
  }

  List<ShownCall> calls() {
    return calls.values().stream()
        .map(call -> new ShownCall(call.name.toString(), call.arguments.toString()))
        .toList();
  }

  /// {@return why clients may show something else than these texts and calls}
  List<String> faults() {
    List<String> all = new ArrayList<>(faults);
    if (places.size() > 1) {
      all.add("it shows something as each of %s, and clients read one".formatted(places));
    }
    String said = texts.isEmpty() ? "" : texts.firstEntry().getValue().toString();
    again.values().stream()
        .filter(text -> !said.contentEquals(text))
        .forEach(_ -> all.add("a text that it tells again is another one"));
    return all;
  }
}
