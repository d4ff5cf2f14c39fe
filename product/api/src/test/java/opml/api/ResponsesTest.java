package opml.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// OpenAI's Responses API, with a model that has learnt by heart what it says behind a last letter.
class ResponsesTest {
  private static final String PLACE = "/v1/responses";
  private static final String TOOLS =
      ",'tools':[{'type':'function','name':'add','parameters':{'type':'object'},'strict':true}]";

  private static final Map<Character, List<String>> TEXTS =
      Map.of(
          'x',
          List.of(
              "One moment. ",
              "<tool_call>{\"name\": \"add\", ",
              "\"arguments\": {\"a\": 1",
              "7}}</tool_call>"),
          'y',
          List.of("It ", "is ", "noon."),
          'z',
          List.of("Later."),
          'w',
          List.of());

  @TempDir private Path folder;

  private TinyServer server;

  @BeforeEach
  void begin() throws IOException {
    server = TinyServer.byHeart(folder, "<tool_call>", TEXTS);
  }

  @AfterEach
  void end() {
    server.close();
  }

  private JsonNode respond(String json) {
    HttpResponse<String> response = server.post(PLACE, json);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return TinyServer.json(response);
  }

  private static JsonNode text(JsonNode response) {
    return response.path("output").path(0).path("content").path(0);
  }

  @Test
  void aTextOrItemsAreAnsweredWithItems() {
    JsonNode whole = respond("{'input':'y'}");
    assertThat(whole.path("object").asText()).isEqualTo("response");
    assertThat(whole.path("status").asText()).isEqualTo("completed");
    assertThat(whole.path("error").isNull()).isTrue();
    assertThat(text(whole).path("type").asText()).isEqualTo("output_text");
    assertThat(text(whole).path("text").asText()).isEqualTo("It is noon.");
    JsonNode usage = whole.path("usage");
    assertThat(usage.path("total_tokens").asInt())
        .isEqualTo(usage.path("input_tokens").asInt() + usage.path("output_tokens").asInt());
    for (String input :
        List.of(
            "[{'role':'user','content':'y'}]",
            "[{'type':'message','role':'user','content':[{'type':'input_text','text':'y'}]}]",
            "[{'role':'user','content':'x'},{'type':'function_call','call_id':'1','name':'add','arguments':'{}'},"
                + "{'type':'function_call','call_id':'2','name':'add','arguments':'{}'},"
                + "{'type':'function_call_output','call_id':'1','output':'7'},"
                + "{'type':'function_call_output','call_id':'2','output':[{'type':'input_text','text':'y'}]}]")) {
      assertThat(text(respond("{'input':%s}".formatted(input))).path("text").asText())
          .isEqualTo("It is noon.");
    }
    JsonNode told = respond("{'input':'y','instructions':'Say it.'}");
    assertThat(told.path("usage").path("input_tokens").asInt())
        .isGreaterThan(usage.path("input_tokens").asInt());
    JsonNode cut = respond("{'input':'y','max_output_tokens':2}");
    assertThat(cut.path("status").asText()).isEqualTo("incomplete");
    assertThat(cut.path("incomplete_details").path("reason").asText())
        .isEqualTo("max_output_tokens");
    assertThat(text(cut).path("text").asText()).isEqualTo("It is ");
    assertThat(text(respond("{'input':'w'}")).path("text").asText()).isEmpty();
  }

