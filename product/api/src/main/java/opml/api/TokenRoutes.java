package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import opml.llm.tokenizer.Tokenizer;

/// Texts to tokens and back, as llama.cpp's server has it.
final class TokenRoutes {
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
    ObjectNode answer = ApiBody.MAPPER.createObjectNode();
    ArrayNode list = answer.putArray("tokens");
    for (int token : tokens) {
      if (showsPieces) {
        list.addObject()
            .put("id", token)
            .put("piece", new String(tokenizer.piece(token), StandardCharsets.UTF_8));
      } else {
        list.add(token);
      }
    }
    return answer;
  }

  ObjectNode detokenize(byte[] bytes) throws InterruptedException {
    ApiBody body = ApiBody.of(bytes);
    body.requireKnown(Set.of("model", "tokens"));
    JsonNode given = body.get("tokens");
    ApiBody.require(given.isArray(), "tokens", "an array", given);
    Tokenizer tokenizer = tokenizer(body);
    int[] tokens = new int[given.size()];
    for (int i = 0; i < tokens.length; i++) {
      JsonNode token = given.get(i);
      ApiBody.require(token.isIntegralNumber(), "tokens", "an integer", token);
      if (!token.canConvertToInt()
          || token.intValue() < 0
          || token.intValue() >= tokenizer.size()) {
        throw ApiException.invalid("tokens", "There is no token %s.".formatted(token));
      }
      tokens[i] = token.intValue();
    }
    return ApiBody.MAPPER.createObjectNode().put("content", tokenizer.decode(tokens, true));
  }
}
