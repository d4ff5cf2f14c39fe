package opml.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Answers that must have a form, of models that would say anything.
class StructuredTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String SCHEMA =
      "{'type':'object','properties':{'a':{'enum':['x','yy']},'b':{'$ref':'#/$defs/flag'}},'required':['a','b'],"
          + "'additionalProperties':false,'$defs':{'flag':{'type':'boolean'}}}";
  private static final String TOOLS =
      "'tools':[{'type':'function','function':{'name':'now'}},"
          + "{'type':'function','function':{'name':'add','parameters':"
          + SCHEMA
          + "}}]";

  @TempDir private Path folder;

  private final long seed = TinyServer.seed();
  private @Nullable TinyServer server;

  @AfterEach
  void end() {
    if (server != null) {
      server.close();
    }
  }

  /// {@return what keeps a model from filling its text with the blanks that JSON may have}
  private static String noBlanks(int... blanks) {
    return Arrays.stream(blanks)
        .mapToObj("'%d':-10000"::formatted)
        .collect(Collectors.joining(",", "'logit_bias':{", "}"));
  }

  private static JsonNode choice(TinyServer asked, String path, String json) {
    HttpResponse<String> response = asked.post(path, json);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return TinyServer.json(response).path("choices").path(0);
  }

  private void assertForm(JsonNode value) {
    assertThat(value.path("a").asText()).as("seed %d", seed).isIn("x", "yy");
    assertThat(value.path("b").isBoolean()).as("seed %d", seed).isTrue();
    assertThat(value).hasSize(2);
  }

  @Test
  void anAnswerIsJsonThatASchemaDescribes() throws IOException {
    TinyServer chance = TinyServer.start(folder, seed);
    server = chance;
    String asked =
        "{'model':'one','messages':[{'role':'user','content':'ab'}],"
            + noBlanks(12, 13, 16, 35, 259)
            + "%s}";
    String schema =
        ",'response_format':{'type':'json_schema','json_schema':{'name':'it','strict':true,'schema':"
            + SCHEMA
            + "}}";
    for (int i = 0; i < 4; i++) {
      JsonNode choice =
          choice(chance, CHAT, asked.formatted(schema + ",'temperature':2,'seed':" + i));
      assertThat(choice.path("finish_reason").asText()).as("seed %d", seed).isEqualTo("stop");
      assertForm(TinyServer.parse(choice.path("message").path("content").asText()));
    }
    JsonNode any =
        choice(chance, CHAT, asked.formatted(",'response_format':{'type':'json_object'}"));
    assertThat(any.path("message").path("content").asText()).as("seed %d", seed).startsWith("{");
    JsonNode gbnf =
        choice(
            chance,
            "/v1/completions",
            "{'model':'one','prompt':'a','grammar':'root ::= [a-c] [a-c] [0-9]'}");
    assertThat(gbnf.path("text").asText()).as("seed %d", seed).matches("[abc]{2}[0-9]");
    JsonNode text =
        choice(
            chance,
            "/v1/completions",
            "{'model':'one','prompt':'ab','max_tokens':54,%s%s}"
                .formatted(noBlanks(12, 13, 16, 35, 259), schema));
    assertThat(text.path("finish_reason").asText()).as("seed %d", seed).isEqualTo("stop");
    assertForm(TinyServer.parse(text.path("text").asText()));
    HttpResponse<String> response =
        chance.post(
            "/v1/responses",
            "{'model':'one','input':'ab','text':{'format':{'type':'json_schema','name':'it','schema':"
                + SCHEMA
                + "}},'max_output_tokens':54}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  @Test
  void aToolIsCalledWhereOneMustBe() throws IOException {
    for (String words : List.of("<tool_call>", "[TOOL_CALLS]", "<|python_tag|>")) {
      TinyServer heart =
          TinyServer.byHeart(folder, words, Map.of('x', List.of("No call ", "at all.")));
      server = heart;
      String asked =
          "{'messages':[{'role':'user','content':'x'}],"
              + noBlanks(12, 13, 16, 35)
              + ","
              + TOOLS
              + ",'tool_choice':%s%s}";
      JsonNode free = choice(heart, CHAT, asked.formatted("'auto'", ""));
      assertThat(free.path("message").path("content").asText()).isEqualTo("No call at all.");
      for (String more : List.of("", ",'temperature':1,'seed':5")) {
        JsonNode choice = choice(heart, CHAT, asked.formatted("'required'", more));
        assertThat(choice.path("finish_reason").asText()).as(words).isEqualTo("tool_calls");
        assertThat(choice.path("message").path("tool_calls")).hasSize(1);
        assertThat(choice.findValuesAsText("name").getFirst()).isIn("now", "add");
      }
      JsonNode named =
          choice(heart, CHAT, asked.formatted("{'type':'function','function':{'name':'add'}}", ""));
      JsonNode call = named.path("message").path("tool_calls").path(0).path("function");
      assertThat(call.path("name").asText()).isEqualTo("add");
      assertForm(TinyServer.parse(call.path("arguments").asText()));
      assertThat(named.path("message").path("content").isNull()).isTrue();
      HttpResponse<String> none =
          heart.post(CHAT, asked.formatted("{'type':'function','function':{'name':'nobody'}}", ""));
      assertThat(none.statusCode()).isEqualTo(400);
      assertThat(none.body()).contains("there is no tool 'nobody'");
      heart.close();
    }
  }

  @Test
  void whatIsNoFormIsTold() throws IOException {
    TinyServer heart = TinyServer.byHeart(folder, "", Map.of('x', List.of("Yes.")));
    server = heart;
    for (String[] wrong :
        new String[][] {
          {"'response_format':7", "response_format"},
          {"'response_format':{'type':'xml'}", "response_format.type"},
          {"'response_format':{'type':'json_schema'}", "response_format.json_schema.schema"},
          {
            "'response_format':{'type':'json_schema','json_schema':{'schema':{'type':7}}}",
            "response_format.json_schema.schema"
          },
          {"'grammar':'nothing'", "grammar"},
          {"'grammar':'root ::= [a]','response_format':{'type':'json_object'}", "grammar"},
          {"'response_format':{'type':'json_object'}," + TOOLS, "response_format"},
          {
            "'tool_choice':'required','tools':[{'type':'function','function':{'name':'a','parameters':{'not':{}}}}]",
            "tools"
          }
        }) {
      HttpResponse<String> response =
          heart.post(CHAT, "{'messages':[{'role':'user','content':'x'}],%s}".formatted(wrong[0]));
      assertThat(response.statusCode()).as(wrong[0]).isEqualTo(400);
      assertThat(TinyServer.json(response).path("error").path("param").asText())
          .as(response.body())
          .isEqualTo(wrong[1]);
    }
  }
}
