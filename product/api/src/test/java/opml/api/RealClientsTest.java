package opml.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonAnyOfSchema;
import dev.langchain4j.model.chat.request.json.JsonNullSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiLanguageModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that people use, as their makers publish them, each against the plain HTTP of the same question.
class RealClientsTest {
  private static final String TEXT = "ab c";

  private static final Map<Character, List<String>> BY_HEART =
      Map.of(
          'x',
          List.of(
              "<tool_call>",
              "{\"name\": \"add\", \"arguments\": ",
              "{\"a\": \"17\"}",
              "}</tool_call>"),
          'y',
          List.of("It ", "is ", "noon."));

  @TempDir private Path folder;

  private final long seed = TinyServer.seed();
  private TinyServer server;
  private String chat;
  private String text;

  @BeforeEach
  void begin() throws IOException {
    server = TinyServer.start(folder, seed);
    chat =
        TinyServer.json(
                server.post(
                    "/v1/chat/completions",
                    "{'model':'one','messages':[{'role':'user','content':'ab c'}],'max_tokens':8}"))
            .path("choices")
            .path(0)
            .path("message")
            .path("content")
            .asText();
    text =
        TinyServer.json(
                server.post("/v1/completions", "{'model':'one','prompt':'ab c','max_tokens':8}"))
            .path("choices")
            .path(0)
            .path("text")
            .asText();
  }

  @AfterEach
  void end() {
    server.close();
  }

  @Test
  void langChain4jTalksAndHearsStreamsAndErrors() throws Exception {
    String url = server.at("/v1").toString();
    OpenAiChatModel model =
        OpenAiChatModel.builder()
            .baseUrl(url)
            .apiKey("none")
            .modelName("one")
            .maxTokens(8)
            .maxRetries(0)
            .build();
    assertThat(model.chat(TEXT)).as("seed %d", seed).isEqualTo(chat);
    OpenAiStreamingChatModel streaming =
        OpenAiStreamingChatModel.builder()
            .baseUrl(url)
            .apiKey("none")
            .modelName("one")
            .maxTokens(8)
            .build();
    CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
    StringBuilder parts = new StringBuilder();
    streaming.chat(
        TEXT,
        new StreamingChatResponseHandler() {
          @Override
          public void onPartialResponse(String part) {
            parts.append(part);
          }

          @Override
          public void onCompleteResponse(ChatResponse response) {
            whole.complete(response);
          }

          @Override
          public void onError(Throwable e) {
            whole.completeExceptionally(e);
          }
        });
    ChatResponse response = whole.get(30, TimeUnit.SECONDS);
    assertThat(parts.toString()).as("seed %d", seed).isEqualTo(chat);
    assertThat(response.tokenUsage().totalTokenCount()).isPositive();
    OpenAiLanguageModel texts =
        OpenAiLanguageModel.builder()
            .baseUrl(url)
            .apiKey("none")
            .modelName("one")
            .maxRetries(0)
            .timeout(Duration.ofSeconds(30))
            .build();
    // An answer cut after eight tokens may end within a character that the longer one completes.
    assertThat(texts.generate(TEXT).content())
        .as("seed %d", seed)
        .startsWith(text.replaceAll("\uFFFD+$", ""));
    assertThatThrownBy(() -> wrong(url, "nobody", 0.0).chat(TEXT))
        .isInstanceOf(ModelNotFoundException.class);
    assertThatThrownBy(() -> wrong(url, "one", -0.7).chat(TEXT))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("temperature");
  }

  private static OpenAiChatModel wrong(String url, String name, double temperature) {
    return OpenAiChatModel.builder()
        .baseUrl(url)
        .apiKey("none")
        .modelName(name)
        .temperature(temperature)
        .maxRetries(0)
        .build();
  }

