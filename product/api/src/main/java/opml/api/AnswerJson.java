package opml.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import opml.core.hash.Keccak;
import org.jspecify.annotations.Nullable;

/// Answers as OpenAI's API has them, of texts that go on (`text_completion`) or of conversations (`chat.completion`).
final class AnswerJson {
  /// How many letters of a hash tell answers apart.
  private static final int LETTERS_OF_AN_ID = 24;

  private final CompletionRequest request;
  private final boolean isChat;
  private final String id;
  private final long created;

  /// @param body what was asked, of which the answer's id is made: the same question has the same answer
  /// @param created seconds since 1970
  AnswerJson(CompletionRequest request, boolean isChat, byte[] body, long created) {
    this.request = request;
    this.isChat = isChat;
    this.created = created;
    this.id =
        (isChat ? "chatcmpl-" : "cmpl-")
            + Keccak.hash(body).toString().substring(2, 2 + LETTERS_OF_AN_ID);
  }

  private ObjectNode head(String object) {
    return ApiBody.MAPPER
        .createObjectNode()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", request.model());
  }

  private ObjectNode choice(ObjectNode answer, int index, @Nullable String reason) {
    ArrayNode choices = answer.withArray("choices");
    return choices.addObject().put("index", index).putNull("logprobs").put("finish_reason", reason);
  }

  private ObjectNode chunk() {
    return head(isChat ? "chat.completion.chunk" : "text_completion");
  }

  /// {@return the first chunk of an answer, which says who speaks}
  ObjectNode begin(int index) {
    ObjectNode chunk = chunk();
    choice(chunk, index, null).putObject("delta").put("role", "assistant").put("content", "");
    return chunk;
  }

  ObjectNode part(int index, String text) {
    ObjectNode chunk = chunk();
    ObjectNode choice = choice(chunk, index, null);
    if (isChat) {
      choice.putObject("delta").put("content", text);
    } else {
      choice.put("text", text);
    }
    return chunk;
  }

  ObjectNode end(int index, String reason) {
    ObjectNode chunk = chunk();
    ObjectNode choice = choice(chunk, index, reason);
    if (isChat) {
      choice.putObject("delta");
    } else {
      choice.put("text", "");
    }
    return chunk;
  }

  /// {@return the last chunk, which says what was used and nothing else}
  ObjectNode used(int answerTokens) {
    ObjectNode chunk = chunk();
    chunk.putArray("choices");
    usage(chunk, answerTokens);
    return chunk;
  }

  /// A whole answer to a prompt.
  record Whole(String text, String reason, int tokens) {}

  ObjectNode whole(List<Whole> answers) {
    ObjectNode object = head(isChat ? "chat.completion" : "text_completion");
    int index = 0;
    int tokens = 0;
    for (Whole answer : answers) {
      for (int copy = 0; copy < request.copies(); copy++) {
        ObjectNode choice = choice(object, index++, answer.reason());
        if (isChat) {
          choice
              .putObject("message")
              .put("role", "assistant")
              .put("content", answer.text())
              .putNull("refusal");
        } else {
          choice.put("text", answer.text());
        }
        tokens += answer.tokens();
      }
    }
    usage(object, tokens);
    return object;
  }

  private void usage(ObjectNode object, int answerTokens) {
    int prompt = request.promptTokens();
    object
        .putObject("usage")
        .put("prompt_tokens", prompt)
        .put("completion_tokens", answerTokens)
        .put("total_tokens", prompt + answerTokens);
  }

  static ObjectNode error(ApiException e) {
    ObjectNode object = ApiBody.MAPPER.createObjectNode();
    object
        .putObject("error")
        .put("message", e.getMessage())
        .put("type", e.type())
        .put("param", e.param())
        .put("code", e.code());
    return object;
  }

  static byte[] bytes(ObjectNode object) {
    try {
      return ApiBody.MAPPER.writeValueAsString(object).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not JSON: " + object, e);
    }
  }
}
