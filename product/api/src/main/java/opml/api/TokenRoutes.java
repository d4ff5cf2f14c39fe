package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import opml.llm.tokenizer.Tokenizer;

/// Texts to tokens and back, as llama.cpp's server has it.
final class TokenRoutes {
  /// Tokens that are told with their texts.
  private static final int MOST_PIECES = 1 << 20;

  /// Letters of a text that is made of tokens, each of which may be a long one.
  private static final int MOST_LETTERS = 1 << 24;

  private final ModelShelf models;

  TokenRoutes(ModelShelf models) {
    this.models = models;
  }

  private Tokenizer tokenizer(ApiBody body) throws InterruptedException {
    return models.get(AnswerRoutes.modelName(body, models)).model().tokenizer();
  }

  ObjectNode tokenize(byte[] bytes) throws InterruptedException {
    ApiBody body = ApiBody.of(bytes);
    body.requireKnown(Set.of("model", "content", "add_special", "parse_special", "with_pieces"));
    JsonNode content = body.get("content");
    ApiBody.require(content.isTextual(), "content", "a string", content);
    Tokenizer tokenizer = tokenizer(body);
    int[] tokens =
        tokenizer.encode(
            content.textValue(), body.flag("add_special", false), body.flag("parse_special", true));
    boolean showsPieces = body.flag("with_pieces", false);
    if (showsPieces && tokens.length > MOST_PIECES) {
      throw ApiException.invalid(
          "with_pieces",
          "Invalid 'with_pieces': the text has %,d tokens, and the pieces of %,d are told at once."
              .formatted(tokens.length, MOST_PIECES));
    }
    ObjectNode answer = ApiBody.MAPPER.createObjectNode();
    WrittenJson list =
        (out, _) -> {
          out.writeStartArray();
          for (int token : tokens) {
            if (showsPieces) {
              out.writeStartObject();
              out.writeNumberField("id", token);
              out.writeStringField(
                  "piece", new String(tokenizer.piece(token), StandardCharsets.UTF_8));
              out.writeEndObject();
            } else {
              out.writeNumber(token);
            }
          }
          out.writeEndArray();
        };
    return answer.set("tokens", list.node());
  }

  ObjectNode detokenize(byte[] bytes) throws InterruptedException {
    ApiBody body = ApiBody.of(bytes);
    body.requireKnown(Set.of("model", "tokens"));
    JsonNode given = body.get("tokens");
    ApiBody.require(given.isArray(), "tokens", "an array", given);
    Tokenizer tokenizer = tokenizer(body);
    int[] tokens = new int[given.size()];
    long letters = 0;
    for (int i = 0; i < tokens.length; i++) {
      JsonNode token = given.get(i);
      ApiBody.require(token.isIntegralNumber(), "tokens", "an integer", token);
      if (!token.canConvertToInt()
          || token.intValue() < 0
          || token.intValue() >= tokenizer.size()) {
        throw ApiException.invalid("tokens", "There is no token %s.".formatted(token));
      }
      tokens[i] = token.intValue();
      letters += Math.max(tokenizer.piece(tokens[i]).length, tokenizer.text(tokens[i]).length());
      if (letters > MOST_LETTERS) {
        throw ApiException.invalid(
            "tokens",
            "Invalid 'tokens': their text has more than %,d letters.".formatted(MOST_LETTERS));
      }
    }
    return ApiBody.MAPPER.createObjectNode().put("content", tokenizer.decode(tokens, true));
  }
}
