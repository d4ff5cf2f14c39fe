package opml.node.watch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/// Tells over HTTP how the nodes of a process fare: `/health/live`, `/health/ready`, `/metrics`. It only reads, and
/// takes nothing but GET and HEAD; there is no secret in what it tells, but much that competitors like to know.
public final class WatchServer implements AutoCloseable {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final int BACKLOG = 16;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private record Page(int status, String type, byte[] body) {}

  private WatchServer(HttpServer server) {
    this.server = server;
  }

  /// {@return a server that answers already}
  ///
  /// @param at where it listens; port 0 for any that is free
  /// @throws IOException if nobody can listen there
  public static WatchServer start(InetSocketAddress at, Watched node, NodeMetrics metrics)
      throws IOException {
    WatchedNode only = new WatchedNode(Optional.empty());
    only.runs(node, metrics);
    return start(at, List.of(only));
  }

  /// {@return a server that answers already, for several nodes: it is live and ready if all of them are}
  ///
  /// @param at where it listens; port 0 for any that is free
  /// @throws IOException if nobody can listen there
  public static WatchServer start(InetSocketAddress at, List<WatchedNode> nodes)
      throws IOException {
    WatchServer started = new WatchServer(HttpServer.create(at, BACKLOG));
    started.server.setExecutor(started.threads);
    started.server.createContext("/", exchange -> answer(exchange, nodes));
    started.server.start();
    return started;
  }

  /// {@return where it is}
  public URI url() {
    InetSocketAddress at = server.getAddress();
    String host = at.getAddress().getHostAddress();
    return URI.create(
        "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, at.getPort()));
  }

  private static void answer(HttpExchange exchange, List<WatchedNode> nodes) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      boolean head = method.equals("HEAD");
      Page page =
          head || method.equals("GET")
              ? page(exchange.getRequestURI().getPath(), nodes)
              : text(405, "only GET and HEAD");
      exchange.getResponseHeaders().set("Content-Type", page.type());
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      if (page.status() == 405) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      }
      exchange.sendResponseHeaders(page.status(), head ? -1 : page.body().length);
      if (!head) {
        try (OutputStream body = exchange.getResponseBody()) {
          body.write(page.body());
        }
      }
    }
  }

  private static Page page(String path, List<WatchedNode> nodes) {
    return switch (path) {
      case "/health/live" -> health("live", all(nodes, WatchedNode::whyNotLive));
      case "/health/ready" -> health("ready", all(nodes, WatchedNode::whyNotReady));
      case "/metrics" ->
          new Page(
              200,
              PrometheusTextFormatWriter.CONTENT_TYPE,
              MetricText.of(nodes.stream().map(WatchedNode::metrics).toList()));
      default -> text(404, "there are /health/live, /health/ready and /metrics");
    };
  }

  private static List<String> all(
      List<WatchedNode> nodes, Function<WatchedNode, List<String>> reasons) {
    return nodes.stream().flatMap(node -> reasons.apply(node).stream()).toList();
  }

  private static Page health(String word, List<String> reasons) {
    return reasons.isEmpty()
        ? text(200, word)
        : text(503, "not " + word + "\n" + String.join("\n", reasons));
  }

  private static Page text(int status, String words) {
    return new Page(status, TEXT, (words + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