  @Test
  void thePackageOpenaiOfNpmTalksAndHearsStreamsAndErrors() throws Exception {
    JsonNode heard = node("openai-client.mjs", server.at("").toString(), "one", TEXT);
    assertThat(heard.path("models").toString()).isEqualTo("[\"one\",\"two\",\"lost\"]");
    assertThat(heard.path("chat").asText()).as("seed %d", seed).isEqualTo(chat);
    assertThat(heard.path("stream").asText()).isEqualTo(chat);
    assertThat(heard.path("helper").asText()).isEqualTo(chat);
    assertThat(heard.path("text").asText()).isEqualTo(text);
    assertThat(heard.path("streamUsage")).isEqualTo(heard.path("usage"));
    assertThat(heard.path("tokens").asInt()).isPositive();
    assertThat(heard.path("surest").asBoolean()).isTrue();
    assertThat(heard.path("vectors").toString()).isEqualTo("[32,32]");
    assertThat(heard.path("sameVectors").asBoolean()).isTrue();
    assertThat(heard.path("response").asText()).isEqualTo(chat);
    assertThat(heard.path("responseStream").asText()).isEqualTo(chat);
    assertThat(heard.path("responseUsage")).isEqualTo(heard.path("usage"));
    assertThat(heard.path("kept").asBoolean()).isTrue();
    assertThat(heard.path("errors").toString())
        .isEqualTo(
            "[{\"kind\":\"NotFoundError\",\"status\":404,\"param\":\"model\"},"
                + "{\"kind\":\"BadRequestError\",\"status\":400,\"param\":\"temperature\"},"
                + "{\"kind\":\"BadRequestError\",\"status\":400,\"param\":\"messages\"}]");
  }

  @Test
  void thePackageOpenaiOfNpmCallsToolsAndTellsWhatCameOfIt() throws Exception {
    try (TinyServer heart = TinyServer.byHeart(folder, "<tool_call>", BY_HEART)) {
      JsonNode heard = node("openai-tools.mjs", heart.at("").toString(), "x");
      String calls = "[[\"add\",\"{\\\"a\\\": \\\"17\\\"}\"]]";
      assertThat(heard.path("reason").asText()).isEqualTo("tool_calls");
      assertThat(heard.path("calls").toString()).isEqualTo(calls);
      assertThat(heard.path("stream").toString()).isEqualTo(calls);
      assertThat(heard.path("final").asText()).isEqualTo("It is noon.");
      assertThat(heard.path("called").toString()).isEqualTo("[{\"a\":\"17\"}]");
      assertThat("[%s]".formatted(heard.path("responseCall"))).isEqualTo(calls);
      assertThat(heard.path("responseFinal").asText()).isEqualTo("It is noon.");
    }
  }

  @Test
  void langChain4jEmbedsAndCallsTools() throws IOException {
    List<Embedding> vectors =
        OpenAiEmbeddingModel.builder()
            .baseUrl(server.at("/v1").toString())
            .apiKey("none")
            .modelName("one")
            .maxRetries(0)
            .build()
            .embedAll(List.of(TextSegment.from(TEXT), TextSegment.from("b")))
            .content();
    assertThat(vectors).hasSize(2).allMatch(each -> each.vector().length == 32);
    assertThat(vectors.getFirst()).isNotEqualTo(vectors.getLast());
    try (TinyServer heart = TinyServer.byHeart(folder, "<tool_call>", BY_HEART)) {
      OpenAiChatModel model =
          OpenAiChatModel.builder()
              .baseUrl(heart.at("/v1").toString())
              .apiKey("none")
              .modelName("heart")
              .maxRetries(0)
              .build();
      ToolSpecification tool =
          ToolSpecification.builder()
              .name("add")
              .parameters(JsonObjectSchema.builder().addStringProperty("a").build())
              .build();
      List<ChatMessage> messages = new ArrayList<>(List.of(UserMessage.from("x")));
      AiMessage called =
          model
              .chat(ChatRequest.builder().messages(messages).toolSpecifications(tool).build())
              .aiMessage();
      ToolExecutionRequest call = called.toolExecutionRequests().getFirst();
      assertThat(call.name()).isEqualTo("add");
      assertThat(call.arguments()).isEqualTo("{\"a\": \"17\"}");
      messages.add(called);
      messages.add(ToolExecutionResultMessage.from(call, "y"));
      assertThat(
              model
                  .chat(ChatRequest.builder().messages(messages).toolSpecifications(tool).build())
                  .aiMessage()
                  .text())
          .isEqualTo("It is noon.");
    }
  }

  @Test
  void thePackageOpenaiOfNpmParsesWhatZodDescribes() throws Exception {
    try (TinyServer heart = TinyServer.byHeart(folder, "<tool_call>", BY_HEART)) {
      JsonNode heard = node("openai-forms.mjs", heart.at("").toString());
      assertThat(heard.path("chances")).hasSize(3);
      for (JsonNode chance : heard.path("chances")) {
        assertThat(chance.path(0).asText()).as(chance.toString()).isEqualTo("stop");
        assertThat(chance.path(1).isNull()).isTrue();
        assertAnimal(chance.path(2));
      }
      assertThat(heard.path("stream")).isEqualTo(heard.path("chances").path(0).path(2));
      assertThat(heard.path("response").path("kind").asText()).isEqualTo("leaf");
      assertThat(heard.path("response").path("size").asInt()).isBetween(1, 12);
      assertThat(heard.path("call").path(0).asText()).isEqualTo("feed");
      assertThat(heard.path("call").path(1).path("whom").asText()).isIn("cat", "dog");
      assertThat(heard.path("call").path(1).path("much").isBoolean()).isTrue();
    }
  }

