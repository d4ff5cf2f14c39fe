package opml.lab.bench.ground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A JSON-RPC node as agents meet it: it stands before a good one, on the loopback, and spoils some of its answers.
/// What befalls the n-th call follows from the seed and n alone.
///
/// ```java
/// try (ChaosProxy proxy = ChaosProxy.before(dev.url(), Options.of(7, 0.12, NodeFault.ALL))) {
///   RpcChain chain = RpcChain.connect(new Rpc(proxy.url()));
/// }
/// ```
public final class ChaosProxy implements AutoCloseable {
  /// How the node is spoilt.
  ///
  /// @param rate which part of the calls is, 0 to 1
  /// @param faults what can befall a call, each as often as any other; empty if the rate is 0
  /// @param dialect in whose words it says that a call reverts
  public record Options(long seed, double rate, Set<NodeFault> faults, Dialect dialect) {
    /// Every answer is as the node gave it.
    public static final Options CLEAN = of(0, 0, Set.of());

    public Options {
      faults = Set.copyOf(faults);
      if (!(rate >= 0 && rate <= 1) || (rate > 0 && faults.isEmpty())) {
        throw new IllegalArgumentException(
            "not faults: %s at a rate of %s, expected is 0 to 1".formatted(faults, rate));
      }
    }

    public static Options of(long seed, double rate, Set<NodeFault> faults) {
      return new Options(seed, rate, faults, Dialect.ANVIL);
    }

    public Options speaking(Dialect words) {
      return new Options(seed, rate, faults, words);
    }
  }

  /// In whose words a node says that a call reverts.
  public enum Dialect {
    /// As the node behind says it, as geth does: code 3.
    ANVIL,
    /// An internal error with a sentence, and an object around the bytes.
    HARDHAT,
    /// A code of its own, and the bytes behind a word.
    NETHERMIND
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int REVERTED = 3;

  private final Options options;
  private final NodeBehind node;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicLong calls = new AtomicLong();
  private volatile Consumer<JsonNode> ear = _ -> {};
  private volatile boolean away;

