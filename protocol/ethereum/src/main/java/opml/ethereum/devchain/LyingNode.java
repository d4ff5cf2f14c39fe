package opml.ethereum.devchain;

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
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A node on the loopback that stands before a good one and says something else: tests of any module say what, answer
/// by answer.
public final class LyingNode implements AutoCloseable {
  /// What is made of the truth.
  @FunctionalInterface
  public interface Lie {
    /// The truth.
    Lie NONE = (_, _, truth) -> truth;

    /// {@return what is said}
    ///
    /// @param method of JSON-RPC
    /// @param params as they were asked
    /// @param truth the result; it may be changed
    JsonNode said(String method, JsonNode params, JsonNode truth);
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI node;
  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private volatile Lie lie = Lie.NONE;
  private volatile int batchMost = Integer.MAX_VALUE;

  private LyingNode(URI node, HttpServer server) {
    this.node = node;
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /// {@return one before a node; it tells the truth at first}
  public static LyingNode before(URI node) {
    try {
      return new LyingNode(
          node, HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /// Lies like this from now on.
  public void say(Lie what) {
    lie = what;
  }

  /// Has no such method from now on.
  public void refuse(String method) {
    refused.add(method);
  }

  /// Refuses to answer more calls at a time, from now on.
  public void takeAtATime(int most) {
    batchMost = most;
  }

  /// {@return how many calls of a method it was asked for}
  public int asked(String method) {
    return asked.getOrDefault(method, 0);
  }

  /// {@return how many calls it was asked for in all; those of a batch count one by one}
  public int asked() {
    return asked.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      HttpResponse<byte[]> truth =
          client.send(
              HttpRequest.newBuilder(node)
                  .header("content-type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      byte[] said =
          said(JSON.readTree(body), JSON.readTree(truth.body()))
              .toString()
              .getBytes(StandardCharsets.UTF_8);
      if (JSON.readTree(body).size() > batchMost && JSON.readTree(body).isArray()) {
        said =
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"batch\"}}"
                .getBytes(StandardCharsets.UTF_8);
      }
      exchange.getResponseHeaders().add("content-type", "application/json");
      exchange.sendResponseHeaders(truth.statusCode(), said.length);
      exchange.getResponseBody().write(said);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private JsonNode said(JsonNode call, JsonNode answer) {
    if (answer instanceof ArrayNode answers) {
      for (int i = 0; i < answers.size(); i++) {
        // The node behind answers a batch in its order.
        said(call.get(i), answers.get(i));
      }
    } else {
      String method = call.path("method").asText();
      asked.merge(method, 1, Integer::sum);
      if (answer instanceof ObjectNode one && refused.contains(method)) {
        one.remove("result");
        one.putObject("error").put("code", -32601).put("message", "no method " + method);
      } else if (answer instanceof ObjectNode one && one.has("result")) {
        one.set("result", lie.said(method, call.path("params"), one.get("result")));
      }
    }
    return answer;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    client.shutdownNow();
    client.close();
  }
}