  @Test
  void aResponseGoesOnFromAnotherWhichIsKeptUntilItIsForgotten() {
    JsonNode first = respond("{'input':'y'}");
    String id = first.path("id").asText();
    JsonNode next =
        respond("{'input':'z','previous_response_id':'%s','instructions':'Once.'}".formatted(id));
    assertThat(text(next).path("text").asText()).isEqualTo("Later.");
    JsonNode same =
        respond(
            "{'instructions':'Once.','input':[{'role':'user','content':'y'},"
                + "{'role':'assistant','content':'It is noon.'},{'role':'user','content':'z'}]}");
    assertThat(next.path("usage").path("input_tokens"))
        .isEqualTo(same.path("usage").path("input_tokens"));
    JsonNode kept = TinyServer.json(server.get(PLACE + "/" + id));
    assertThat(kept).isEqualTo(first);
    HttpRequest forget = HttpRequest.newBuilder(server.at(PLACE + "/" + id)).DELETE().build();
    assertThat(TinyServer.json(server.send(forget)).path("deleted").asBoolean()).isTrue();
    assertThat(server.get(PLACE + "/" + id).statusCode()).isEqualTo(404);
    assertThat(server.send(forget).statusCode()).isEqualTo(404);
    HttpResponse<String> lost =
        server.post(PLACE, "{'input':'z','previous_response_id':'%s'}".formatted(id));
    assertThat(lost.statusCode()).isEqualTo(404);
    assertThat(TinyServer.json(lost).path("error").path("param").asText())
        .isEqualTo("previous_response_id");
    String unkept = respond("{'input':'y','store':false}").path("id").asText();
    assertThat(server.get(PLACE + "/" + unkept).statusCode()).isEqualTo(404);
  }

  @Test
  void aCallIsAnItemAndGoesOnWithItsOutput() {
    JsonNode output = respond("{'input':'x'" + TOOLS + "}").path("output");
    assertThat(output.findValuesAsText("type"))
        .containsExactly("message", "output_text", "function_call");
    assertThat(output.path(0).path("content").path(0).path("text").asText())
        .isEqualTo("One moment.");
    JsonNode call = output.path(1);
    assertThat(call.path("name").asText()).isEqualTo("add");
    assertThat(call.path("arguments").asText()).isEqualTo("{\"a\": 17}");
    String id = respond("{'input':'x'" + TOOLS + "}").path("id").asText();
    JsonNode next =
        respond(
            "{'previous_response_id':'%s','input':[{'type':'function_call_output','call_id':'%s','output':'y'}]%s}"
                .formatted(id, call.path("call_id").asText(), TOOLS));
    assertThat(text(next).path("text").asText()).isEqualTo("It is noon.");
  }

  /// Puts the events of a stream together again, checking that they follow each other as OpenAI's clients want it.
  @Test
  void aStreamTellsEachItemFromItsBeginToItsEnd() {
    for (String asked :
        List.of("'input':'x'" + TOOLS, "'input':'y'", "'input':'y','max_output_tokens':1")) {
      List<String> names = new ArrayList<>();
      List<JsonNode> events = new ArrayList<>();
      server
          .post(PLACE, "{'stream':true,%s}".formatted(asked))
          .body()
          .lines()
          .forEach(
              line -> {
                if (line.startsWith("event: ")) {
                  names.add(line.substring(7));
                } else if (line.startsWith("data: ")) {
                  events.add(TinyServer.parse(line.substring(6)));
                }
              });
      StringBuilder delta = new StringBuilder();
      int items = 0;
      for (int i = 0; i < events.size(); i++) {
        JsonNode event = events.get(i);
        assertThat(event.path("type").asText()).isEqualTo(names.get(i));
        assertThat(event.path("sequence_number").asInt()).isEqualTo(i);
        delta.append(event.path("delta").asText());
        switch (names.get(i)) {
          case "response.output_item.added" ->
              assertThat(event.path("output_index").asInt()).isEqualTo(items++);
          case "response.output_text.done" -> {
            assertThat(event.path("text").asText()).isEqualTo(delta.toString());
            delta.setLength(0);
          }
          case "response.function_call_arguments.done" -> {
            assertThat(event.path("arguments").asText()).isEqualTo(delta.toString());
            delta.setLength(0);
          }
          default -> assertThat(names.get(i)).startsWith("response.");
        }
      }
      assertThat(names.subList(0, 3))
          .containsExactly(
              "response.created", "response.in_progress", "response.output_item.added");
      assertThat(names.getLast()).isIn("response.completed", "response.incomplete");
      JsonNode streamed = events.getLast().path("response");
      JsonNode whole = respond("{" + asked + "}");
      assertThat(streamed.path("status")).isEqualTo(whole.path("status"));
      assertThat(streamed.path("usage")).isEqualTo(whole.path("usage"));
      assertThat(streamed.path("output")).hasSize(items).hasSameSizeAs(whole.path("output"));
      assertThat(streamed.path("output").findValuesAsText("text"))
          .isEqualTo(whole.path("output").findValuesAsText("text"));
      assertThat(streamed.path("output").findValuesAsText("arguments"))
          .isEqualTo(whole.path("output").findValuesAsText("arguments"));
    }
  }

