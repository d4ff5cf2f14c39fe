package opml.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.llm.chat.ChatJson;
import opml.llm.template.Datum;

/// Makes of a conversation what a model's template is told.
final class MessageReader {
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool", "function");

  private final boolean opensArguments;

  /// @param opensArguments whether the arguments of a call, which are a text with JSON in OpenAI's API, are what that
  ///     says, as most templates want it; others write the text
  MessageReader(boolean opensArguments) {
    this.opensArguments = opensArguments;
  }

  /// {@return the messages}
  ///
  /// @throws ApiException if something is wrong with one
  List<Datum> read(JsonNode node) {
    ApiBody.require(node.isArray(), "messages", "an array", node);
    if (node.isEmpty()) {
      throw ApiException.invalid("messages", "Invalid 'messages': there is none.");
    }
    List<Datum> messages = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      messages.add(message("messages[%d]".formatted(i), node.get(i)));
    }
    return messages;
  }

  private Datum message(String place, JsonNode node) {
    ApiBody.require(node.isObject(), place, "an object", node);
    JsonNode role = node.path("role");
    ApiBody.require(role.isTextual(), place + ".role", "a string", role);
    if (!ROLES.contains(role.textValue())) {
      throw ApiException.invalid(
          place + ".role", "Invalid value: '%s'.".formatted(role.textValue()));
    }
    Map<String, Datum> message = new LinkedHashMap<>(ChatJson.entries(node));
    // Templates know the older name.
    message.put(
        "role", Datum.of(role.textValue().equals("developer") ? "system" : role.textValue()));
    message.put("content", content(place + ".content", node.path("content")));
    message.remove("tool_calls");
    JsonNode calls = node.path("tool_calls");
    if (!calls.isMissingNode() && !calls.isNull()) {
      message.put("tool_calls", calls(place + ".tool_calls", calls));
    }
    JsonNode answered = node.path("tool_call_id");
    if (role.textValue().equals("tool")) {
      ApiBody.require(answered.isTextual(), place + ".tool_call_id", "a string", answered);
    }
    return Datum.map(message);
  }

  private Datum calls(String place, JsonNode node) {
    ApiBody.require(node.isArray(), place, "an array", node);
    List<Datum> calls = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      String which = "%s[%d].function".formatted(place, i);
      JsonNode function = node.get(i).path("function");
      ApiBody.require(function.isObject(), which, "an object", function);
      JsonNode name = function.path("name");
      ApiBody.require(name.isTextual(), which + ".name", "a string", name);
      JsonNode arguments = function.path("arguments");
      ApiBody.require(arguments.isTextual(), which + ".arguments", "a string", arguments);
      Map<String, Datum> told = new LinkedHashMap<>(ChatJson.entries(function));
      told.put("arguments", arguments(arguments.textValue()));
      Map<String, Datum> call = new LinkedHashMap<>(ChatJson.entries(node.get(i)));
      call.put("type", Datum.of("function"));
      call.put("function", Datum.map(told));
      calls.add(Datum.map(call));
    }
    return Datum.list(calls);
  }

  /// {@return the arguments of a call}; a model may have written something that is no JSON, and reads it again
  private Datum arguments(String json) {
    if (opensArguments) {
      try {
        JsonNode opened = ApiBody.MAPPER.readTree(json);
        if (opened.isObject()) {
          return ChatJson.datum(opened);
        }
      } catch (JsonProcessingException e) {
        return Datum.of(json);
      }
    }
    return Datum.of(json);
  }

  /// {@return what is said}; of several parts their texts, since most templates know no parts
  private static Datum content(String place, JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return Datum.of("");
    }
    if (node.isTextual()) {
      return Datum.of(node.textValue());
    }
    ApiBody.require(node.isArray(), place, "a string or an array", node);
    StringBuilder text = new StringBuilder();
    for (JsonNode part : node) {
      JsonNode said = part.path("text");
      if (!part.path("type").asText().equals("text") || !said.isTextual()) {
        throw ApiException.invalid(place, "Parts of a message are texts here.");
      }
      text.append(said.textValue());
    }
    return Datum.of(text.toString());
  }
}
