package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// How probable tokens were, as OpenAI's API tells it (`logprobs`).
final class ChanceJson {
  private ChanceJson() {}

  /// {@return as conversations have it}
  static ObjectNode ofChat(List<Chance> chances) {
    ObjectNode object = ApiBody.MAPPER.createObjectNode();
    ArrayNode content = object.putArray("content");
    chances.forEach(chance -> content.add(entry(chance)));
    object.putNull("refusal");
    return object;
  }

  /// {@return the entry of a token, with the most probable ones in its place}
  static ObjectNode entry(Chance chance) {
    ObjectNode entry = word(chance.token());
    ArrayNode top = entry.putArray("top_logprobs");
    chance.others().forEach(other -> top.add(word(other)));
    return entry;
  }

  private static ObjectNode word(Chance.Word word) {
    ObjectNode object =
        ApiBody.MAPPER
            .createObjectNode()
            .put("token", word.text())
            .put("logprob", word.logarithm());
    ArrayNode bytes = object.putArray("bytes");
    for (byte each : word.bytes()) {
      bytes.add(each & 0xff);
    }
    return object;
  }

  /// {@return as texts that go on have it}
  static ObjectNode ofText(List<Chance> chances) {
    ObjectNode object = ApiBody.MAPPER.createObjectNode();
    ArrayNode tokens = object.putArray("tokens");
    ArrayNode logarithms = object.putArray("token_logprobs");
    ArrayNode top = object.putArray("top_logprobs");
    ArrayNode at = object.putArray("text_offset");
    for (Chance chance : chances) {
      tokens.add(chance.token().text());
      logarithms.add(chance.token().logarithm());
      ObjectNode others = top.addObject();
      // Tokens may have the same text, such as parts of a character: the most probable one has the
      // place.
      chance.others().forEach(other -> others.putIfAbsent(other.text(), number(other)));
      others.putIfAbsent(chance.token().text(), number(chance.token()));
      at.add(chance.at());
    }
    return object;
  }

  private static JsonNode number(Chance.Word word) {
    return ApiBody.MAPPER.getNodeFactory().numberNode(word.logarithm());
  }
}
