package opml.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ApiServerTest extends ServedTest {
  /// {@return the events of a stream, but for the last, which says that there are no more}
  private List<JsonNode> events(String path, String json) {
    HttpResponse<String> response = server.post(path, json);
    assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
    List<String> events =
        response.body().lines().filter(line -> line.startsWith("data: ")).toList();
    assertThat(events.getLast()).isEqualTo("data: [DONE]");
    return events.stream()
        .limit(events.size() - 1L)
        .map(event -> TinyServer.parse(event.substring(6)))
        .toList();
  }

  @Test
  void modelsAreListedAndReadWhenTheyAreAskedFor() {
    assertThat(TinyServer.json(server.get("/health")).path("status").asText()).isEqualTo("ok");
    assertThat(TinyServer.json(server.get("/v1/models")).path("data").findValuesAsText("id"))
        .containsExactly("one", "two", "lost");
    assertThat(TinyServer.json(server.get("/v1/models/two")).path("object").asText())
        .isEqualTo("model");
    assertThat(server.get("/metrics").body()).contains("opml_models_loaded 0");
    answer(TEXT, "{'model':'two','prompt':'ab','max_tokens':1}");
    assertThat(server.get("/metrics").body())
        .contains("opml_models_loaded 1", "opml_answer_tokens_total 1");
    HttpResponse<String> lost = server.post(TEXT, "{'model':'lost','prompt':'ab'}");
    assertThat(lost.statusCode()).isEqualTo(503);
    assertThat(lost.body()).contains("The model cannot be loaded", "lost.bin");
    assertThat(lost.headers().firstValue("Retry-After")).contains("1");
  }

  @Test
  void memoryThatRunsOutForASecondModelIsToldToWhoAskedForItAlone() throws IOException {
    try (TinyServer scarce = TinyServer.scarce(folder, seed)) {
      String one = "{'model':'one','prompt':'ab','max_tokens':5}";
      String two = "{'model':'two','prompt':'ab','max_tokens':5}";
      String said = scarce.post(TEXT, one).body();
      HttpResponse<String> none = scarce.post(TEXT, two);
      assertThat(none.statusCode()).isEqualTo(503);
      JsonNode error = TinyServer.json(none).path("error");
      assertThat(error.path("message").asText()).startsWith("The model cannot be loaded: ");
      assertThat(error.has("type")).isTrue();
      assertThat(none.headers().firstValue("Retry-After")).contains("1");
      assertThat(scarce.post(TEXT, one).body()).isEqualTo(said);
      // There is memory again.
      assertThat(scarce.post(TEXT, two).statusCode()).isEqualTo(200);
      assertThat(scarce.get("/metrics").body()).contains("opml_models_loaded 2");
    }
  }

  @Test
  void aPageTalksWithThisServerAndWithNobodyElse() {
    for (String path : List.of("/", "/chat.css", "/chat.js")) {
      HttpResponse<String> part = server.get(path);
      assertThat(part.statusCode()).isEqualTo(200);
      assertThat(part.body()).doesNotContain("http:", "https:", "innerHTML", "src=\"//");
      assertThat(part.headers().firstValue("Content-Security-Policy").orElseThrow())
          .contains("default-src 'none'", "connect-src 'self'")
          .doesNotContain("unsafe", "*");
    }
    assertThat(server.get("/").body()).contains("chat.js", "chat.css");
    assertThat(server.get("/chat.js").body()).contains("v1/chat/completions", "v1/models");
  }

  @Test
  void aConversationIsAnsweredWholeAndAsAStream() {
    String messages = "'messages':[{'role':'user','content':'ab c'}],'max_tokens':8";
    JsonNode whole = answer(CHAT, "{'model':'one'," + messages + "}");
    JsonNode choice = whole.path("choices").path(0);
    assertThat(whole.path("object").asText()).isEqualTo("chat.completion");
    assertThat(choice.path("message").path("role").asText()).isEqualTo("assistant");
    JsonNode usage = whole.path("usage");
    assertThat(usage.path("total_tokens").asInt())
        .isEqualTo(usage.path("prompt_tokens").asInt() + usage.path("completion_tokens").asInt());
    List<JsonNode> events =
        events(
            CHAT,
            "{'model':'one','stream':true,'stream_options':{'include_usage':true},"
                + messages
                + "}");
    StringBuilder text = new StringBuilder();
    for (JsonNode event : events) {
      assertThat(event.path("object").asText()).isEqualTo("chat.completion.chunk");
      text.append(event.path("choices").path(0).path("delta").path("content").asText());
    }
    assertThat(text.toString())
        .as("seed %d", seed)
        .isEqualTo(choice.path("message").path("content").asText());
    assertThat(events.getFirst().path("choices").path(0).path("delta").path("role").asText())
        .isEqualTo("assistant");
    assertThat(events.getLast().path("usage")).isEqualTo(usage);
    assertThat(events.get(events.size() - 2).path("choices").path(0).path("finish_reason"))
        .isEqualTo(choice.path("finish_reason"));
    JsonNode parts =
        answer(
            CHAT,
            "{'model':'one','max_tokens':8,'temperature':0,'seed':7,'messages':[{'role':'user','content':"
                + "[{'type':'text','text':'ab '},{'type':'text','text':'c'}]}]}");
    assertThat(parts.path("choices")).isEqualTo(whole.path("choices"));
  }

  @Test
  void aTextGoesOnFromTextsOrTokensUntilAStop() {
    JsonNode long_ =
        answer(
            TEXT,
            "{'model':'one','prompt':'ab c','max_tokens':20,'echo':true,'n':2,'logit_bias':{'2':-100}}");
    String said = long_.path("choices").path(0).path("text").asText();
    assertThat(said).startsWith("ab c");
    assertThat(long_.path("choices").path(1).path("text").asText()).isEqualTo(said);
    JsonNode tokens =
        answer("/tokenize", "{'model':'one','content':'ab c','add_special':true}").path("tokens");
    JsonNode both =
        answer(
            TEXT,
            "{'model':'one','prompt':[%s,%s],'max_tokens':20,'logit_bias':{'2':-100}}"
                .formatted(tokens, tokens));
    String rest = said.substring(4);
    for (JsonNode choice : both.path("choices")) {
      assertThat(choice.path("text").asText()).as("seed %d", seed).isEqualTo(rest);
    }
    assertThat(
            answer("/detokenize", "{'model':'one','tokens':%s}".formatted(tokens))
                .path("content")
                .asText())
        .contains("ab c");
    int middle = rest.offsetByCodePoints(0, rest.codePointCount(0, rest.length()) / 2);
    String stop = rest.substring(middle, rest.offsetByCodePoints(middle, 1));
    String asked =
        "{\"model\":\"one\",\"prompt\":\"ab c\",\"max_tokens\":20,\"logit_bias\":{\"2\":-100},\"stop\":[%s]}"
            .formatted(quoted(stop));
    JsonNode stopped =
        TinyServer.json(
            server.send(server.ask(TEXT, asked.getBytes(StandardCharsets.UTF_8)).build()));
    assertThat(stopped.path("choices").path(0).path("text").asText())
        .as("seed %d, stop %s", seed, stop)
        .isEqualTo(rest.substring(0, rest.indexOf(stop)));
    assertThat(stopped.path("choices").path(0).path("finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void chanceFollowsFromTheSeedAndLeavesNothingBehind() {
    String greedy = chosen("");
    String drawn = chosen(",'temperature':1.5,'seed':7");
    assertThat(chosen(",'temperature':1.5,'seed':7")).as("seed %d", seed).isEqualTo(drawn);
    assertThat(chosen(",'temperature':1.5")).isEqualTo(chosen(",'temperature':1.5,'seed':0"));
    assertThat(IntStream.range(0, 8).mapToObj(i -> chosen(",'temperature':1.5,'seed':" + i)))
        .as("seed %d", seed)
        .anySatisfy(other -> assertThat(other).isNotEqualTo(drawn));
    assertThat(chosen(",'temperature':1.5,'top_k':1,'seed':3")).isEqualTo(greedy);
    assertThat(chosen("")).as("seed %d", seed).isEqualTo(greedy);
  }

  @Test
  void chanceHasTheRuleAndTheDefaultsOfLlamaCpp() {
    String all = ",'temperature':0.8,'top_k':40,'top_p':0.95,'min_p':0.05,'typical_p':1,'seed':";
    List<String> drawn = IntStream.range(0, 8).mapToObj(i -> chosen(all + i)).toList();
    assertThat(drawn).as("seed %d", seed).anyMatch(text -> !text.equals(chosen("")));
    for (int i = 0; i < 8; i++) {
      assertThat(chosen(",'seed':" + i)).as("a seed alone").isEqualTo(drawn.get(i));
    }
    for (String alone :
        List.of(
            "'top_k':40", "'top_p':0.95", "'min_p':0.05", "'typical_p':1", "'temperature':0.8")) {
      assertThat(chosen("," + alone)).as(alone).isEqualTo(drawn.getFirst());
    }
    assertThat(chosen(",'temperature':0,'seed':7,'top_k':9")).isEqualTo(chosen(""));
    assertThat(chosen(",'seed':3,'top_k':-1")).isEqualTo(chosen(",'seed':3,'top_k':0"));
    String response = "{'model':'one','input':'ab c','max_output_tokens':20%s}";
    List<JsonNode> responses =
        IntStream.range(0, 8)
            .mapToObj(i -> answer("/v1/responses", response.formatted(",'seed':" + i)))
            .toList();
    assertThat(responses.get(7).path("seed").asInt()).isEqualTo(7);
    assertThat(responses)
        .as("seed %d", seed)
        .anyMatch(one -> !said(one).equals(said(responses.getFirst())));
    assertThat(said(answer("/v1/responses", response.formatted(",'seed':7,'store':false"))))
        .isEqualTo(said(responses.get(7)));
  }

  private static String said(JsonNode response) {
    return String.join("", response.path("output").findValuesAsText("text"));
  }

  @Test
  void aModelWithoutATemplateTellsHowItGetsOne() throws IOException {
    server.close();
    ServedModel whole =
        TinyServer.load(folder.resolve("one.bin"), TinyServer.TEMPLATE, TinyServer.CONTEXT);
    ServedModel plain =
        new ServedModel(
            whole.tokenizer(),
            Optional.empty(),
            whole.engine(),
            whole.context(),
            whole.drafting(),
            whole.fingerprint(),
            whole.voucher());
    server =
        TinyServer.of(
            new ApiSettings("127.0.0.1", 0, Optional.empty(), 1, 1, Duration.ofSeconds(5)),
            Map.of("plain", () -> plain));
    String messages = "{'messages':[{'role':'user','content':'ab'}]}";
    refused(CHAT, messages, 400, "`plain` has no template", "--chat-template", "/v1/completions");
    refused("/v1/responses", "{'input':'ab'}", 400, "--chat-template");
    answer(TEXT, "{'prompt':'ab','max_tokens':1}");
  }

  @Test
  void sequencesAreNotRepeatedWhereThatIsAskedFor() {
    String strict = ",'dry_multiplier':50,'dry_allowed_length':1";
    // What a model of chance says may repeat nothing by itself, or only what breaks sequences.
    assertThat(List.of("ab c", "a", "b", "c", "abab", "x y", "zz", "e f g"))
        .as("seed %d", seed)
        .anySatisfy(prompt -> assertThat(chosen(prompt, strict)).isNotEqualTo(chosen(prompt, "")));
    String dry = chosen(strict);
    assertThat(
            chosen(
                ",'dry_multiplier':50,'dry_allowed_length':1,'dry_base':1.75,"
                    + "'dry_penalty_last_n':-1,'dry_sequence_breakers':['\\n',':','\\\"','*']"))
        .as("defaults are llama.cpp's")
        .isEqualTo(dry);
    String ask = "{'model':'one','prompt':'a'%s}";
    refused(TEXT, ask.formatted(",'dry_multiplier':-1"), 400, "'dry_multiplier'");
    for (String field :
        List.of(
            "'dry_base':0.5",
            "'dry_penalty_last_n':-2",
            "'dry_sequence_breakers':['']",
            "'dry_sequence_breakers':[1]")) {
      String name = field.replaceFirst(":.*", "");
      refused(TEXT, ask.formatted(",'dry_multiplier':1," + field), 400, name);
    }
    for (String vain :
        List.of(
            "'dry_base':2",
            "'dry_allowed_length':2",
            "'dry_penalty_last_n':9",
            "'dry_sequence_breakers':['a']")) {
      String name = vain.replaceFirst(":.*", "");
      refused(TEXT, ask.formatted("," + vain), 400, name, "without 'dry_multiplier'");
    }
    answer(TEXT, ask.formatted(",'max_tokens':1,'dry_multiplier':0,'dry_base':2"));
  }

  private String chosen(String how) {
    return chosen("ab c", how);
  }

  private String chosen(String prompt, String how) {
    return answer(TEXT, "{'model':'one','prompt':'%s','max_tokens':20%s}".formatted(prompt, how))
        .path("choices")
        .path(0)
        .path("text")
        .asText();
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars().forEach(c -> quoted.append("\\u%04x".formatted(c)));
    return quoted.append('"').toString();
  }

  @Test
  void manyAtOnceAreAnsweredAsEachAlone() throws InterruptedException, ExecutionException {
    Random random = new Random(seed);
    Map<String, String> alone = new HashMap<>();
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String prompt =
          random
              .ints(1 + random.nextInt(20), 0, 4)
              .collect(
                  StringBuilder::new, (b, c) -> b.append("abc ".charAt(c)), StringBuilder::append)
              .toString();
      String json =
          "{'model':'%s','prompt':'%s','max_tokens':%d}"
              .formatted(random.nextBoolean() ? "one" : "two", prompt, 1 + random.nextInt(30));
      requests.add(json);
      alone.put(json, server.post(TEXT, json).body());
    }
    List<Future<String>> answers = new ArrayList<>();
    List<String> asked = new ArrayList<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 60; i++) {
        String json = requests.get(random.nextInt(requests.size()));
        asked.add(json);
        answers.add(clients.submit(() -> server.post(TEXT, json).body()));
      }
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get()).as("seed %d", seed).isEqualTo(alone.get(asked.get(i)));
      }
    }
  }

  private void refused(String path, String json, int status, String... words) {
    HttpResponse<String> response = server.post(path, json);
    assertThat(response.statusCode()).as("%s: %s", json, response.body()).isEqualTo(status);
    JsonNode error = TinyServer.json(response).path("error");
    assertThat(error.path("message").asText()).as(response.body()).contains(words);
    assertThat(error.path("type").asText()).isNotEmpty();
    assertThat(error.has("param")).isTrue();
    assertThat(error.has("code")).isTrue();
  }

  @Test
  void whatIsWrongWithARequestIsToldInOpenAisShapes() {
    refused(TEXT, "{'model':'one','prompt':", 400, "could not parse the JSON body");
    refused(TEXT, "[1]", 400, "must be a JSON object");
    refused(TEXT, "", 400, "JSON object");
    refused(TEXT, "[".repeat(100_000), 400, "could not parse");
    refused(TEXT, "{'model':'one','model':'two','prompt':'a'}", 400, "could not parse");
    refused(TEXT, "{'model':'three','prompt':'a'}", 404, "`three` does not exist");
    refused(TEXT, "{'prompt':'a'}", 400, "must provide a model");
    refused(TEXT, "{'model':7,'prompt':'a'}", 400, "'model': expected a string");
    refused(TEXT, "{'model':'one'}", 400, "Missing required parameter: 'prompt'");
    refused(TEXT, "{'model':'one','prompt':{}}", 400, "'prompt': expected a string or an array");
    refused(TEXT, "{'model':'one','prompt':[]}", 400, "'prompt'");
    refused(TEXT, "{'model':'one','prompt':[1,99999]}", 400, "no token 99999");
    refused(TEXT, "{'model':'one','prompt':[1,-1]}", 400, "no token -1");
    refused(TEXT, "{'model':'one','prompt':'a','colour':1}", 400, "argument supplied: colour");
    refused(TEXT, "{'model':'one','prompt':'a','max_tokens':'x'}", 400, "expected an integer");
    refused(TEXT, "{'model':'one','prompt':'a','max_tokens':-1}", 400, "found -1");
    refused(TEXT, "{'model':'one','prompt':'a','n':1000}", 400, "'n'");
    refused(TEXT, "{'model':'one','prompt':['a','b'],'n':65}", 400, "as a stream only");
    refused(TEXT, "{'model':'one','prompt':'a','stop':[1]}", 400, "'stop': expected a string");
    refused(TEXT, "{'model':'one','prompt':'a','stop':['']}", 400, "'stop'");
    refused(TEXT, "{'model':'one','prompt':'a','temperature':-1}", 400, "'temperature'");
    refused(TEXT, "{'model':'one','prompt':'a','temperature':1e99}", 400, "'temperature'");
    refused(TEXT, "{'model':'one','prompt':'a','temperature':1,'top_p':2}", 400, "'top_p'");
    refused(TEXT, "{'model':'one','prompt':'a','seed':1e30}", 400, "'seed'");
    refused(TEXT, "{'model':'one','prompt':'a','top_k':0.5}", 400, "'top_k'");
    refused(TEXT, "{'model':'one','prompt':'a','logit_bias':{'x':1}}", 400, "'logit_bias'");
    refused(TEXT, "{'model':'one','prompt':'a','logit_bias':{'99999':1}}", 400, "'logit_bias'");
    refused(TEXT, "{'model':'one','prompt':'a','logit_bias':[1]}", 400, "'logit_bias'");
    refused(TEXT, "{'model':'one','prompt':'a','logprobs':21}", 400, "'logprobs'");
    refused(TEXT, "{'model':'one','prompt':'a','logprobs':true}", 400, "'logprobs'");
    refused(TEXT, "{'model':'one','prompt':'a','logprobs':1,'echo':true}", 400, "without 'echo'");
    refused(TEXT, "{'model':'one','prompt':'a','stream_options':{}}", 400, "'stream' is enabled");
    refused(
        TEXT, "{'model':'one','prompt':'a','stream':true,'stream_options':7}", 400, "an object");
    refused(
        TEXT,
        "{'model':'one','prompt':'%s'}".formatted("ab ".repeat(60)),
        400,
        "maximum context length is 64");
    refused(CHAT, "{'model':'one','messages':'hi'}", 400, "'messages': expected an array");
    refused(CHAT, "{'model':'one','messages':[]}", 400, "there is none");
    refused(CHAT, "{'model':'one','messages':[{'role':'nobody','content':''}]}", 400, "'nobody'");
    refused(CHAT, "{'model':'one','messages':[{'content':''}]}", 400, "messages[0].role");
    refused(CHAT, "{'model':'one','messages':[{'role':'user','content':7}]}", 400, "content");
    refused(CHAT, "{'model':'one','messages':[{'role':'user','content':'no'}]}", 400, "not that");
    refused(CHAT, "{'model':'one','tools':[{}],'messages':[]}", 400, "Tools");
    refused(CHAT, "{'model':'one','messages':[],'top_logprobs':1}", 400, "'logprobs' must be true");
    refused(CHAT, "{'model':'one','messages':[],'logprobs':1}", 400, "'logprobs'");
    refused("/v1/none", "{}", 404, "Unknown request URL: POST /v1/none");
    refused("/tokenize", "{'model':'one','content':7}", 400, "expected a string");
    refused("/detokenize", "{'model':'one','tokens':[99999]}", 400, "no token 99999");
    assertThat(server.get(TEXT).statusCode()).isEqualTo(404);
    byte[] invalid = "{\"model\":\"one\",\"prompt\":\"?\"}".getBytes(StandardCharsets.UTF_8);
    invalid[invalid.length - 3] = (byte) 0xff;
    assertThat(server.send(server.ask(TEXT, invalid).build()).statusCode()).isEqualTo(400);
    HttpRequest form =
        HttpRequest.newBuilder(server.at(TEXT))
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    assertThat(server.send(form).statusCode()).isEqualTo(415);
    HttpResponse<String> large = server.send(server.ask(TEXT, new byte[100_000_000]).build());
    assertThat(large.statusCode()).isEqualTo(413);
    assertThat(large.body()).contains("request_too_large");
    answer(TEXT, "{'model':'one','prompt':'ab','max_tokens':1}");
  }

  @Test
  void whoGoesAwayIsNotWorkedForAndWhoeverComesTooManyIsSentAway() throws Exception {
    server.close();
    server =
        TinyServer.start(
            folder,
            seed,
            new ApiSettings("127.0.0.1", 0, Optional.empty(), 1, 1, Duration.ofSeconds(5)));
    answer(TEXT, "{'model':'one','prompt':'ab','max_tokens':1}");
    // Half a million tokens: more than anybody waits for. It is read, or else others would take its
    // place.
    String prompt = "[" + "'a',".repeat(63) + "'a']";
    String endless =
        "{'model':'one','prompt':%s,'max_tokens':60,'n':128,'temperature':1,'stream':true}"
            .formatted(prompt)
            .replace('\'', '"');
    server.until("opml_requests_running 0"); // a thread that has answered is not free at once
    try (Socket first = ask(endless)) {
      drain(first);
      server.until("opml_requests_running 1");
      whoeverIsOneTooManyIsSentAway(endless);
    }
    server.until("opml_requests_running 0");
    server.until("opml_requests_cancelled_total 2");
    answer(TEXT, "{'model':'one','prompt':'ab','max_tokens':1}");
  }

  private void whoeverIsOneTooManyIsSentAway(String endless) throws Exception {
    try (Socket _ = ask(endless)) {
      server.until("opml_requests_waiting 1");
      HttpResponse<String> third = server.post(TEXT, "{'model':'one','prompt':'ab'}");
      assertThat(third.statusCode()).as(third.body()).isEqualTo(429);
      assertThat(third.headers().firstValue("Retry-After")).contains("1");
    }
  }

  @Test
  void bodiesThatAreNotSentToTheirEndTakeBoundedMemory() throws Exception {
    server.close();
    server = TinyServer.patient(folder, seed);
    int status = 0;
    // A small request that asks while they come may take the room of what is left of one, which is
    // refused then.
    for (int round = 0; round < 20 && status != 429; round++) {
      List<Socket> unended = new ArrayList<>();
      try {
        for (int i = 0; i < 4; i++) {
          unended.add(unended());
        }
        status = statusAtLast(429, 50);
      } finally {
        for (Socket socket : unended) {
          socket.close();
        }
      }
    }
    assertThat(status).isEqualTo(429);
    assertThat(statusAtLast(200, 1_000)).isEqualTo(200);
  }

  /// {@return a request of the greatest size, of which the last byte does not come}
  private Socket unended() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    OutputStream out = socket.getOutputStream();
    out.write(
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
            .formatted(TEXT, 1 << 23)
            .getBytes(StandardCharsets.UTF_8));
    out.write(new byte[(1 << 23) - 1]);
    out.flush();
    return socket;
  }

  /// {@return the status that a small request has, asked for until it is what is expected, or often enough}
  private int statusAtLast(int expected, int most) throws InterruptedException {
    int status = 0;
    for (int i = 0; i < most && status != expected; i++) {
      Thread.sleep(20);
      status = server.post(TEXT, "{'model':'one','prompt':'ab','max_tokens':1}").statusCode();
    }
    return status;
  }

  /// Reads what comes, as a client does that waits for its answer.
  private static void drain(Socket socket) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                // It is closed here.
                return;
              }
            });
  }

  private Socket ask(String body) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    OutputStream out = socket.getOutputStream();
    out.write(
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(TEXT, bytes.length)
            .getBytes(StandardCharsets.UTF_8));
    out.write(bytes);
    out.flush();
    return socket;
  }

  @Test
  void whoHasNoKeyOrComesByAnotherNameIsSentAway() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket
          .getOutputStream()
          .write(
              "GET /v1/models HTTP/1.1\r\nHost: evil.example:80\r\n\r\n"
                  .getBytes(StandardCharsets.UTF_8));
      InputStream in = socket.getInputStream();
      assertThat(new String(in.readNBytes(12), StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 403");
    }
    server.close();
    server = TinyServer.start(folder, seed, Optional.of("secret-secret-secret"), 1, 1);
    assertThat(server.get("/health").statusCode()).isEqualTo(200);
    HttpResponse<String> none = server.get("/v1/models");
    assertThat(none.statusCode()).isEqualTo(401);
    assertThat(none.body()).contains("invalid_api_key");
    HttpRequest.Builder asked = HttpRequest.newBuilder(server.at("/v1/models"));
    assertThat(server.send(asked.header("Authorization", "Bearer wrong").build()).statusCode())
        .isEqualTo(401);
    HttpRequest right =
        HttpRequest.newBuilder(server.at("/v1/models"))
            .header("Authorization", "Bearer secret-secret-secret")
            .build();
    assertThat(server.send(right).statusCode()).isEqualTo(200);
    ApiSettings open = new ApiSettings("0.0.0.0", 0, Optional.empty(), 1, 1, Duration.ofSeconds(5));
    assertThatThrownBy(() -> ApiServer.start(open, Map.of(), Clock.systemUTC()))
        .hasMessageContaining("needs a key");
    ApiSettings taken =
        new ApiSettings("127.0.0.1", server.port(), Optional.empty(), 1, 1, Duration.ofSeconds(5));
    assertThatThrownBy(() -> ApiServer.start(taken, Map.of(), Clock.systemUTC()))
        .hasMessageContaining("cannot be listened on");
  }
}
