package opml.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// Events of a stream (Server-Sent Events, WHATWG), which are sent together as far as they are few: copies of a long
/// one go one after the other.
final class Events {
  private static final int MOST_LETTERS = 1 << 16;

  private final Consumer<byte[]> sink;
  private final StringBuilder text = new StringBuilder();

  /// @param sink takes what is to be sent
  Events(Consumer<byte[]> sink) {
    this.sink = sink;
  }

  /// Adds an event without a name.
  void add(ObjectNode data) {
    text.append("data: ").append(json(data)).append("\n\n");
    if (text.length() > MOST_LETTERS) {
      flush();
    }
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

  /// Sends what was not sent yet.
  void flush() {
    if (!text.isEmpty()) {
      sink.accept(text.toString().getBytes(StandardCharsets.UTF_8));
      text.setLength(0);
    }
  }
}
