package opml.api;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;

/// How probable tokens were, as OpenAI's API tells it (`logprobs`).
///
/// With twenty others, a token takes some 15 KB as a tree of JSON, and copies of an answer tell the same: so the tree
/// of one token at a time is made, when it is written.
final class ChanceJson {
  private ChanceJson() {}

  /// {@return as conversations have it}
  static JsonNode ofChat(List<Chance> chances) {
    List<Chance> all = List.copyOf(chances);
    WrittenJson json =
        (out, how) -> {
          out.writeStartObject();
          out.writeFieldName("content");
          writeEntries(all, out, how);
          out.writeNullField("refusal");
          out.writeEndObject();
        };
    return json.node();
  }

  /// {@return as responses have it: a list of the tokens' entries}
  static JsonNode entries(List<Chance> chances) {
    List<Chance> all = List.copyOf(chances);
    WrittenJson json = (out, how) -> writeEntries(all, out, how);
    return json.node();
  }

  private static void writeEntries(List<Chance> chances, JsonGenerator out, SerializerProvider how)
      throws IOException {
    out.writeStartArray();
    for (Chance chance : chances) {
      entry(chance).serialize(out, how);
    }
    out.writeEndArray();
  }

  /// {@return the entry of a token, with the most probable ones in its place}
  private static ObjectNode entry(Chance chance) {
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
  static JsonNode ofText(List<Chance> chances) {
    List<Chance> all = List.copyOf(chances);
    WrittenJson json =
        (out, how) -> {
          out.writeStartObject();
          out.writeArrayFieldStart("tokens");
          for (Chance chance : all) {
            out.writeString(chance.token().text());
          }
          out.writeEndArray();
          out.writeArrayFieldStart("token_logprobs");
          for (Chance chance : all) {
            out.writeNumber(chance.token().logarithm());
          }
          out.writeEndArray();
          out.writeArrayFieldStart("top_logprobs");
          for (Chance chance : all) {
            others(chance).serialize(out, how);
          }
          out.writeEndArray();
          out.writeArrayFieldStart("text_offset");
          for (Chance chance : all) {
            out.writeNumber(chance.at());
          }
          out.writeEndArray();
          out.writeEndObject();
        };
    return json.node();
  }

  /// Tokens may have the same text, such as parts of a character: the most probable one has the place.
  private static ObjectNode others(Chance chance) {
    ObjectNode others = ApiBody.MAPPER.createObjectNode();
    chance.others().forEach(other -> others.putIfAbsent(other.text(), number(other)));
    others.putIfAbsent(chance.token().text(), number(chance.token()));
    return others;
  }

  private static JsonNode number(Chance.Word word) {
    return ApiBody.MAPPER.getNodeFactory().numberNode(word.logarithm());
  }
}
