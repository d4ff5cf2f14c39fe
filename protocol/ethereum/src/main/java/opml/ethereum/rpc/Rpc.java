package opml.ethereum.rpc;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import opml.core.time.Time;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.NodeRefusal;
import opml.ethereum.chain.Text;
import org.jspecify.annotations.Nullable;

/// JSON-RPC 2.0 over HTTP to a node that is not trusted: every answer is bounded in time, size and
/// depth, and checked before anyone sees it. Calls block; run them on virtual threads.
///
/// Throws [ChainException.Unreachable], [ChainException.Malformed], [ChainException.TooLarge] and
/// [ChainException.Refused], and nothing else on account of the node. Messages name the node by host
/// and port only, since many providers put a secret into the path.
///
/// Source: the JSON-RPC 2.0 specification.
public final class Rpc implements AutoCloseable {
  /// How long to wait, how often to try and how much to take.
  ///
  /// @param connectTimeout to the connection
  /// @param timeout from the request to the last byte of the answer
  /// @param attempts at an idempotent request while the node fails in a way that may pass, at least 1; none begins when
  ///     twice the `timeout` has gone by since the first
  /// @param backOff before the second attempt; doubled, with some chance, before each later one, and as long as the
  ///     node asks for, up to [#LONGEST_PAUSE]
  /// @param maxAnswerBytes above which an answer is given up
  public record Options(
      Duration connectTimeout,
      Duration timeout,
      int attempts,
      Duration backOff,
      int maxAnswerBytes) {
    public static final Options DEFAULT =
        new Options(
            Duration.ofSeconds(5), Duration.ofSeconds(15), 6, Duration.ofMillis(50), 32 << 20);

    public Options {
      if (attempts < 1 || maxAnswerBytes < 1024 || !timeout.isPositive()) {
        throw new IllegalArgumentException("attempts, time-out and size must be positive");
      }
    }
  }

  /// One request of a batch.
  public record Request(String method, List<?> params) {
    public Request {
      params = List.copyOf(params);
    }

    public static Request of(String method, Object... params) {
      return new Request(method, List.of(params));
    }
  }

  /// No node makes a caller wait longer than this between two attempts.
  public static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private static final int MAX_DEPTH = 64;
  private static final int TOO_MANY_REQUESTS = 429;

  private final URI url;
  private final Options options;
  private final Time time;
  private final HttpClient client;
  private final ObjectMapper mapper;
  private final AtomicLong ids = new AtomicLong();

  public Rpc(URI url) {
    this(url, Options.DEFAULT);
  }

  public Rpc(URI url, Options options) {
    this(url, options, Time.SYSTEM);
  }

