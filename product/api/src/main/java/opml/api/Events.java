package opml.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/// Events of a stream (Server-Sent Events, WHATWG) that are sent together.
final class Events {
  private final StringBuilder text = new StringBuilder();

  /// Adds an event without a name.
  void add(ObjectNode data) {
    text.append("data: ").append(json(data)).append("\n\n");
  }

  /// Adds an event with its name.
  void add(String name, ObjectNode data) {
    text.append("event: ").append(name).append('\n');
    add(data);
  }

  /// Adds what ends a stream of OpenAI's older interfaces.
  void end() {
    text.append("data: [DONE]\n\n");
  }

  private static String json(ObjectNode data) {
    return new String(AnswerJson.bytes(data), StandardCharsets.UTF_8);
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