  @Test
  void probabilitiesAreToldWhereTheyAreIncluded() {
    JsonNode told =
        respond("{'input':'y','include':['message.output_text.logprobs'],'top_logprobs':2}");
    JsonNode chances = text(told).path("logprobs");
    assertThat(chances).hasSize(3);
    assertThat(chances.path(0).path("token").asText()).isEqualTo("It ");
    assertThat(chances.path(0).path("top_logprobs")).hasSize(2);
    assertThat(text(respond("{'input':'y'}")).path("logprobs")).isEmpty();
  }

  @Test
  void whatIsWrongIsTold() {
    for (String[] wrong :
        new String[][] {
          {"{}", "input"},
          {"{'input':7}", "input"},
          {"{'input':[7]}", "input[0]"},
          {"{'input':[{'content':'y'}]}", "input[0].role"},
          {"{'input':[{'role':'user','content':[{'type':'input_image'}]}]}", "input[0].content"},
          {"{'input':[{'type':'reasoning'}]}", "input[0].type"},
          {"{'input':[{'type':'function_call','call_id':'1','name':'a'}]}", "input[0].arguments"},
          {"{'input':[{'type':'function_call_output','output':'1'}]}", "input[0].call_id"},
          {"{'input':'y','colour':1}", "colour"},
          {"{'input':'y','instructions':7}", "instructions"},
          {"{'input':'y','background':true}", "background"},
          {"{'input':'y','truncation':'auto'}", "truncation"},
          {"{'input':'y','include':['file_search_call.results']}", "include"},
          {"{'input':'y','top_logprobs':2}", "top_logprobs"},
          {"{'input':'y','max_output_tokens':0}", "max_output_tokens"},
          {"{'input':'y','text':{'format':7}}", "text.format"},
          {"{'input':'y','tools':[{'type':'web_search'}]}", "tools[0].type"},
          {"{'input':'y','store':'yes'}", "store"}
        }) {
      HttpResponse<String> response = server.post(PLACE, wrong[0]);
      assertThat(response.statusCode()).as(wrong[0]).isEqualTo(400);
      assertThat(TinyServer.json(response).path("error").path("param").asText())
          .as(response.body())
          .isEqualTo(wrong[1]);
    }
  }

  @Test
  void theOldestAreForgotten() {
    ResponseStore store = new ResponseStore(3, 200);
    for (int i = 0; i < 5; i++) {
      store.put("" + i, stored(i));
    }
    assertThat(store.find("1")).isEmpty();
    assertThat(store.find("2")).isPresent();
    store.put("long", stored("x".repeat(190)));
    assertThat(store.find("4")).isEmpty();
    assertThat(store.find("long")).isPresent();
    store.put("longer", stored("x".repeat(300)));
    assertThat(store.find("longer")).isEmpty();
    store.put("5", stored(5));
    assertThat(store.find("5")).isPresent();
  }

  private static ResponseStore.Stored stored(Object what) {
    return new ResponseStore.Stored(
        ApiBody.MAPPER.createArrayNode().add(what.toString()), ApiBody.MAPPER.createObjectNode());
  }
}
