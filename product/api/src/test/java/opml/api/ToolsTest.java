package opml.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Calls of tools by a model that has learnt them by heart: what it says begins behind the last letter of a question.
class ToolsTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String TOOLS =
      "'tools':[{'type':'function','function':{'name':'add','parameters':{'type':'object'}}}]";

  private static final Map<Character, List<String>> TEXTS =
      Map.of(
          'x',
          List.of(
              "One moment.\n",
              "<tool_call>",
              "\n{\"name\": \"a",
              "dd\", \"argu",
              "ments\": {\"a\": ",
              "\"17\"}}",
              "\n</tool_call>",
              "\n<tool_",
              "call>{\"name\": \"now\"}</tool_call>"),
          'y',
          List.of("It ", "is ", "noon."));

  @TempDir private Path folder;

  private @Nullable TinyServer server;

  @AfterEach
  void end() {
    if (server != null) {
      server.close();
    }
  }

  private TinyServer begin(String templateWords) throws IOException {
    server = TinyServer.byHeart(folder, templateWords, TEXTS);
    return server;
  }

  private static String ask(String last, String more) {
    return "{'messages':[{'role':'user','content':'%s'}]%s}".formatted(last, more);
  }

  private static JsonNode choice(TinyServer server, String json) {
    HttpResponse<String> response = server.post(CHAT, json);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return TinyServer.json(response).path("choices").path(0);
  }

  @Test
  void callsAreToldFromText() throws IOException {
    TinyServer heart = begin("<tool_call>");
    JsonNode choice = choice(heart, ask("x", "," + TOOLS));
    assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
    JsonNode message = choice.path("message");
    assertThat(message.path("content").asText()).isEqualTo("One moment.");
    JsonNode calls = message.path("tool_calls");
    assertThat(calls.findValuesAsText("name")).containsExactly("add", "now");
    assertThat(calls.findValuesAsText("arguments")).containsExactly("{\"a\": \"17\"}", "{}");
    assertThat(calls.findValuesAsText("type")).containsExactly("function", "function");
    assertThat(calls.findValuesAsText("id")).doesNotHaveDuplicates().allMatch(id -> !id.isEmpty());
    JsonNode one = choice(heart, ask("x", ",'parallel_tool_calls':false," + TOOLS));
    assertThat(one.path("message").path("tool_calls").findValuesAsText("name"))
        .containsExactly("add");
    JsonNode text = choice(heart, ask("y", "," + TOOLS));
    assertThat(text.path("message").path("content").asText()).isEqualTo("It is noon.");
    assertThat(text.path("message").has("tool_calls")).isFalse();
    assertThat(text.path("finish_reason").asText()).isEqualTo("stop");
    String all = String.join("", TEXTS.getOrDefault('x', List.of()));
    for (String none : List.of("", ",'tool_choice':'none'," + TOOLS, ",'tools':[]")) {
      assertThat(choice(heart, ask("x", none)).path("message").path("content").asText())
          .isEqualTo(all);
    }
  }

  @Test
  void aStreamTellsACallsNameAndThenItsArguments() throws IOException {
    TinyServer heart = begin("<tool_call>");
    JsonNode whole = choice(heart, ask("x", "," + TOOLS)).path("message");
    HttpResponse<String> stream = heart.post(CHAT, ask("x", ",'stream':true," + TOOLS));
    StringBuilder content = new StringBuilder();
    List<String> ids = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<StringBuilder> arguments = new ArrayList<>();
    String reason = "";
    for (String line : stream.body().lines().filter(l -> l.startsWith("data: {")).toList()) {
      JsonNode choice = TinyServer.parse(line.substring(6)).path("choices").path(0);
      content.append(choice.path("delta").path("content").asText());
      for (JsonNode call : choice.path("delta").path("tool_calls")) {
        int index = call.path("index").asInt();
        if (call.has("id")) {
          assertThat(index).isEqualTo(names.size());
          ids.add(call.path("id").asText());
          names.add(call.path("function").path("name").asText());
          arguments.add(new StringBuilder());
        }
        arguments.get(index).append(call.path("function").path("arguments").asText());
      }
      reason = choice.path("finish_reason").asText(reason);
    }
    assertThat(content.toString()).isEqualTo(whole.path("content").asText());
    assertThat(ids).hasSize(2).doesNotHaveDuplicates();
    assertThat(names).isEqualTo(whole.path("tool_calls").findValuesAsText("name"));
    assertThat(arguments.stream().map(StringBuilder::toString))
        .isEqualTo(whole.path("tool_calls").findValuesAsText("arguments"));
    assertThat(reason).isEqualTo("tool_calls");
  }

  @Test
  void theTemplateIsToldOfToolsAndOfCallsAndWhatCameOfThem() throws IOException {
    TinyServer heart = begin("<tool_call>");
    String history =
        "{'messages':[{'role':'user','content':'x'},{'role':'assistant','content':null,'tool_calls':"
            + "[{'id':'1','type':'function','function':{'name':'add','arguments':'{\\'a\\':7}'}}]},"
            + "{'role':'tool','tool_call_id':'1','content':'%s'}],'max_tokens':3,"
            + TOOLS
            + "}";
    HttpResponse<String> told = heart.post(CHAT, history.formatted("y"));
    assertThat(told.body()).contains("It is noon.");
    // What the template has written, letter by letter: tools as JSON, each role, calls with opened
    // arguments.
    String tools =
        "[{\"type\": \"function\", \"function\": {\"name\": \"add\", \"parameters\": {\"type\":"
            + " \"object\"}}}]";
    String all = tools + "ux" + "aadd:7" + "ty";
    // A token for each letter, three for each blank, which has no token of its own, and for one
    // before the text.
    assertThat(TinyServer.json(told).path("usage").path("prompt_tokens").asLong())
        .isEqualTo(1 + 3 + all.length() + 2 * all.chars().filter(c -> c == ' ').count());
  }

  @Test
  void mistralsCallsHaveBriefIds() throws IOException {
    TinyServer heart = begin("[TOOL_CALLS] <tool_call>");
    assertThat(choice(heart, ask("x", "," + TOOLS)).findValuesAsText("id"))
        .hasSize(2)
        .allMatch(id -> id.matches("[a-zA-Z0-9]{9}"));
  }

  @Test
  void whatIsWrongAboutToolsIsTold() throws IOException {
    TinyServer heart = begin("");
    for (Map.Entry<String, String> wrong :
        Map.ofEntries(
                Map.entry(",'tools':{}", "tools"),
                Map.entry(",'tools':[7]", "tools[0]"),
                Map.entry(",'tools':[{'type':'web'}]", "tools[0].type"),
                Map.entry(",'tools':[{'type':'function'}]", "tools[0].function"),
                Map.entry(
                    ",'tools':[{'type':'function','function':{'name':'a b'}}]",
                    "tools[0].function.name"),
                Map.entry(
                    ",'tools':[{'type':'function','function':{'name':'a','parameters':7}}]",
                    "tools[0].function.parameters"),
                Map.entry(",'tool_choice':'required'", "tool_choice"),
                Map.entry(",'tool_choice':'perhaps'," + TOOLS, "tool_choice"),
                Map.entry(",'tool_choice':{}," + TOOLS, "tool_choice.function.name"),
                Map.entry(",'parallel_tool_calls':7," + TOOLS, "parallel_tool_calls"))
            .entrySet()) {
      HttpResponse<String> response = heart.post(CHAT, ask("y", wrong.getKey()));
      assertThat(response.statusCode()).as(wrong.getKey()).isEqualTo(400);
      assertThat(TinyServer.json(response).path("error").path("param").asText())
          .as(response.body())
          .isEqualTo(wrong.getValue());
    }
    for (String calls :
        List.of("7", "[7]", "[{'function':{}}]", "[{'function':{'name':'a','arguments':{}}}]")) {
      assertThat(
              heart
                  .post(
                      CHAT, "{'messages':[{'role':'assistant','tool_calls':%s}]}".formatted(calls))
                  .statusCode())
          .isEqualTo(400);
    }
    assertThat(heart.post(CHAT, "{'messages':[{'role':'tool','content':'7'}]}").statusCode())
        .isEqualTo(400);
  }
}
