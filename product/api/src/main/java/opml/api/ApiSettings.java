package opml.api;

import java.time.Duration;
import java.util.Optional;

/// How a server is run.
///
/// @param host where it listens
/// @param port 0 for any that is free
/// @param key what every request must show; needed where others than this machine can reach the server
/// @param parallel requests that are worked on at once
/// @param waiting requests that wait for that, at most
/// @param patience how long a client may take to send or to read
public record ApiSettings(
    String host, int port, Optional<String> key, int parallel, int waiting, Duration patience) {
  public ApiSettings {
    if (port < 0 || port > 0xffff || parallel < 1 || waiting < 1) {
      throw new IllegalArgumentException(
          "port %d, %d at once, %d waiting".formatted(port, parallel, waiting));
    }
  }
}
