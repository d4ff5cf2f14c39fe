package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import opml.llm.chat.ChatJson;
import opml.llm.chat.ChatTemplate;
import opml.llm.template.Datum;

/// Reads which tools a model may call, and whether it has to.
final class ToolReader {
  private static final int MOST_TOOLS = 128; // as OpenAI's API has it

  private final ApiBody body;
  private final ChatTemplate template;

  ToolReader(ApiBody body, ChatTemplate template) {
    this.body = body;
    this.template = template;
  }

  /// What a request says about tools.
  ///
  /// @param told what the template is told of them; nothing where none may be called
  /// @param use what calls are looked for
  /// @param forced how the model is made to call one, if it must
  record Tools(Datum told, ToolUse use, Optional<CallGrammar> forced) {
    private static final Tools NONE = new Tools(Datum.NONE, ToolUse.NONE, Optional.empty());
  }

  /// {@return what is said about tools}
  ///
  /// @throws ApiException if that is wrong, or the model was not trained to call any
  Tools read() {
    boolean isParallel = body.flag("parallel_tool_calls", true);
    JsonNode choice = body.find("tool_choice").orElse(ApiBody.MAPPER.getNodeFactory().nullNode());
    String said = choice(choice);
    JsonNode tools = body.find("tools").orElse(ApiBody.MAPPER.createArrayNode());
    ApiBody.require(tools.isArray(), "tools", "an array", tools);
    if (tools.isEmpty()) {
      if (!said.equals("auto") && !said.equals("none")) {
        throw ApiException.invalid(
            "tool_choice", "'tool_choice' is only allowed when 'tools' are specified.");
      }
      return Tools.NONE;
    }
    Set<String> names = names(tools);
    if (!template.mentions("tools")) {
      throw ApiException.invalid(
          "tools", "The model's template for conversations has no place for tools.");
    }
    return switch (said) {
      case "none" -> Tools.NONE;
      case "auto" ->
          new Tools(
              ChatJson.datum(tools), ToolUse.of(template, names, isParallel), Optional.empty());
      default -> {
        CallGrammar forced = CallGrammar.of(template, allowed(tools, said));
        // What comes before the object is written already.
        ToolUse use =
            new ToolUse(true, names, true, false, ToolUse.of(template, names, false).hasBriefIds());
        yield new Tools(ChatJson.datum(tools), use, Optional.of(forced));
      }
    };
  }

  /// {@return the tools that may be called}
  ///
  /// @param said the name of one behind a colon, or else all may
  private static JsonNode allowed(JsonNode tools, String said) {
    if (!said.startsWith(":")) {
      return tools;
    }
    for (JsonNode tool : tools) {
      if (tool.path("function").path("name").asText().equals(said.substring(1))) {
        return ApiBody.MAPPER.createArrayNode().add(tool);
      }
    }
    throw ApiException.invalid(
        "tool_choice",
        "Invalid 'tool_choice': there is no tool '%s'.".formatted(said.substring(1)));
  }

  /// {@return `auto`, `none`, `required`, or the name of a tool behind a colon, which none of these has}
  private static String choice(JsonNode choice) {
    if (choice.isNull()) {
      return "auto";
    }
    if (choice.isTextual()) {
      if (!Set.of("auto", "none", "required").contains(choice.textValue())) {
        throw ApiException.invalid(
            "tool_choice", "Invalid value: '%s'.".formatted(choice.textValue()));
      }
      return choice.textValue();
    }
    ApiBody.require(choice.isObject(), "tool_choice", "a string or an object", choice);
    JsonNode name = choice.path("function").path("name");
    ApiBody.require(name.isTextual(), "tool_choice.function.name", "a string", name);
    return ":" + name.textValue();
  }

  private static Set<String> names(JsonNode tools) {
    if (tools.size() > MOST_TOOLS) {
      throw ApiException.invalid(
          "tools", "Invalid 'tools': expected are at most %d.".formatted(MOST_TOOLS));
    }
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < tools.size(); i++) {
      String place = "tools[%d]".formatted(i);
      JsonNode tool = tools.get(i);
      ApiBody.require(tool.isObject(), place, "an object", tool);
      if (!tool.path("type").asText().equals("function")) {
        throw ApiException.invalid(place + ".type", "Tools are functions here.");
      }
      JsonNode function = tool.path("function");
      ApiBody.require(function.isObject(), place + ".function", "an object", function);
      JsonNode name = function.path("name");
      ApiBody.require(name.isTextual(), place + ".function.name", "a string", name);
      if (!name.textValue().matches("[a-zA-Z0-9_-]{1,64}") || !names.add(name.textValue())) {
        throw ApiException.invalid(
            place + ".function.name",
            "Invalid '%s.function.name': expected are 1 to 64 letters, digits, _ and -, and no other tool of this name."
                .formatted(place));
      }
      JsonNode parameters = function.path("parameters");
      ApiBody.require(
          parameters.isMissingNode() || parameters.isNull() || parameters.isObject(),
          place + ".function.parameters",
          "an object",
          parameters);
    }
    return names;
  }
}
