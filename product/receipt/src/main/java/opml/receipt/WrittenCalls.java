package opml.receipt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The calls of tools in a text that a model has written, by what all models' forms have in common: an object with a
/// name and arguments, or arguments behind a name. Which marks stand around them does not matter here.
final class WrittenCalls {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private record Call(String name, JsonNode arguments) {}

  /// Whole calls.
  private final List<Call> calls = new ArrayList<>();

  /// What is none of them.
  private final StringBuilder rest = new StringBuilder();

  private WrittenCalls() {}

  static WrittenCalls of(String text) {
    WrittenCalls found = new WrittenCalls();
    char[] letters = text.toCharArray();
    int at = 0;
    while (at < letters.length) {
      int end = letters[at] == '{' ? found.add(letters, at) : at;
      if (end == at) {
        found.rest.append(letters[at]);
        end = at + 1;
      }
      at = end;
    }
    return found;
  }

  /// {@return where the call that begins at a place ends; that place if none does}
  private int add(char[] letters, int begin) {
    try (JsonParser parser = MAPPER.createParser(letters, begin, letters.length - begin)) {
      long from = parser.currentLocation().getCharOffset();
      JsonNode object = parser.readValueAsTree();
      JsonNode arguments =
          object.has("arguments") ? object.get("arguments") : object.path("parameters");
      if (!object.path("name").isTextual()) {
        return begin;
      }
      if (arguments.isMissingNode()) {
        // It may be the arguments of a call, too.
        calls.add(new Call(object.get("name").asText(), MAPPER.createObjectNode()));
        return begin;
      }
      calls.add(new Call(object.get("name").asText(), unquoted(arguments)));
      return begin + (int) (parser.currentLocation().getCharOffset() - from);
    } catch (IOException e) {
      return begin;
    }
  }

  /// Some models write the arguments as a text that is JSON.
  private static JsonNode unquoted(JsonNode arguments) {
    return arguments.isTextual() ? tree(arguments.textValue()) : arguments;
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      return MAPPER.getNodeFactory().textNode(json);
    }
  }

  /// {@return whether a call that was shown was written here}: as a whole one, or its name and its arguments, letter by
  /// letter, beside all whole ones
  boolean have(ShownCall shown) {
    JsonNode arguments = tree(shown.arguments());
    if (calls.contains(new Call(shown.name(), arguments))) {
      return true;
    }
    boolean hasNone = arguments instanceof ObjectNode object && object.isEmpty();
    return rest.indexOf(shown.name()) >= 0 && (hasNone || rest.indexOf(shown.arguments()) >= 0);
  }
}
