package opml.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The texts of the choices of an answer, which a stream has in parts. Choices without a text, such as calls of tools,
/// are left out.
final class ChoiceTexts {
  private final SortedMap<Integer, StringBuilder> texts = new TreeMap<>();

  void add(JsonNode answer) {
    for (JsonNode choice : answer.path("choices")) {
      for (JsonNode text :
          List.of(
              choice.path("text"),
              choice.path("message").path("content"),
              choice.path("delta").path("content"))) {
        if (text.isTextual()) {
          texts
              .computeIfAbsent(choice.path("index").asInt(), _ -> new StringBuilder())
              .append(text.textValue());
        }
      }
    }
  }

  List<String> all() {
    return texts.values().stream().map(StringBuilder::toString).toList();
  }
}