  private static void assertAnimal(JsonNode animal) {
    assertThat(animal.path("kind").asText()).as(animal.toString()).isIn("cat", "dog");
    assertThat(animal.path("tame").isBoolean()).isTrue();
    assertThat(animal.path("name").asText()).matches("[A-Z][a-z]{1,3}");
    assertThat(animal.path("owner").path("first").isTextual()).isTrue();
    assertThat(animal.path("tags").size()).isBetween(0, 2);
    assertThat(animal.path("shape").path("kind").asText()).isIn("leaf", "pair");
  }

  @Test
  void langChain4jHearsWhatItsSchemasDescribe() throws IOException {
    JsonObjectSchema tree =
        JsonObjectSchema.builder()
            .addEnumProperty("kind", List.of("oak", "elm"))
            .addProperty(
                "left",
                JsonAnyOfSchema.builder()
                    .anyOf(
                        JsonReferenceSchema.builder().reference("leaf").build(),
                        new JsonNullSchema())
                    .build())
            .addBooleanProperty("tall")
            .required("kind", "left", "tall")
            .definitions(
                Map.of(
                    "leaf",
                    JsonObjectSchema.builder()
                        .addEnumProperty("colour", List.of("red", "green"))
                        .required("colour")
                        .build()))
            .build();
    ResponseFormat form =
        ResponseFormat.builder()
            .type(ResponseFormatType.JSON)
            .jsonSchema(JsonSchema.builder().name("tree").rootElement(tree).build())
            .build();
    Map<String, Integer> noBlanks = new HashMap<>();
    "\t\n\r ".chars().forEach(blank -> noBlanks.put(Integer.toString(3 + blank), -10_000));
    try (TinyServer heart = TinyServer.byHeart(folder, "", BY_HEART)) {
      for (boolean isStrict : new boolean[] {false, true}) {
        OpenAiChatModel model =
            OpenAiChatModel.builder()
                .baseUrl(heart.at("/v1").toString())
                .apiKey("none")
                .modelName("heart")
                .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                .strictJsonSchema(isStrict)
                .logitBias(noBlanks)
                .temperature(1.0)
                .maxRetries(0)
                .build();
        ChatResponse heard =
            model.chat(
                ChatRequest.builder().messages(UserMessage.from("x")).responseFormat(form).build());
        JsonNode told = TinyServer.parse(heard.aiMessage().text());
        assertThat(heard.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(told).as(told.toString()).hasSize(3);
        assertThat(told.path("kind").asText()).isIn("oak", "elm");
        assertThat(told.path("tall").isBoolean()).isTrue();
        JsonNode left = told.path("left");
        assertThat(left.isNull() || List.of("red", "green").contains(left.path("colour").asText()))
            .as(told.toString())
            .isTrue();
      }
    }
  }

  /// {@return what a script says that uses the package of npm}
  private JsonNode node(String name, String... arguments) throws IOException, InterruptedException {
    Path module = module();
    if (!Files.exists(module.resolve("node_modules/openai"))) {
      System.err.println("SKIPPED: openai of npm; npm ci --ignore-scripts in product/api gets it");
      Assumptions.abort("openai of npm is not installed");
    }
    Path script = module.resolve("target").resolve(name);
    Files.createDirectories(script.getParent());
    try (var in = Objects.requireNonNull(getClass().getResourceAsStream(name))) {
      // Node looks for packages above the script.
      Files.write(script, in.readAllBytes());
    }
    Process node;
    try {
      List<String> command = new ArrayList<>(List.of("node", script.toString()));
      command.addAll(List.of(arguments));
      node = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      System.err.println("SKIPPED: openai of npm; there is no Node");
      Assumptions.abort("there is no Node");
      throw e;
    }
    String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor()).isZero();
    return TinyServer.parse(said);
  }

  /// {@return the folder of this module}
  private static Path module() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve(".mvn"))) {
      at = Objects.requireNonNull(at.getParent());
    }
    return at.resolve("product/api");
  }
}
