package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import opml.llm.tokenizer.Tokenizer;

/// A server of OpenAI's API, and of a few things that llama.cpp's has besides.
public final class ApiServer implements AutoCloseable {
  /// The most bytes of a request: a text of millions of tokens.
  private static final int MOST_BYTES = 1 << 23;

  /// The most bytes of all requests that are read or answered. Their JSON takes up to some thirty times as much memory.
  private static final int MOST_BYTES_AT_ONCE = 4 * MOST_BYTES;

  /// What is read of a larger one, so that its sender hears why it was refused.
  private static final long MOST_DRAINED = 1 << 28;

  /// What those who are being answered have when the server ends.
  private static final Duration GRACE = Duration.ofMillis(500);

  /// It tells of its own start and end, and of a port that is taken, which is told here.
  private static final Logger LIBRARY = Logger.getLogger("io.helidon");

  private static final String JSON = "application/json";
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final ApiSettings settings;
  private final ModelShelf models;
  private final Clock clock;
  private final long begun;
  private final boolean isLocal;
  private final Metrics metrics = new Metrics();
  private final ChatPage page = new ChatPage();
  private final BodyRoom room = new BodyRoom(MOST_BYTES_AT_ONCE);
  private final Workers workers;
  private final Watchdog watchdog;
  private final WebServer server;

  private ApiServer(
      ApiSettings settings,
      Map<String, Callable<ServedModel>> models,
      Clock clock,
      boolean isLocal) {
    this.settings = settings;
    this.models = new ModelShelf(models);
    this.clock = clock;
    this.begun = clock.instant().getEpochSecond();
    this.isLocal = isLocal;
    this.workers = new Workers(settings.parallel(), settings.waiting());
    this.watchdog = new Watchdog(settings.patience());
    LIBRARY.setLevel(Level.OFF);
    this.server =
        WebServer.builder()
            .host(settings.host())
            .port(settings.port())
            .shutdownHook(false)
            .shutdownGracePeriod(GRACE)
            .featuresDiscoverServices(false)
            .idleConnectionTimeout(settings.patience())
            .idleConnectionPeriod(settings.patience())
            // Without this, an answer waits 40 ms for the acknowledgement of its head.
            .connectionOptions(options -> options.tcpNoDelay(true).readTimeout(settings.patience()))
            .routing(this::route)
            .build();
  }

  /// Starts a server.
  ///
  /// @param models what makes each ready when it is first asked for, by the name that clients know
  /// @param clock what time answers and templates are told
  /// @throws IllegalArgumentException if others than this machine could ask without a key, or the place is none
  /// @throws IllegalStateException if it cannot listen there
  public static ApiServer start(
      ApiSettings settings, Map<String, Callable<ServedModel>> models, Clock clock) {
    boolean isLocal;
    try {
      isLocal = InetAddress.getByName(settings.host()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("there is no host " + settings.host(), e);
    }
    if (!isLocal && settings.key().isEmpty()) {
      throw new IllegalArgumentException(
          "who listens on %s can be asked by others, and needs a key".formatted(settings.host()));
    }
    ApiServer server = new ApiServer(settings, models, clock, isLocal);
    server.server.start();
    if (!server.server.isRunning()) {
      server.close();
      throw new IllegalStateException(
          "%s:%d cannot be listened on".formatted(settings.host(), settings.port()));
    }
    return server;
  }

  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    workers.close();
    server.stop();
    watchdog.close();
    models.close();
  }

  // --- Routes ---

  private void route(HttpRouting.Builder routing) {
    for (String path : page.paths()) {
      routing.get(path, answering((_, response) -> page.send(path, response)));
    }
    routing
        .get("/health", answering(this::health))
        .get("/metrics", guarded(this::metrics))
        .get("/v1/models", guarded(this::listModels))
        .get("/v1/models/{name}", guarded(this::showModel))
        .post("/v1/completions", posted((in, out) -> complete(in, out, false)))
        .post("/v1/chat/completions", posted((in, out) -> complete(in, out, true)))
        .post("/tokenize", posted(this::tokenize))
        .post("/detokenize", posted(this::detokenize))
        .any(answering(ApiServer::unknown));
  }

