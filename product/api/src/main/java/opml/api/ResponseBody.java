package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/// Makes of a body of OpenAI's Responses API one of a conversation, with which it has most in common.
final class ResponseBody {
  /// What has the same name and meaning in both.
  private static final List<String> SAME =
      List.of(
          "model",
          "temperature",
          "top_p",
          "seed",
          "stream",
          "parallel_tool_calls",
          "user",
          "top_logprobs",
          "top_k",
          "min_p",
          "typical_p",
          "repeat_penalty",
          "repeat_last_n",
          "dry_multiplier",
          "dry_base",
          "dry_allowed_length",
          "dry_penalty_last_n",
          "dry_sequence_breakers",
          "chat_template_kwargs");

  private static final Set<String> KNOWN =
      Set.of(
          "model",
          "input",
          "instructions",
          "previous_response_id",
          "store",
          "stream",
          "stream_options",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "text",
          "max_output_tokens",
          "temperature",
          "top_p",
          "top_logprobs",
          "include",
          "truncation",
          "background",
          "seed",
          "top_k",
          "min_p",
          "typical_p",
          "repeat_penalty",
          "repeat_last_n",
          "dry_multiplier",
          "dry_base",
          "dry_allowed_length",
          "dry_penalty_last_n",
          "dry_sequence_breakers",
          "chat_template_kwargs",
          // These change nothing of an answer.
          "user",
          "metadata",
          "service_tier",
          "safety_identifier",
          "prompt_cache_key");

  private static final String CHANCES = "message.output_text.logprobs";

  /// Letters of what is told again and means nothing here, at most: those that OpenAI's API takes are fewer.
  private static final int MOST_TOLD_AGAIN = 1 << 14;

  private final ApiBody body;

  ResponseBody(ApiBody body) {
    body.requireKnown(KNOWN);
    for (String name : List.of("metadata", "user")) {
      if (body.given(name).toString().length() > MOST_TOLD_AGAIN) {
        throw ApiException.invalid(
            name,
            "Invalid '%s': its JSON is longer than %,d letters.".formatted(name, MOST_TOLD_AGAIN));
      }
    }
    this.body = body;
  }

  /// {@return whether the answer is kept, for others to go on from}
  boolean isStored() {
    return body.flag("store", true);
  }

  /// {@return the response that this one goes on from}
  String previous() {
    return body.text("previous_response_id").orElse("");
  }

  /// {@return whether it is told how probable tokens were}
  boolean showsChances() {
    JsonNode include = body.find("include").orElse(ApiBody.MAPPER.createArrayNode());
    ApiBody.require(include.isArray(), "include", "an array", include);
    for (JsonNode each : include) {
      if (!each.asText().equals(CHANCES)) {
        throw ApiException.invalid(
            "include", "Invalid value: '%s'. Supported is '%s'.".formatted(each.asText(), CHANCES));
      }
    }
    return !include.isEmpty();
  }

  /// {@return the messages that this request adds to a conversation}, without its instructions, which are of this one
  /// answer only
  ArrayNode messages() {
    JsonNode input = body.get("input");
    ArrayNode messages = ApiBody.MAPPER.createArrayNode();
    if (input.isTextual()) {
      messages.addObject().put("role", "user").set("content", input);
      return messages;
    }
    ApiBody.require(input.isArray(), "input", "a string or an array", input);
    for (int i = 0; i < input.size(); i++) {
      add("input[%d]".formatted(i), input.get(i), messages);
    }
    return messages;
  }

  private static void add(String place, JsonNode item, ArrayNode messages) {
    ApiBody.require(item.isObject(), place, "an object", item);
    switch (item.path("type").asText("message")) {
      case "message" -> {
        JsonNode role = item.path("role");
        ApiBody.require(role.isTextual(), place + ".role", "a string", role);
        messages
            .addObject()
            .put("role", role.textValue())
            .put("content", text(place + ".content", item.path("content")));
      }
      case "function_call" -> addCall(place, item, messages);
      case "function_call_output" ->
          messages
              .addObject()
              .put("role", "tool")
              .put("tool_call_id", field(place, item, "call_id"))
              .put("content", text(place + ".output", item.path("output")));
      default ->
          throw ApiException.invalid(
              place + ".type",
              "Items are messages, calls of functions and their outputs here; found '%s'."
                  .formatted(item.path("type").asText()));
    }
  }

