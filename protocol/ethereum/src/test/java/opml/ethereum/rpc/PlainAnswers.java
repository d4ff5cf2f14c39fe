package opml.ethereum.rpc;

import com.fasterxml.jackson.databind.JsonNode;

/// Answers without a node, and what is in those of one.
public final class PlainAnswers {
  private PlainAnswers() {}

  public static Answer of(JsonNode json) {
    return new Answer("a test", json);
  }

  public static JsonNode json(Answer answer) {
    return answer.json();
  }
}