  /// @param time that it waits by between attempts
  public Rpc(URI url, Options options, Time time) {
    if (!("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
        || url.getHost() == null) {
      throw new IllegalArgumentException("not an http or https URL of a node");
    }
    this.url = url;
    this.options = options;
    this.time = time;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(options.connectTimeout())
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    this.mapper = strictMapper(options.maxAnswerBytes());
  }

  private static ObjectMapper strictMapper(int maxBytes) {
    StreamReadConstraints bounds =
        StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxStringLength(maxBytes)
            .maxNumberLength(100)
            .build();
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(bounds)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    return JsonMapper.builder(factory)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  /// {@return the node's name for messages: scheme, host and port}
  public String node() {
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    return url.getScheme() + "://" + url.getHost() + port;
  }

  /// {@return the answer to a request that does no harm when it arrives twice; see [#read(Function, String,
  /// Object...)]}
  public Answer read(String method, Object... params) {
    return read(Function.identity(), method, params);
  }

  /// {@return what `as` makes of the answer to a request that does no harm when it arrives twice}
  ///
  /// It is repeated, with growing pauses, while the node is unreachable, answers nonsense, or refuses in a way that may
  /// pass: too many requests, a block that one of several nodes has not seen yet, a fault within. A node that is still
  /// busy in the end is [ChainException.Unreachable].
  public <T> T read(Function<Answer, T> as, String method, Object... params) {
    Request request = Request.of(method, params);
    return retried(pauses -> as.apply(answer(method, result(request, exchange(request, pauses)))));
  }

  /// {@return the answer to a request that is sent at most once}
  public Answer once(String method, Object... params) {
    Request request = Request.of(method, params);
    return answer(method, result(request, exchange(request, new Pauses())));
  }

  /// {@return the answers to idempotent requests that travel together, in their order}
  ///
  /// @throws ChainException.Refused if the node refuses any of them
  public List<Answer> readAll(List<Request> requests) {
    return requests.isEmpty() ? List.of() : retried(pauses -> exchangeAll(requests, pauses));
  }

  /// Ends what is under way and lets go of the connections.
  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }

  private <T> T retried(Function<Pauses, T> attempt) {
    Pauses pauses = new Pauses();
    while (true) {
      try {
        return attempt.apply(pauses);
      } catch (ChainException.Unreachable | ChainException.Malformed e) {
        if (pauses.areOver()) {
          throw e;
        }
      } catch (ChainException.Refused e) {
        NodeRefusal refusal = NodeRefusal.of(e);
        if (!refusal.passes()) {
          throw e;
        }
        if (pauses.areOver()) {
          throw refusal == NodeRefusal.BUSY
              ? new ChainException.Unreachable(node() + " is busy: " + e.getMessage(), e)
              : e;
        }
      }
      pause(pauses.next());
    }
  }

  /// When to try again, and for how long.
  private final class Pauses {
    private final long start = time.nanoTime();
    private long pause = options.backOff().toMillis();
    private long askedFor;
    private int attempts = 1;

    boolean areOver() {
      return attempts >= options.attempts()
          || time.nanoTime() - start >= 2 * options.timeout().toNanos()
          || Thread.currentThread().isInterrupted();
    }

    long next() {
      attempts++;
      long next = Math.max(askedFor, pause + ThreadLocalRandom.current().nextLong(pause / 2 + 1));
      pause *= 2;
      askedFor = 0;
      return Math.min(next, LONGEST_PAUSE.toMillis());
    }

    /// Notes how long a busy node asks to be left alone. (It may also name a date, which no node does.)
    void ask(HttpResponse<?> response) {
      response
          .headers()
          .firstValue("retry-after")
          .filter(seconds -> seconds.matches("[0-9]{1,6}"))
          .ifPresent(seconds -> askedFor = Duration.ofSeconds(Long.parseLong(seconds)).toMillis());
    }
  }

  private void pause(long millis) {
    try {
      time.sleep(Duration.ofMillis(millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChainException.Unreachable("interrupted while waiting for " + node(), e);
    }
  }

  private record Reply(long firstId, JsonNode json) {}

  private Reply exchange(Request request, Pauses pauses) {
    long id = ids.incrementAndGet();
    return new Reply(id, post(request.method(), envelope(id, request), pauses));
  }

  private List<Answer> exchangeAll(List<Request> requests, Pauses pauses) {
    ArrayNode batch = mapper.createArrayNode();
    long firstId = ids.getAndAdd(requests.size()) + 1;
    for (int i = 0; i < requests.size(); i++) {
      batch.add(envelope(firstId + i, requests.get(i)));
    }
    JsonNode replies = post("a batch", batch, pauses);
    if (!replies.isArray() || replies.size() != requests.size()) {
      throw malformed("a batch", "expected an array of " + requests.size() + " answers");
    }
    // The specification lets a server answer in any order.
    JsonNode[] ordered = new JsonNode[requests.size()];
    for (JsonNode reply : replies) {
      JsonNode id = reply.get("id");
      long index = id != null && id.canConvertToLong() ? id.longValue() - firstId : -1;
      if (index < 0 || index >= ordered.length || ordered[(int) index] != null) {
        throw malformed("a batch", "an answer has no id of ours");
      }
      ordered[(int) index] = reply;
    }
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < ordered.length; i++) {
      Request request = requests.get(i);
      answers.add(answer(request.method(), result(request, new Reply(firstId + i, ordered[i]))));
    }
    return answers;
  }

  private ObjectNode envelope(long id, Request request) {
    ObjectNode envelope = mapper.createObjectNode();
    envelope.put("jsonrpc", "2.0").put("id", id).put("method", request.method());
    envelope.set("params", mapper.valueToTree(request.params()));
    return envelope;
  }

  private JsonNode post(String what, JsonNode body, Pauses pauses) {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("content-type", "application/json")
            .timeout(options.timeout())
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    // The request's own time-out ends with the headers; the future's also covers a body that drips.
    CompletableFuture<HttpResponse<byte[]>> pending =
        client.sendAsync(request, info -> new BoundedBody(options.maxAnswerBytes()));
    try {
      HttpResponse<byte[]> response =
          pending.get(options.timeout().toMillis(), TimeUnit.MILLISECONDS);
      pauses.ask(response);
      return parse(what, response);
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw tooSlow(what, e);
    } catch (InterruptedException e) {
      pending.cancel(true);
      Thread.currentThread().interrupt();
      throw new ChainException.Unreachable("interrupted while waiting for " + node(), e);
    } catch (ExecutionException e) {
      throw failure(what, e.getCause() == null ? e : e.getCause());
    }
  }

  private ChainException tooSlow(String what, Exception cause) {
    return new ChainException.Unreachable(
        node()
            + " is too slow: no answer to "
            + what
            + " in "
            + options.timeout().toMillis()
            + " ms",
        cause);
  }

  private ChainException failure(String what, Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof BoundedBody.Exceeded) {
        return new ChainException.TooLarge(
            node() + ": the answer to " + what + " has " + at.getMessage());
      }
      if (at instanceof HttpConnectTimeoutException || at instanceof ConnectException) {
        return new ChainException.Unreachable(
            "no node answers at " + node() + ": is the chain up, and is this its address?", cause);
      }
    }
    if (cause instanceof HttpTimeoutException timeout) {
      return tooSlow(what, timeout);
    }
    String reason =
        cause instanceof IOException ? String.valueOf(cause.getMessage()) : cause.toString();
    return new ChainException.Unreachable(
        "the connection to " + node() + " broke: " + Text.shortened(reason), cause);
  }

