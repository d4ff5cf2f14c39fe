package opml.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import opml.core.codec.Names;

/// What a response shows: texts and calls of tools, one after the other. A stream tells each as it comes, once more at
/// its end, and all of them at the end of the response: each telling by itself must be the same, since a client may
/// read any of them and no other.
final class ResponseTexts {
  private final ShownFaults faults;
  private final List<Item> items = new ArrayList<>();
  private boolean isThere;
  private boolean isOver;
  private String reason = "";

  /// A text, or a call with its arguments.
  private static final class Item {
    private final boolean isCall;
    private final String name;
    private final StringBuilder text = new StringBuilder();

    /// Whether it was told at its end.
    private boolean isOver;

    /// @param name of what is called
    private Item(boolean isCall, String name, String text) {
      this.isCall = isCall;
      this.name = name;
      this.text.append(text);
    }

    private boolean isSame(Item that) {
      return isCall == that.isCall && name.equals(that.name) && text.compareTo(that.text) == 0;
    }
  }

  ResponseTexts(ShownFaults faults) {
    this.faults = faults;
  }

  /// @param told a whole response, or an event of its stream
  void add(JsonNode told) {
    if (isOver) {
      faults.add("it goes on after its end");
    }
    if (told.path("type").isTextual()) {
      isThere = true;
      event(told.path("type").textValue(), told);
      return;
    }
    if (isThere) {
      faults.add("a response is told again");
    }
    isThere |= told.has("output");
    for (Item item : read(told)) {
      begin(item);
    }
    reason = reason(told);
  }

  private void event(String type, JsonNode event) {
    switch (type) {
      case "response.created", "response.in_progress" -> ofResponse("in_progress", event);
      case "response.completed" -> end("completed", event);
      case "response.incomplete" -> end("incomplete", event);
      case "response.output_item.added" -> {
        faults.known(AnswerLevel.EVENT_ITEM, type, event);
        if (event.path("output_index").asInt(-1) != items.size()) {
          faults.add("items are not told one after the other");
        }
        Item item = item(event.path("item"));
        requireEmpty(item.text.toString());
        begin(item);
      }
      case "response.output_item.done" ->
          ofItem(AnswerLevel.EVENT_ITEM, event, last -> again(last, item(event.path("item"))));
      case "response.content_part.added" ->
          ofItem(AnswerLevel.EVENT_PART, event, _ -> requireEmpty(part(event.path("part"))));
      case "response.content_part.done" ->
          ofItem(AnswerLevel.EVENT_PART, event, last -> again(last, text(event.path("part"))));
      case "response.output_text.delta" ->
          ofItem(AnswerLevel.EVENT_TEXT_DELTA, event, last -> more(last, false, event));
      case "response.output_text.done" ->
          ofItem(
              AnswerLevel.EVENT_TEXT,
              event,
              last -> again(last, new Item(false, "", AnswerLevel.written(event.path("text")))));
      case "response.function_call_arguments.delta" ->
          ofItem(AnswerLevel.EVENT_CALL_DELTA, event, last -> more(last, true, event));
      case "response.function_call_arguments.done" ->
          ofItem(AnswerLevel.EVENT_CALL, event, last -> again(last, call(event)));
      default -> faults.add("nobody signs an event " + Names.shown(type));
    }
  }

  // --- Events of an item ---

  /// What happens to an item.
  @FunctionalInterface
  private interface Telling {
    void of(Item last);
  }

  /// Only what comes last is told of: clients that put parts together as they come, and those that do by their numbers,
  /// have the same.
  private void ofItem(AnswerLevel level, JsonNode event, Telling telling) {
    faults.known(level, "an event", event);
    int index = event.path("output_index").asInt(-1);
    if (index < 0 || index != items.size() - 1 || event.path("content_index").asInt() != 0) {
      faults.add("an event is of another item, or part, than the last one");
      return;
    }
    telling.of(items.getLast());
  }

