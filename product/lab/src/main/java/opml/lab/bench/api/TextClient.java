package opml.lab.bench.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;
import opml.lab.bench.BenchException;
import opml.lab.bench.api.Wish.Heard;

/// Somebody who asks a server for texts.
final class TextClient implements AutoCloseable {
  private static final int BUSY = 429;

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI place;

  TextClient(int port) {
    this.place = URI.create("http://127.0.0.1:%d/v1/completions".formatted(port));
  }

  private HttpRequest request(Wish wish, boolean isStream) {
    return HttpRequest.newBuilder(place)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(wish.json(isStream)))
        .build();
  }

  /// {@return a text as it comes}, with the time of its first and its last part
  Heard stream(Wish wish) throws IOException, InterruptedException {
    HttpResponse<Stream<String>> response =
        http.send(request(wish, true), HttpResponse.BodyHandlers.ofLines());
    long first = 0;
    long last = 0;
    StringBuilder text = new StringBuilder();
    try (Stream<String> lines = response.body()) {
      Iterator<String> each = lines.iterator();
      while (each.hasNext()) {
        String line = each.next();
        if (response.statusCode() != 200) {
          throw new BenchException("status %d: %s".formatted(response.statusCode(), line));
        }
        Optional<String> part = Wish.text(line, "data: ");
        if (part.isPresent() && !part.get().isEmpty()) {
          last = System.nanoTime();
          first = first == 0 ? last : first;
          text.append(part.get());
        }
      }
    }
    return new Heard(text.toString(), first, last);
  }

  /// {@return a whole text; nothing if the server is too busy}
  Optional<String> whole(Wish wish) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(request(wish, false), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    if (response.statusCode() == BUSY) {
      return Optional.empty();
    }
    return Optional.of(
        Wish.text(response.body(), "")
            .orElseThrow(
                () ->
                    new BenchException(
                        "status %d: %s".formatted(response.statusCode(), response.body()))));
  }

  /// Asks, and goes away after the first bytes.
  void leave(Wish wish) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        http.send(request(wish, true), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream in = response.body()) {
      if (in.read() < 0) {
        throw new BenchException("an empty answer, status " + response.statusCode());
      }
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
