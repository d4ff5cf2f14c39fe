package opml.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The texts of the choices of an answer, or of a response, which a stream has in parts. Choices without one, such as
/// calls of tools, are left out.
final class ChoiceTexts {
  private final SortedMap<Integer, StringBuilder> texts = new TreeMap<>();

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
    }
    // The Responses API's, whole and as a stream.
    for (JsonNode item : answer.path("output")) {
      for (JsonNode part : item.path("content")) {
        add(0, part.path("text"));
      }
    }
    if (answer.path("type").asText().equals("response.output_text.delta")) {
      add(0, answer.path("delta"));
    }
  }

  /// What is no text was never said, so that it is told as a difference.
  private void add(int choice, JsonNode text) {
    if (!text.isMissingNode() && !text.isNull()) {
      texts
          .computeIfAbsent(choice, _ -> new StringBuilder())
          .append(text.isTextual() ? text.textValue() : text.toString());
    }
  }

  List<String> all() {
    return texts.values().stream().map(StringBuilder::toString).toList();
  }
}
