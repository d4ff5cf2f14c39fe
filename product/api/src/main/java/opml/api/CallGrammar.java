package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import opml.llm.chat.ChatTemplate;
import opml.llm.grammar.Grammar;

/// How a model is made to call a tool: what its calls begin with is written for it, and what it says then is kept to
/// one JSON object, whose arguments are as the tool's schema has them.
///
/// @param begun what stands before the object in the model's own form; control tokens, which no grammar has, too
record CallGrammar(String begun, Grammar grammar) {
  /// {@return the same for some tools}
  ///
  /// @param tools as a request has them, at least one
  /// @throws ApiException if a tool's parameters are no schema that can be kept to
  static CallGrammar of(ChatTemplate template, JsonNode tools) {
    boolean isHermes = template.mentions(ToolUse.HERMES);
    boolean isMistral = !isHermes && template.mentions(ToolUse.MISTRAL);
    String begun = isHermes ? ToolUse.HERMES + "\n" : isMistral ? ToolUse.MISTRAL + "[" : "";
    String arguments = isHermes || isMistral ? "arguments" : "parameters";
    ObjectNode schema = ApiBody.MAPPER.createObjectNode();
    ArrayNode all = schema.putArray("anyOf");
    for (JsonNode tool : tools) {
      String place = "#/anyOf/%d/properties/%s".formatted(all.size(), arguments);
      ObjectNode call = all.addObject().put("type", "object");
      ObjectNode members = call.putObject("properties");
      members.putObject("name").set("const", tool.path("function").path("name"));
      members.set(arguments, parameters(tool.path("function").path("parameters"), place));
      call.putArray("required").add("name").add(arguments);
      call.put("additionalProperties", false);
    }
    return new CallGrammar(begun, FormReader.made("tools", () -> Grammar.ofJsonSchema(schema)));
  }

  private static JsonNode parameters(JsonNode given, String place) {
    if (!given.isObject() || given.isEmpty()) {
      return ApiBody.MAPPER.createObjectNode().put("type", "object");
    }
    JsonNode copy = given.deepCopy();
    move(copy, place);
    return copy;
  }

  /// References from the schema's root are from another root now.
  private static void move(JsonNode node, String place) {
    if (node instanceof ObjectNode object && object.path("$ref").asText().startsWith("#")) {
      object.put("$ref", place + object.path("$ref").asText().substring(1));
    }
    node.forEach(each -> move(each, place));
  }
}
