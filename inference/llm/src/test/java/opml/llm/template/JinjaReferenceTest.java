package opml.llm.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Our templates, which use what published ones do, say what Jinja 3.1.6 makes of them.
class JinjaReferenceTest {
  @Test
  void everythingSaysWhatTheReferenceSays() {
    Map<String, Map<String, Datum>> conversations = new HashMap<>();
    List<String> wrong = new ArrayList<>();
    int count = 0;
    for (JsonNode recorded : RecordedTemplates.json("recorded.json")) {
      String name = recorded.get("name").textValue();
      String conversation = recorded.path("conversation").asText("everything");
      String source =
          recorded.has("source")
              ? recorded.get("source").textValue()
              : RecordedTemplates.text("templates/" + name);
      Optional<String> said =
          RecordedTemplates.said(
              source, conversations.computeIfAbsent(conversation, RecordedTemplates::variables));
      Optional<String> expected = Optional.ofNullable(recorded.get("said").textValue());
      if (!said.equals(expected)) {
        wrong.add("%s, %s: %s: %s, not %s".formatted(name, conversation, source, said, expected));
      }
      count++;
    }
    assertThat(wrong).isEmpty();
    assertThat(count).isGreaterThan(200);
  }
}