  /// What answers a request, and tells the status that it answered with.
  @FunctionalInterface
  private interface Answering {
    int answer(ServerRequest request, ServerResponse response) throws InterruptedException;
  }

  private Handler guarded(Answering answering) {
    return answering(
        (request, response) -> {
          requireAllowed(request);
          return answering.answer(request, response);
        });
  }

  /// What answers a body.
  @FunctionalInterface
  private interface BodyAnswering {
    int answer(byte[] body, ServerResponse response) throws InterruptedException;
  }

  private Handler posted(BodyAnswering answering) {
    return guarded(
        (request, response) -> {
          try (BodyRoom.Share share = room.share()) {
            return answering.answer(body(request, share), response);
          }
        });
  }

  private Handler answering(Answering answering) {
    return (request, response) -> {
      try {
        metrics.responded(answering.answer(request, response));
      } catch (ApiException e) {
        refuse(response, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        refuse(response, ApiException.unavailable("The server ends."));
      } catch (UncheckedIOException e) {
        // The client has gone, or does not read.
        throw e;
      } catch (RuntimeException e) {
        refuse(response, ApiException.broken(e));
      }
    };
  }

  private void refuse(ServerResponse response, ApiException e) {
    metrics.responded(e.status());
    if (response.isSent()) {
      return;
    }
    if (e.status() == 429 || e.status() == 503) {
      response.header("Retry-After", "1");
    }
    response.status(e.status());
    send(response, AnswerJson.error(e));
  }

  private void send(ServerResponse response, ObjectNode object) {
    byte[] bytes = AnswerJson.bytes(object);
    response.header("Content-Type", JSON);
    watchdog.watch(() -> response.send(bytes));
  }

  private void requireAllowed(ServerRequest request) {
    if (settings.key().isPresent()) {
      String expected = "Bearer " + settings.key().get();
      String shown = request.headers().value(HeaderNames.AUTHORIZATION).orElse("");
      if (!MessageDigest.isEqual(
          expected.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8))) {
        throw ApiException.refused(401, "invalid_api_key", "Incorrect API key provided.");
      }
    } else if (isLocal) {
      // A page of somebody else's, whose name leads here, is no client of this machine's.
      String host = request.headers().value(HeaderNames.HOST).orElse("localhost");
      int colon = host.lastIndexOf(':');
      String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
      if (!LOOPBACK.contains(name) && !name.equals(settings.host())) {
        throw ApiException.refused(403, null, "This server is for its own machine.");
      }
    }
  }

  private static int unknown(ServerRequest request, ServerResponse response) {
    throw ApiException.refused(
        404,
        "unknown_url",
        "Unknown request URL: %s %s."
            .formatted(request.prologue().method().text(), request.path().path()));
  }

  private int health(ServerRequest request, ServerResponse response) {
    send(response, ApiBody.MAPPER.createObjectNode().put("status", "ok"));
    return 200;
  }

  private int metrics(ServerRequest request, ServerResponse response) {
    response.header("Content-Type", Metrics.TYPE);
    byte[] text = metrics.text(workers, models).getBytes(StandardCharsets.UTF_8);
    watchdog.watch(() -> response.send(text));
    return 200;
  }

  private ObjectNode model(String name) {
    return ApiBody.MAPPER
        .createObjectNode()
        .put("id", name)
        .put("object", "model")
        .put("created", begun)
        .put("owned_by", "opml");
  }

  private int listModels(ServerRequest request, ServerResponse response) {
    ObjectNode list = ApiBody.MAPPER.createObjectNode().put("object", "list");
    ArrayNode data = list.putArray("data");
    models.names().forEach(name -> data.add(model(name)));
    send(response, list);
    return 200;
  }

  private int showModel(ServerRequest request, ServerResponse response) {
    String name = request.path().pathParameters().get("name");
    if (!models.names().contains(name)) {
      throw ApiException.noModel(name);
    }
    send(response, model(name));
    return 200;
  }

