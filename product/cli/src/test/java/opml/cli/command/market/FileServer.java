package opml.cli.command.market;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// An HTTP server on the loopback interface that serves files rightly or wrongly, and counts who asks.
public final class FileServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  public FileServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  public String uri(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /// {@return how often a path was asked for}
  int asked(String path) {
    return asked.getOrDefault(path, 0);
  }

  public void serve(String path, byte[] bytes) {
    on(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
        });
  }

  void redirect(String path, String location) {
    on(
        path,
        exchange -> {
          exchange.getResponseHeaders().set("Location", location);
          exchange.sendResponseHeaders(302, -1);
        });
  }

  void serveEndlessly(String path) {
    on(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = exchange.getResponseBody();
          byte[] bytes = new byte[10_000];
          while (closed.getCount() > 0) {
            out.write(bytes);
          }
        });
  }

  /// Says that it has a file, and never sends the rest of it.
  void serveSlowly(String path) {
    on(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().write(1);
          exchange.getResponseBody().flush();
          try {
            closed.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /// Sends a byte now and then, for ever.
  void serveTrickling(String path, Duration pause) {
    on(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try {
            while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
              exchange.getResponseBody().write(1);
              exchange.getResponseBody().flush();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  void serveTruncated(String path, byte[] bytes, int promised) {
    on(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, promised);
          exchange.getResponseBody().write(bytes);
          throw new IOException("the connection breaks here");
        });
  }

  private void on(String path, HttpHandler handler) {
    server.createContext(
        path,
        exchange -> {
          asked.merge(path, 1, Integer::sum);
          answer(exchange, handler);
        });
  }

  private static void answer(HttpExchange exchange, HttpHandler handler) throws IOException {
    try (exchange) {
      handler.handle(exchange);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
