package opml.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Small requests whose answers would take all memory.
class LargeAnswersTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String TEXT = "/v1/completions";

  /// A token with a long text, of which there is only one in the whole model.
  private static final String LONG = "=".repeat(200);

  private static final int LONG_TOKEN = 259;

  @TempDir private Path folder;

  private TinyServer server;

  @BeforeEach
  void begin() throws IOException {
    server = TinyServer.byHeart(folder, "", Map.of('y', List.of(LONG)));
  }

  @AfterEach
  void end() {
    server.close();
  }

  private void assertRefused(String path, String json, String param) {
    HttpResponse<String> response = server.post(path, json);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(TinyServer.json(response).path("error").path("param").asText()).isEqualTo(param);
  }

  private static String tokens(int count) {
    return Stream.generate(() -> String.valueOf(LONG_TOKEN))
        .limit(count)
        .collect(Collectors.joining(","));
  }

  @Test
  void moreProbabilitiesThanCanBeKeptAreRefused() {
    String asked =
        "{'messages':[{'role':'user','content':'y'}],'logprobs':true,'top_logprobs':20,'n':%d%s}";
    assertRefused(CHAT, asked.formatted(128, ""), "logprobs");
    assertRefused(CHAT, asked.formatted(128, ",'temperature':1"), "logprobs");
    HttpResponse<String> fewer = server.post(CHAT, asked.formatted(128, ",'max_tokens':2"));
    assertThat(fewer.statusCode()).as(fewer.body()).isEqualTo(200);
    List<JsonNode> told = new ArrayList<>();
    TinyServer.json(fewer).path("choices").forEach(choice -> told.add(choice.path("logprobs")));
    assertThat(told).hasSize(128).containsOnly(told.getFirst());
    assertThat(told.getFirst().path("content").path(0).path("top_logprobs")).hasSize(20);
  }

  @Test
  void promptsThatAreRepeatedTooOftenAreRefused() {
    String asked = "{'prompt':[%s],'echo':%s,'n':%d,'max_tokens':0%s}";
    assertRefused(TEXT, asked.formatted(tokens(1_000), true, 128, ""), "n");
    String few = asked.formatted(tokens(1_000), true, 2, "");
    assertThat(
            TinyServer.json(server.post(TEXT, few)).path("choices").path(1).path("text").asText())
        .hasSize(1_000 * LONG.length());
    HttpResponse<String> stream =
        server.post(TEXT, asked.formatted(tokens(1_000), true, 4, ",'stream':true"));
    assertThat(stream.body().lines().filter(line -> line.contains(LONG))).hasSize(4);
    String many =
        Stream.generate(() -> "[" + tokens(1_000) + "]").limit(64).collect(Collectors.joining(","));
    assertThat(server.post(TEXT, asked.formatted(many, true, 1, "")).statusCode()).isEqualTo(200);
    assertRefused(TEXT, asked.formatted(many, true, 2, ""), "n");
  }

  @Test
  void tokensWhoseTextsAreTooLongAreRefused() {
    assertRefused("/detokenize", "{'tokens':[%s]}".formatted(tokens(100_000)), "tokens");
    assertThat(server.post("/detokenize", "{'tokens':[%s]}".formatted(tokens(10))).body())
        .contains(LONG.repeat(10));
    String text = "{'content':'%s','with_pieces':%s}".formatted("z".repeat(1_100_000), "%s");
    assertRefused("/tokenize", text.formatted(true), "with_pieces");
    assertThat(TinyServer.json(server.post("/tokenize", text.formatted(false))).path("tokens"))
        .hasSizeGreaterThan(1_100_000 - 1);
    assertThat(server.post("/tokenize", "{'content':'y','with_pieces':true}").body())
        .contains("{\"id\":124,\"piece\":\"y\"}");
  }

  @Test
  void copiesOfALongEventAreSentOneAfterTheOther() {
    List<byte[]> sent = new ArrayList<>();
    Events events = new Events(sent::add);
    for (int copy = 0; copy < 3; copy++) {
      events.add(ApiBody.MAPPER.createObjectNode().put("text", "a".repeat(100_000)));
    }
    assertThat(sent).hasSize(3);
    events.end();
    assertThat(sent).hasSize(3);
    events.flush();
    assertThat(sent).hasSize(4);
    events.flush();
    assertThat(sent).hasSize(4);
  }

  @Test
  void whatIsMadeOfABodyTakesRoomToo() {
    BodyRoom room = new BodyRoom(100);
    try (BodyRoom.Share one = room.share();
        BodyRoom.Share other = room.share()) {
      one.take(10);
      one.keep(60);
      assertThatThrownBy(() -> other.take(50)).isInstanceOf(ApiException.class);
      other.take(30);
      assertThatThrownBy(() -> other.keep(41)).isInstanceOf(ApiException.class);
      other.keep(Reply.ALL);
      one.keep(5);
      other.keep(95);
      assertThatThrownBy(() -> one.take(1)).isInstanceOf(ApiException.class);
    }
    try (BodyRoom.Share all = room.share()) {
      all.take(100);
    }
  }
}