  private ChaosProxy(URI url, Options options) throws IOException {
    this.options = options;
    this.node = new NodeBehind(url);
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /// Starts one before a node.
  public static ChaosProxy before(URI node, Options options) {
    try {
      return new ChaosProxy(node, options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /// {@return how many calls it was asked for; each of a batch counts}
  public long calls() {
    return calls.get();
  }

  /// {@return the pool of transactions, in which some can be held back}
  public HeldBack pool() {
    return node.pool();
  }

  /// Has somebody hear of every signed transaction before the node does.
  public void listen(Consumer<String> hears) {
    overhear(
        call -> {
          if (call.path("method").asText().equals("eth_sendRawTransaction")) {
            hears.accept(call.path("params").path(0).asText());
          }
        });
  }

  /// Has somebody hear of every call before the node does, in the thread that answers it.
  public void overhear(Consumer<JsonNode> hears) {
    ear = hears;
  }

  /// Answers nobody, or answers again. Who asks meanwhile finds his connection closed.
  public void away(boolean isAway) {
    away = isAway;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    node.close();
  }

  /// What befalls one call.
  private record Fate(Optional<NodeFault> fault, SplittableRandom random) {
    boolean is(NodeFault other) {
      return fault.filter(other::equals).isPresent();
    }
  }

  private Fate fate(String method) {
    long number = calls.incrementAndGet();
    SplittableRandom random = new SplittableRandom(options.seed() * 1_000_003 + number);
    List<NodeFault> possible =
        Arrays.stream(NodeFault.values())
            .filter(fault -> options.faults().contains(fault) && fault.befalls(method))
            .toList();
    boolean spoilt = random.nextDouble() < options.rate() && !possible.isEmpty();
    return new Fate(
        spoilt ? Optional.of(possible.get(random.nextInt(possible.size()))) : Optional.empty(),
        random);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (away) {
        return;
      }
      JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
      List<JsonNode> asked = new ArrayList<>();
      if (body.isArray()) {
        body.forEach(asked::add);
      } else {
        asked.add(body);
      }
      List<Fate> fates = asked.stream().map(call -> fate(call.path("method").asText())).toList();
      answer(exchange, body.isArray(), asked, fates);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// What befalls the connection befalls all that travels together.
  private void answer(HttpExchange exchange, boolean batch, List<JsonNode> asked, List<Fate> fates)
      throws IOException, InterruptedException {
    for (Fate fate : fates) {
      if (fate.is(NodeFault.DROPPED_BEFORE)) {
        return;
      } else if (fate.is(NodeFault.DELAYED)) {
        Thread.sleep(fate.random().nextLong(500, 3000));
      } else if (fate.is(NodeFault.SERVER_ERROR)) {
        send(exchange, List.of(500, 502, 503).get(fate.random().nextInt(3)), "");
        return;
      } else if (fate.is(NodeFault.TOO_MANY_REQUESTS)) {
        JsonNode error = error(asked.getFirst(), -32005, "too many requests", null);
        send(exchange, 429, fate.random().nextBoolean() ? error.toString() : "slow down");
        return;
      } else if (fate.is(NodeFault.HTML)) {
        send(exchange, 200, "<!DOCTYPE html><html><body>Checking your browser</body></html>");
        return;
      }
    }
    ArrayNode answers = JSON.createArrayNode();
    for (int i = 0; i < asked.size(); i++) {
      answers.add(answer(asked.get(i), fates.get(i)));
    }
    String text = batch ? answers.toString() : answers.get(0).toString();
    for (Fate fate : fates) {
      if (fate.is(NodeFault.DROPPED_AFTER)) {
        return;
      } else if (fate.is(NodeFault.TORN)) {
        text = text.substring(0, fate.random().nextInt(1, text.length()));
      }
    }
    send(exchange, 200, text);
  }

  private JsonNode answer(JsonNode call, Fate fate) throws IOException, InterruptedException {
    if (fate.is(NodeFault.RATE_LIMITED)) {
      return error(call, -32005, "rate limit exceeded", null);
    }
    ear.accept(call);
    JsonNode answer = fate.is(NodeFault.STALE) ? node.askLate(call) : node.ask(call);
    if (answer instanceof ObjectNode object) {
      return spoilt(object.has("error") ? inWords(object) : object, call, fate);
    }
    return answer;
  }

  private static JsonNode spoilt(ObjectNode answer, JsonNode call, Fate fate) {
    SplittableRandom random = fate.random();
    if (fate.is(NodeFault.WRONG_ID)) {
      return answer.put("id", call.path("id").asLong() + random.nextInt(1, 5));
    }
    JsonNode result = answer.path("result");
    if (result.isMissingNode() || fate.fault().isEmpty()) {
      return answer;
    }
    return switch (fate.fault().get()) {
      case NULL -> answer.putNull("result");
      case WRONG_TYPE -> answer.set("result", Spoilt.otherType(result, random));
      case FLIPPED -> answer.set("result", Spoilt.flipped(result, random));
      case LOGS -> answer.set("result", Spoilt.logs(result, random));
      case TIP -> answer.set("result", Spoilt.tip(result));
      default -> answer;
    };
  }

  /// {@return the same refusal as another client's node says it, if it is about a revert}
  private ObjectNode inWords(ObjectNode answer) {
    JsonNode error = answer.path("error");
    boolean reverted =
        error.path("code").asInt() == REVERTED
            || error.path("message").asText().contains("execution reverted");
    if (!reverted) {
      return answer;
    }
    String data = error.path("data").asText("0x");
    String said = "VM Exception while processing transaction: reverted with ";
    return switch (options.dialect()) {
      case ANVIL -> answer;
      case HARDHAT ->
          error(
              answer,
              -32603,
              said + "an unrecognized custom error (return data: " + data + ")",
              JSON.valueToTree(Map.of("message", said + "a custom error", "data", data)));
      case NETHERMIND ->
          error(answer, -32015, "VM execution error.", JSON.valueToTree("Reverted " + data));
    };
  }

  private static ObjectNode error(
      JsonNode call, int code, String message, @Nullable JsonNode data) {
    ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
    answer.set("id", call.path("id"));
    ObjectNode error = answer.putObject("error").put("code", code).put("message", message);
    if (data != null) {
      error.set("data", data);
    }
    return answer;
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("content-type", "application/json");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }
}
