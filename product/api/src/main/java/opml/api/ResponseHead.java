package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// The object that OpenAI's Responses API tells a response by, at any time of it: what was asked, and how far it is.
final class ResponseHead {
  /// What is told as it was sent, or as it is where nothing was.
  private static final List<String> TOLD =
      List.of(
          "parallel_tool_calls",
          "instructions",
          "max_output_tokens",
          "previous_response_id",
          "store",
          "text",
          "tool_choice",
          "tools",
          "user",
          "metadata");

  private final ApiBody asked;
  private final CompletionRequest request;
  private final String id;
  private final long created;
  private final int letters;

  /// @param asked the body as it came
  /// @param created seconds since 1970
  ResponseHead(ApiBody asked, CompletionRequest request, String id, long created) {
    // The rest, which may be long, is forgotten.
    ObjectNode told = ApiBody.MAPPER.createObjectNode();
    TOLD.forEach(name -> asked.find(name).ifPresent(value -> told.set(name, value)));
    this.asked = ApiBody.of(told);
    this.letters = told.toString().length();
    this.request = request;
    this.id = id;
    this.created = created;
  }

  String id() {
    return id;
  }

  /// {@return how long the JSON of what it holds of the body is}
  int letters() {
    return letters;
  }

  /// {@return the response}
  ///
  /// @param status `in_progress`, `completed`, `incomplete` or `failed`
  /// @param output its items
  ObjectNode of(String status, ArrayNode output) {
    ObjectNode response =
        ApiBody.MAPPER
            .createObjectNode()
            .put("id", id)
            .put("object", "response")
            .put("created_at", created)
            .put("status", status)
            .put("background", false)
            .putNull("error")
            .putNull("incomplete_details");
    copy(response, "instructions");
    copy(response, "max_output_tokens");
    response.put("model", request.model());
    response.set("output", output);
    response.put("parallel_tool_calls", asked.flag("parallel_tool_calls", true));
    copy(response, "previous_response_id");
    response.putObject("reasoning").putNull("effort").putNull("summary");
    response.put("seed", request.seed());
    response.put("store", asked.flag("store", true));
    response.put("temperature", request.sampling().temperature());
    response.set(
        "text",
        asked
            .find("text")
            .filter(text -> text.has("format"))
            .orElseGet(
                () -> {
                  ObjectNode text = ApiBody.MAPPER.createObjectNode();
                  text.putObject("format").put("type", "text");
                  return text;
                }));
    response.set(
        "tool_choice",
        asked.find("tool_choice").orElse(ApiBody.MAPPER.getNodeFactory().textNode("auto")));
    response.set("tools", asked.find("tools").orElse(ApiBody.MAPPER.createArrayNode()));
    response.put("top_p", request.sampling().topP());
    response.put("truncation", "disabled");
    response.putNull("usage");
    copy(response, "user");
    response.set("metadata", asked.find("metadata").orElse(ApiBody.MAPPER.createObjectNode()));
    return response;
  }

  private void copy(ObjectNode response, String name) {
    JsonNode value = asked.given(name);
    response.set(name, value);
  }

  /// Tells what was used.
  void use(ObjectNode response, int tokens) {
    int prompt = request.promptTokens();
    ObjectNode usage = response.putObject("usage").put("input_tokens", prompt);
    usage.putObject("input_tokens_details").put("cached_tokens", 0);
    usage.put("output_tokens", tokens);
    usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
    usage.put("total_tokens", prompt + tokens);
  }
}
