package opml.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;

/// A server of OpenAI's API, and of a few things that llama.cpp's has besides.
public final class ApiServer implements AutoCloseable {
  /// What the system keeps of an answer that its client does not read: it would give it megabytes by itself.
  private static final int UNREAD_BYTES = 1 << 18;

  /// What those who are being answered have when the server ends.
  private static final Duration GRACE = Duration.ofMillis(500);

  /// It tells of its own start and end, and of a port that is taken, which is told here.
  private static final Logger LIBRARY = Logger.getLogger("io.helidon");

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final ApiSettings settings;
  private final ModelShelf models;
  private final long begun;
  private final boolean isLocal;
  private final Metrics metrics = new Metrics();
  private final ChatPage page = new ChatPage();
  private final RequestBytes bodies;
  private final Workers workers;
  private final Watchdog watchdog;
  private final TokenRoutes tokens;
  private final AnswerRoutes answers;
  private final WebServer server;

  private ApiServer(
      ApiSettings settings,
      Map<String, Callable<ServedModel>> models,
      Clock clock,
      boolean isLocal) {
    this.settings = settings;
    this.models = new ModelShelf(models, settings.parallel());
    this.begun = clock.instant().getEpochSecond();
    this.isLocal = isLocal;
    this.workers = new Workers(settings.parallel(), settings.waiting());
    this.watchdog = new Watchdog(settings.patience());
    this.bodies = new RequestBytes(settings.patience(), System::nanoTime);
    this.tokens = new TokenRoutes(this.models);
    this.answers =
        new AnswerRoutes(this.models, workers, metrics, watchdog, clock, settings.waiting());
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
            .connectionOptions(
                options ->
                    options
                        .tcpNoDelay(true)
                        .socketSendBufferSize(UNREAD_BYTES)
                        .readTimeout(settings.patience()))
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
    answers.close();
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
        .post("/v1/completions", posted(in -> answers.complete(in, false)))
        .post("/v1/chat/completions", posted(in -> answers.complete(in, true)))
        .post("/v1/responses", posted(answers::respond))
        .get("/v1/responses/{id}", guarded((in, out) -> show(answers.response(id(in)), out)))
        .delete("/v1/responses/{id}", guarded((in, out) -> show(answers.forget(id(in)), out)))
        .post("/v1/embeddings", posted(answers::embed))
        .post("/tokenize", posted(in -> showing(tokens.tokenize(in))))
        .post("/detokenize", posted(in -> showing(tokens.detokenize(in))))
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

  /// What finds how a body is to be answered.
  @FunctionalInterface
  private interface BodyReading {
    Reply read(byte[] body) throws InterruptedException;
  }

  private Handler posted(BodyReading reading) {
    return guarded(
        (request, response) -> {
          try (BodyRoom.Share share = bodies.share()) {
            Reply reply = reading.read(bodies.read(request, share));
            share.keep(reply.heldBytes());
            return reply.sending().to(response);
          }
        });
  }

  private Reply showing(ObjectNode object) {
    return new Reply(Reply.ALL, response -> show(object, response));
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
    if (e.status() == ApiException.TOO_SLOW) {
      // What is left of the body is not waited for.
      response.header("Connection", "close");
    }
    response.status(e.status());
    send(response, AnswerJson.error(e));
  }

  private void send(ServerResponse response, ObjectNode object) {
    byte[] bytes = AnswerJson.bytes(object);
    response.header("Content-Type", RequestBytes.JSON);
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

  private static String id(ServerRequest request) {
    return request.path().pathParameters().get("id");
  }

  private int show(ObjectNode object, ServerResponse response) {
    send(response, object);
    return 200;
  }

  private int health(ServerRequest request, ServerResponse response) {
    return show(ApiBody.MAPPER.createObjectNode().put("status", "ok"), response);
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
    return show(list, response);
  }

  private int showModel(ServerRequest request, ServerResponse response) {
    String name = request.path().pathParameters().get("name");
    if (!models.names().contains(name)) {
      throw ApiException.noModel(name);
    }
    return show(model(name), response);
  }
}
