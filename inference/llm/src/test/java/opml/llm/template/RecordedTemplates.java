package opml.llm.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import opml.llm.chat.ChatJson;

/// What `inference/llm/tools/record_templates.py` has recorded of the reference implementation.
final class RecordedTemplates {
  /// The moment that templates were told.
  static final ZonedDateTime NOW = ZonedDateTime.of(2026, 3, 5, 14, 7, 9, 0, ZoneOffset.UTC);

  private RecordedTemplates() {}

  static String text(String name) {
    try (InputStream in =
        Objects.requireNonNull(RecordedTemplates.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode json(String name) {
    try {
      return new ObjectMapper().readTree(text(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// {@return what a template is told in a conversation}
  static Map<String, Datum> variables(String conversation) {
    return ChatJson.entries(json("conversations.json").get(conversation));
  }

  /// {@return what our implementation makes of a template; nothing where it refuses}
  static Optional<String> said(String source, Map<String, Datum> variables) {
    try {
      return Optional.of(Template.of(source).text(variables, NOW));
    } catch (TemplateException _) {
      return Optional.empty();
    }
  }
}
