package opml.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class EmbeddingsTest extends ServedTest {
  private static final String PLACE = "/v1/embeddings";

  private JsonNode embed(String input, String more) {
    HttpResponse<String> response =
        server.post(PLACE, "{'model':'one','input':%s%s}".formatted(input, more));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return TinyServer.json(response);
  }

  @Test
  void textsTokensAndManyAtOnceHaveTheSameVectors() {
    JsonNode one = embed("'ab c'", "");
    JsonNode vector = one.path("data").path(0).path("embedding");
    assertThat(one.path("object").asText()).isEqualTo("list");
    assertThat(one.path("data").path(0).path("object").asText()).isEqualTo("embedding");
    assertThat(vector).hasSize(32);
    double squares = 0;
    for (JsonNode element : vector) {
      squares += element.asDouble() * element.asDouble();
    }
    assertThat(squares).as("seed %d", seed).isBetween(0.999, 1.001);
    HttpResponse<String> tokenized =
        server.post("/tokenize", "{'model':'one','content':'ab c','add_special':true}");
    JsonNode tokens = TinyServer.json(tokenized).path("tokens");
    JsonNode many = embed("['b','ab c','ab c']", "");
    assertThat(embed(tokens.toString(), "").path("data").path(0).path("embedding"))
        .as("seed %d", seed)
        .isEqualTo(vector);
    assertThat(many.path("data").path(1).path("embedding")).isEqualTo(vector);
    assertThat(many.path("data").path(2).path("embedding")).isEqualTo(vector);
    assertThat(many.path("data").path(2).path("index").asInt()).isEqualTo(2);
    assertThat(many.path("data").path(0).path("embedding")).isNotEqualTo(vector);
    assertThat(one.path("usage").path("prompt_tokens").asInt()).isEqualTo(tokens.size());
    assertThat(one.path("usage").path("total_tokens").asInt()).isEqualTo(tokens.size());
  }

  @Test
  void base64HasTheSameFloats() {
    JsonNode vector = embed("'ab c'", "").path("data").path(0).path("embedding");
    String text =
        embed("'ab c'", ",'encoding_format':'base64','dimensions':32")
            .path("data")
            .path(0)
            .path("embedding")
            .asText();
    ByteBuffer bytes =
        ByteBuffer.wrap(Base64.getDecoder().decode(text)).order(ByteOrder.LITTLE_ENDIAN);
    for (JsonNode element : vector) {
      assertThat(bytes.getFloat()).as("seed %d", seed).isEqualTo((float) element.asDouble());
    }
    assertThat(bytes.hasRemaining()).isFalse();
  }

  @Test
  void whatIsWrongIsTold() {
    for (String[] wrong :
        new String[][] {
          {"''", ",'encoding_format':'int8'", "encoding_format"},
          {"'a'", ",'dimensions':8", "dimensions"},
          {"'a'", ",'dimensions':'x'", "dimensions"},
          {"'a'", ",'colour':1", "colour"},
          {"7", "", "input"},
          {"[]", "", "input"},
          {"['a',7]", "", "input"},
          {"[1,99999]", "", "input"},
          {"'%s'".formatted("ab ".repeat(60)), "", "input"}
        }) {
      HttpResponse<String> response =
          server.post(PLACE, "{'model':'one','input':%s%s}".formatted(wrong[0], wrong[1]));
      assertThat(response.statusCode()).as(wrong[1]).isEqualTo(400);
      assertThat(TinyServer.json(response).path("error").path("param").asText())
          .as(response.body())
          .isEqualTo(wrong[2]);
    }
    assertThat(server.post(PLACE, "{'model':'none','input':'a'}").statusCode()).isEqualTo(404);
    assertThat(server.post(PLACE, "{'model':'lost','input':'a'}").statusCode()).isEqualTo(503);
  }
}
