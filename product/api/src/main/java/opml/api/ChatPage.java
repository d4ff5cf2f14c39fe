package opml.api;

import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// A page to talk with the models: three small files of ours, which ask no other host for anything, and may not.
final class ChatPage {
  private static final String ALLOWED =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  private record Part(String type, byte[] bytes) {}

  private final Map<String, Part> parts = new LinkedHashMap<>();

  ChatPage() {
    part("/", "chat.html", "text/html; charset=utf-8");
    part("/chat.css", "chat.css", "text/css; charset=utf-8");
    part("/chat.js", "chat.js", "text/javascript; charset=utf-8");
  }

  private void part(String path, String name, String type) {
    try (InputStream in = Objects.requireNonNull(ChatPage.class.getResourceAsStream(name), name)) {
      parts.put(path, new Part(type, in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Iterable<String> paths() {
    return parts.keySet();
  }

  int send(String path, ServerResponse response) {
    Part part = Objects.requireNonNull(parts.get(path), path);
    response.header("Content-Type", part.type());
    response.header("Content-Security-Policy", ALLOWED);
    response.header("X-Content-Type-Options", "nosniff");
    response.header("Referrer-Policy", "no-referrer");
    response.send(part.bytes());
    return 200;
  }
}