  private JsonNode parse(String what, HttpResponse<byte[]> response) {
    int status = response.statusCode();
    if (status == TOO_MANY_REQUESTS) {
      throw httpError(what, status);
    }
    JsonNode json;
    try {
      json = mapper.readTree(response.body());
    } catch (JacksonException e) {
      if (status / 100 != 2) {
        throw httpError(what, status);
      }
      throw malformed(what, "not JSON: " + Text.shortened(e.getOriginalMessage()));
    } catch (IOException e) {
      throw malformed(what, "not JSON");
    }
    // Several nodes send an error's JSON with an HTTP status of its own; then the JSON says more.
    if (status / 100 != 2 && !(json.isObject() && json.hasNonNull("error"))) {
      throw httpError(what, status);
    }
    return json;
  }

  private ChainException httpError(String what, int status) {
    return new ChainException.Unreachable(
        node() + " answered " + what + " with HTTP status " + status);
  }

  private JsonNode result(Request request, Reply reply) {
    String method = request.method();
    JsonNode json = reply.json();
    if (!json.isObject() || !"2.0".equals(json.path("jsonrpc").textValue())) {
      throw malformed(method, "not a JSON-RPC 2.0 answer");
    }
    JsonNode error = json.get("error");
    if (error != null && !error.isNull()) {
      throw refusal(method, error);
    }
    JsonNode id = json.get("id");
    if (id == null || !id.canConvertToLong() || id.longValue() != reply.firstId()) {
      throw malformed(method, "the answer belongs to another request");
    }
    JsonNode result = json.get("result");
    if (result == null) {
      throw malformed(method, "neither a result nor an error");
    }
    return result;
  }

  private ChainException refusal(String method, JsonNode error) {
    JsonNode code = error.get("code");
    JsonNode message = error.get("message");
    if (code == null || !code.canConvertToInt() || message == null || !message.isTextual()) {
      return malformed(method, "an error without code and message");
    }
    return new ChainException.Refused(
        method, code.intValue(), message.textValue(), errorData(error.get("data")));
  }

  /// Nodes put a revert's bytes into `data` as hex, behind the word `Reverted` (nethermind), or one level deeper
  /// (hardhat and ganache); anything else says nothing.
  private static Optional<Data> errorData(@Nullable JsonNode data) {
    if (data == null || data.isNull()) {
      return Optional.empty();
    }
    if (data.isObject()) {
      JsonNode inner = data.hasNonNull("data") ? data.get("data") : data.get("result");
      return inner != null && inner.isTextual() ? errorData(inner) : Optional.empty();
    }
    try {
      return data.isTextual()
          ? Optional.of(Data.ofHex(data.textValue().replaceFirst("^Reverted ", "")))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Answer answer(String method, JsonNode result) {
    return new Answer(method, result);
  }

  private ChainException.Malformed malformed(String what, String problem) {
    return new ChainException.Malformed(node() + ", answering " + what + ": " + problem);
  }
}
