package opml.api;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Reads the bodies of requests, of which none is too large, comes too slowly, or has no room beside the others.
///
/// A body of n bytes is given up once it has taken longer than the patience with a client and n / [#BYTES_PER_SECOND]
/// seconds: who sends a byte now and then holds memory and a connection for no longer.
final class RequestBytes {
  static final String JSON = "application/json";

  /// What a client sends in a second, at least.
  static final int BYTES_PER_SECOND = 1 << 16;

  /// The most bytes of a request: a text of millions of tokens.
  static final int MOST_BYTES = 1 << 23;

  /// The most bytes of all requests that are read or answered. Their JSON takes up to some thirty times as much memory.
  private static final int MOST_BYTES_AT_ONCE = 4 * MOST_BYTES;

  /// What is read of a larger one, so that its sender hears why it was refused.
  private static final long MOST_DRAINED = 1 << 28;

  private final BodyRoom room = new BodyRoom(MOST_BYTES_AT_ONCE);
  private final Duration patience;
  private final LongSupplier nanos;

  /// @param nanos a clock of nanoseconds that only differences mean something of
  RequestBytes(Duration patience, LongSupplier nanos) {
    this.patience = patience;
    this.nanos = nanos;
  }

  BodyRoom.Share share() {
    return room.share();
  }

  /// {@return the body of a request}
  ///
  /// @param share what it takes its room from
  byte[] read(ServerRequest request, BodyRoom.Share share) {
    String type = request.headers().value(HeaderNames.CONTENT_TYPE).orElse(JSON);
    if (!type.split(";", 2)[0].strip().equalsIgnoreCase(JSON)) {
      throw ApiException.refused(
          415, "unsupported_content_type", "Expected is Content-Type: application/json.");
    }
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    try (InputStream in = request.content().inputStream()) {
      try {
        return read(in, share);
      } catch (ApiException e) {
        if (e.status() != ApiException.TOO_SLOW) {
          drain(in);
        }
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// {@return all that comes}
  byte[] read(InputStream in, BodyRoom.Share share) throws IOException {
    long begin = nanos.getAsLong();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] some = new byte[1 << 13];
    for (int read = in.read(some); read >= 0; read = in.read(some)) {
      if (bytes.size() + read > MOST_BYTES) {
        throw ApiException.refused(
            413,
            "request_too_large",
            "The body of the request has more than %d bytes.".formatted(MOST_BYTES));
      }
      share.take(read);
      bytes.write(some, 0, read);
      double seconds = (nanos.getAsLong() - begin) / 1e9;
      if (seconds > patience.toNanos() / 1e9 + (double) bytes.size() / BYTES_PER_SECOND) {
        throw ApiException.refused(
            ApiException.TOO_SLOW,
            "request_timeout",
            "The body of the request comes too slowly: %d bytes in %.0f s."
                .formatted(bytes.size(), seconds));
      }
    }
    return bytes.toByteArray();
  }

  private static void drain(InputStream in) throws IOException {
    byte[] some = new byte[1 << 16];
    long drained = 0;
    for (int read = in.read(some); read >= 0 && drained < MOST_DRAINED; read = in.read(some)) {
      drained += read;
    }
  }
}