  private int complete(byte[] bytes, ServerResponse response, boolean isChat)
      throws InterruptedException {
    ApiBody body = ApiBody.of(bytes);
    String name = modelName(body);
    ModelShelf.Entry entry = models.get(name);
    ServedModel model = entry.model();
    RequestReader reader = new RequestReader(body, name, model);
    CompletionRequest wanted = isChat ? reader.chat(ZonedDateTime.now(clock)) : reader.completion();
    Generation generation = new Generation(wanted, entry, model, metrics);
    workers.submit(generation);
    AnswerJson json = new AnswerJson(wanted, isChat, bytes, clock.instant().getEpochSecond());
    Receipts receipts = new Receipts(model.voucher(), wanted);
    return new Relay(wanted, json, isChat, generation, response, watchdog, receipts).toEnd();
  }

  /// {@return the model that is asked; where there is one only, nobody need name it}
  private String modelName(ApiBody body) {
    return models.names().size() == 1
        ? body.text("model").orElseGet(() -> models.names().iterator().next())
        : body.text("model")
            .orElseThrow(() -> ApiException.invalid("model", "you must provide a model parameter"));
  }

  private Tokenizer tokenizer(ApiBody body) throws InterruptedException {
    return models.get(modelName(body)).model().tokenizer();
  }

  private int tokenize(byte[] bytes, ServerResponse response) throws InterruptedException {
    ApiBody body = ApiBody.of(bytes);
    body.requireKnown(Set.of("model", "content", "add_special", "parse_special", "with_pieces"));
    JsonNode content = body.get("content");
    ApiBody.require(content.isTextual(), "content", "a string", content);
    Tokenizer tokenizer = tokenizer(body);
    int[] tokens =
        tokenizer.encode(
            content.textValue(), body.flag("add_special", false), body.flag("parse_special", true));
    boolean showsPieces = body.flag("with_pieces", false);
    ObjectNode answer = ApiBody.MAPPER.createObjectNode();
    ArrayNode list = answer.putArray("tokens");
    for (int token : tokens) {
      if (showsPieces) {
        list.addObject()
            .put("id", token)
            .put("piece", new String(tokenizer.piece(token), StandardCharsets.UTF_8));
      } else {
        list.add(token);
      }
    }
    send(response, answer);
    return 200;
  }

  private int detokenize(byte[] bytes, ServerResponse response) throws InterruptedException {
    ApiBody body = ApiBody.of(bytes);
    body.requireKnown(Set.of("model", "tokens"));
    JsonNode given = body.get("tokens");
    ApiBody.require(given.isArray(), "tokens", "an array", given);
    Tokenizer tokenizer = tokenizer(body);
    int[] tokens = new int[given.size()];
    for (int i = 0; i < tokens.length; i++) {
      JsonNode token = given.get(i);
      ApiBody.require(token.isIntegralNumber(), "tokens", "an integer", token);
      if (!token.canConvertToInt()
          || token.intValue() < 0
          || token.intValue() >= tokenizer.size()) {
        throw ApiException.invalid("tokens", "There is no token %s.".formatted(token));
      }
      tokens[i] = token.intValue();
    }
    send(
        response, ApiBody.MAPPER.createObjectNode().put("content", tokenizer.decode(tokens, true)));
    return 200;
  }

  // --- Bodies ---

  private static byte[] body(ServerRequest request, BodyRoom.Share share) {
    String type = request.headers().value(HeaderNames.CONTENT_TYPE).orElse(JSON);
    if (!type.split(";", 2)[0].strip().equalsIgnoreCase(JSON)) {
      throw ApiException.refused(
          415, "unsupported_content_type", "Expected is Content-Type: application/json.");
    }
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    try (InputStream in = request.content().inputStream()) {
      try {
        return read(in, share);
      } catch (ApiException e) {
        drain(in);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(InputStream in, BodyRoom.Share share) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] some = new byte[1 << 13];
    for (int read = in.read(some); read >= 0; read = in.read(some)) {
      if (bytes.size() + read > MOST_BYTES) {
        throw ApiException.refused(
            413,
            "request_too_large",
            "The body of the request has more than %d bytes.".formatted(MOST_BYTES));
      }
      share.take(read);
      bytes.write(some, 0, read);
    }
    return bytes.toByteArray();
  }

  private static void drain(InputStream in) throws IOException {
    byte[] some = new byte[1 << 16];
    long drained = 0;
    for (int read = in.read(some); read >= 0 && drained < MOST_DRAINED; read = in.read(some)) {
      drained += read;
    }
  }
}
