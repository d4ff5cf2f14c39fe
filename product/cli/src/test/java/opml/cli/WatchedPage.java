package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where nodes that were started can be watched, as whoever watches asks there.
record WatchedPage(URI place) {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /// In words, or as a field of JSON.
  private static final Pattern PLACE =
      Pattern.compile("\\bat\\W{1,3}(http://127\\.0\\.0\\.1:[0-9]+)");

  /// {@return where a run says that it is watched}
  static WatchedPage of(CliRun node) {
    node.until("watched").until("http://127.0.0.1:");
    Matcher url = PLACE.matcher(node.out());
    assertThat(url.find()).as(node.out()).isTrue();
    return new WatchedPage(URI.create(url.group(1)));
  }

  private HttpResponse<String> ask(String path) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(place.resolve(path)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  int status(String path) {
    return ask(path).statusCode();
  }

  String get(String path) {
    return ask(path).body();
  }

  /// {@return a metric's value; not a number if it is not there}
  double metric(String name) {
    return get("/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(Double.NaN);
  }
}