  /// A call is part of what the model has said before it, with other calls.
  private static void addCall(String place, JsonNode item, ArrayNode messages) {
    JsonNode last = messages.path(messages.size() - 1);
    ObjectNode message =
        last instanceof ObjectNode said && said.path("role").asText().equals("assistant")
            ? said
            : messages.addObject().put("role", "assistant").put("content", "");
    message
        .withArray("tool_calls")
        .addObject()
        .put("id", field(place, item, "call_id"))
        .put("type", "function")
        .putObject("function")
        .put("name", field(place, item, "name"))
        .put("arguments", field(place, item, "arguments"));
  }

  private static String field(String place, JsonNode item, String name) {
    JsonNode field = item.path(name);
    ApiBody.require(field.isTextual(), place + "." + name, "a string", field);
    return field.textValue();
  }

  private static String text(String place, JsonNode node) {
    if (node.isTextual()) {
      return node.textValue();
    }
    ApiBody.require(node.isArray(), place, "a string or an array", node);
    StringBuilder text = new StringBuilder();
    for (JsonNode part : node) {
      boolean isText =
          Set.of("input_text", "output_text", "text").contains(part.path("type").asText());
      if (!isText || !part.path("text").isTextual()) {
        throw ApiException.invalid(place, "Parts of a message are texts here.");
      }
      text.append(part.path("text").textValue());
    }
    return text.toString();
  }

  /// {@return the same question as a conversation's}
  ///
  /// @param messages all of the conversation, but for instructions
  ApiBody chat(ArrayNode messages) {
    if (body.flag("background", false)) {
      throw ApiException.invalid("background", "Answers are not found in the background here.");
    }
    if (!body.text("truncation").orElse("disabled").equals("disabled")) {
      throw ApiException.invalid("truncation", "Conversations are not shortened here.");
    }
    ObjectNode chat = ApiBody.MAPPER.createObjectNode();
    SAME.forEach(name -> body.find(name).ifPresent(value -> chat.set(name, value)));
    ArrayNode all = chat.putArray("messages");
    body.text("instructions")
        .ifPresent(text -> all.addObject().put("role", "system").put("content", text));
    all.addAll(messages);
    if (showsChances()) {
      chat.put("logprobs", true);
    } else if (body.find("top_logprobs").isPresent()) {
      throw ApiException.invalid(
          "top_logprobs",
          "Invalid 'top_logprobs': 'include' must have '%s' for it.".formatted(CHANCES));
    }
    body.find("max_output_tokens")
        .ifPresent(
            _ -> chat.put("max_tokens", body.whole("max_output_tokens", 1, 1, Integer.MAX_VALUE)));
    body.find("tools").ifPresent(tools -> chat.set("tools", tools(tools)));
    body.find("tool_choice").ifPresent(choice -> chat.set("tool_choice", choice(choice)));
    body.find("text").ifPresent(text -> format(text, chat));
    return ApiBody.of(chat);
  }

  /// Functions are flat here, and have a level of their own in conversations.
  private static ArrayNode tools(JsonNode tools) {
    ApiBody.require(tools.isArray(), "tools", "an array", tools);
    ArrayNode all = ApiBody.MAPPER.createArrayNode();
    for (JsonNode tool : tools) {
      ObjectNode told = all.addObject();
      told.set("type", tool.path("type"));
      if (tool instanceof ObjectNode flat) {
        ObjectNode function = flat.deepCopy();
        function.remove("type");
        told.set("function", function);
      }
    }
    return all;
  }

  private static JsonNode choice(JsonNode choice) {
    if (!choice.path("type").asText().equals("function")) {
      return choice;
    }
    ObjectNode nested = ApiBody.MAPPER.createObjectNode().put("type", "function");
    nested.putObject("function").set("name", choice.path("name"));
    return nested;
  }

  private static void format(JsonNode text, ObjectNode chat) {
    ApiBody.require(text.isObject(), "text", "an object", text);
    JsonNode format = text.path("format");
    if (format.isMissingNode() || format.isNull()) {
      return;
    }
    ApiBody.require(format.isObject(), "text.format", "an object", format);
    ObjectNode wanted = chat.putObject("response_format");
    wanted.set("type", format.path("type"));
    if (format.path("type").asText().equals("json_schema")) {
      ObjectNode schema = ((ObjectNode) format).deepCopy();
      schema.remove("type");
      wanted.set("json_schema", schema);
    }
  }
}
