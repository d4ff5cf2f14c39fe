package opml.lab.bench.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import opml.llm.grammar.RandomSchemas;
import opml.llm.tokenizer.Tokenizer;

/// Asks a server for answers under random schemas, as any client would, and has them judged by a validator that knows
/// nothing of us. What has no end is no answer: it does not count as valid.
final class SchemaAnswers {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /// What ends a text of JSON or a part of it. A model of chance says these as seldom as any other token, and would
  /// hardly ever come to an end.
  private static final List<String> ENDS = List.of("\"", "]", "}");

  private static final int MOST_TOKENS = 960;
  private static final int MOST_AT_ONCE = 64;
  private static final int MOST_TOLD = 3;

  private final URI place;
  private final Tokenizer tokenizer;
  private final Random random;
  private final Consumer<String> progress;
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private int told;

  /// @param port of a server of one model, which takes conversations and has a context of 1,024
  SchemaAnswers(int port, Tokenizer tokenizer, Random random, Consumer<String> progress) {
    this.place = URI.create("http://127.0.0.1:%d/v1/chat/completions".formatted(port));
    this.tokenizer = tokenizer;
    this.random = random;
    this.progress = progress;
  }

  /// {@return how many of so many answers are values that their schemas describe}
  int valid(int count) throws InterruptedException, ExecutionException {
    RandomSchemas schemas = new RandomSchemas(random);
    Semaphore places = new Semaphore(MOST_AT_ONCE);
    try (HttpClient http = HttpClient.newHttpClient();
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        ObjectNode schema = schemas.next();
        String body = body(schema);
        places.acquire();
        all.add(
            clients.submit(
                () -> {
                  try {
                    return isValid(schema, ask(http, body));
                  } finally {
                    places.release();
                  }
                }));
      }
      int valid = 0;
      for (Future<Boolean> one : all) {
        valid += one.get() ? 1 : 0;
      }
      return valid;
    }
  }

  private String body(ObjectNode schema) {
    ObjectNode body = MAPPER.createObjectNode();
    body.putArray("messages").addObject().put("role", "user").put("content", "?");
    body.put("max_tokens", MOST_TOKENS).put("temperature", 1).put("seed", random.nextInt(1 << 30));
    // From texts that are short and empty to long ones.
    double weight = 5 + 3 * random.nextDouble();
    ObjectNode biases = body.putObject("logit_bias");
    for (String end : ENDS) {
      int[] tokens = tokenizer.encode(end, false, false);
      biases.put("" + tokens[tokens.length - 1], weight);
    }
    tokenizer.endsOfGeneration().forEach(end -> biases.put("" + end, weight));
    ObjectNode format = body.putObject("response_format").put("type", "json_schema");
    format.putObject("json_schema").put("name", "random").put("strict", true).set("schema", schema);
    return body.toString();
  }

  private JsonNode ask(HttpClient http, String body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(place)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return MAPPER.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  private boolean isValid(ObjectNode schema, JsonNode answer) {
    Optional<String> flaw = flaw(schema, answer);
    flaw.ifPresent(why -> tell("%s: %s".formatted(schema, why)));
    return flaw.isEmpty();
  }

  private Optional<String> flaw(ObjectNode schema, JsonNode answer) {
    JsonNode choice = answer.path("choices").path(0);
    String text = choice.path("message").path("content").asText();
    if (!choice.path("finish_reason").asText().equals("stop")) {
      return Optional.of("no whole answer: " + (choice.isMissingNode() ? answer : text));
    }
    try {
      List<Error> errors = registry.getSchema(schema).validate(MAPPER.readTree(text));
      return errors.stream().findFirst().map(error -> "%s: %s".formatted(error, text));
    } catch (JacksonException e) {
      return Optional.of("no JSON: " + text);
    }
  }

  private synchronized void tell(String flaw) {
    if (told++ < MOST_TOLD) {
      progress.accept("schema " + flaw);
    }
  }
}