  private void more(Item last, boolean isCall, JsonNode event) {
    if (last.isCall != isCall || last.isOver) {
      faults.add("more is told of an item that is another one, or over");
    }
    last.text.append(AnswerLevel.written(event.path("delta")));
  }

  private void again(Item last, Item told) {
    last.isOver = true;
    if (!last.isSame(told)) {
      faults.add("what it tells again is something else");
    }
  }

  private void begin(Item item) {
    if (!item.isCall && !items.isEmpty() && !items.getLast().isCall) {
      faults.add("a text stands right behind another one, and clients read one");
    }
    items.add(item);
  }

  /// What has only begun shows no text yet.
  private void requireEmpty(String text) {
    if (!text.isEmpty()) {
      faults.add("a text is told before it is said");
    }
  }

  // --- Events of the response ---

  private void end(String status, JsonNode event) {
    ofResponse(status, event);
    reason = reason(event.path("response"));
    isOver = true;
  }

  private void ofResponse(String status, JsonNode event) {
    faults.known(AnswerLevel.EVENT_RESPONSE, "an event", event);
    JsonNode response = event.path("response");
    if (!response.path("status").asText().equals(status)) {
      faults.add("an event has a response of another status");
    }
    List<Item> told = read(response);
    boolean isSame = told.size() == items.size();
    for (int i = 0; isSame && i < told.size(); i++) {
      isSame = told.get(i).isSame(items.get(i));
    }
    if (!isSame) {
      faults.add("what it tells again is something else");
    }
  }

  private String reason(JsonNode response) {
    JsonNode cut = response.path("incomplete_details");
    faults.known(AnswerLevel.INCOMPLETE, "incomplete_details", cut);
    String status = response.path("status").asText();
    return switch (status) {
      case "completed" -> AnswerLevel.saysNothing(cut) ? "stop" : "completed, and not";
      case "incomplete" ->
          cut.path("reason").asText().equals("max_output_tokens") ? "length" : status;
      default -> status;
    };
  }

  // --- What is told whole ---

  private List<Item> read(JsonNode response) {
    faults.known(AnswerLevel.RESPONSE, "the response", response);
    faults.list("output", response.path("output"));
    List<Item> told = new ArrayList<>();
    response.path("output").forEach(item -> told.add(item(item)));
    return told;
  }

  private Item item(JsonNode item) {
    switch (item.path("type").asText()) {
      case "function_call" -> {
        faults.known(AnswerLevel.ITEM_CALL, "a call", item);
        return call(item);
      }
      case "message" -> {
        faults.known(AnswerLevel.ITEM_MESSAGE, "a message", item);
        faults.ofAssistant("a message", item);
        JsonNode parts = item.path("content");
        faults.list("the content of a message", parts);
        if (parts.size() > 1) {
          faults.add("a message has several parts, and clients read one");
        }
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(part(part)));
        return new Item(false, "", text.toString());
      }
      default -> faults.add("an item is neither a message nor a call");
    }
    return new Item(false, "", "");
  }

  private static Item call(JsonNode call) {
    return new Item(
        true, AnswerLevel.written(call.path("name")), AnswerLevel.written(call.path("arguments")));
  }

  private Item text(JsonNode part) {
    return new Item(false, "", part(part));
  }

  private String part(JsonNode part) {
    faults.known(AnswerLevel.PART, "a part", part);
    if (!part.path("type").asText().equals("output_text")) {
      faults.add("a part of a message is no text");
    }
    return AnswerLevel.written(part.path("text"));
  }

  /// {@return all of it, as an answer's choice is shown; nothing if there is no response}
  Optional<ShownChoice> choice() {
    if (!isThere) {
      return Optional.empty();
    }
    String text =
        items.stream()
            .filter(item -> !item.isCall)
            .map(item -> item.text)
            .collect(Collectors.joining());
    List<ShownCall> calls =
        items.stream()
            .filter(item -> item.isCall)
            .map(item -> new ShownCall(item.name, item.text.toString()))
            .toList();
    return Optional.of(new ShownChoice("output", text, reason, calls));
  }
}
