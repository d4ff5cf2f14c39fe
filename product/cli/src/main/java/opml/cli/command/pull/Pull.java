package opml.cli.command.pull;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import opml.cli.console.Amounts;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import org.jspecify.annotations.Nullable;

/// Fetches a file by HTTP, and goes on where it was (RFC 9110, range requests) whenever the connection breaks, in this
/// run or a later one, as long as the place says that the file is still the same. Whatever is not sure to be, is begun
/// anew.
final class Pull {
  private static final int REDIRECTIONS_MAX = 5;
  private static final int BLOCK = 1 << 16;
  private static final int POINTER_MAX = 1_024;
  private static final int SIDECAR_MAX = 4_096;
  private static final long PROGRESS_NANOS = 1_000_000_000L;

  /// How long a place is waited for.
  ///
  /// @param silence after which a connection that brings nothing is given up
  /// @param pause before it is asked again
  /// @param fruitless attempts in a row that bring nothing, after which it is asked no more
  record Patience(Duration silence, Duration pause, int fruitless) {}

  /// What was fetched.
  ///
  /// @param sha256 in hexadecimal digits
  /// @param checked whose word for that it was compared with; empty if there is none
  record Pulled(long bytes, String sha256, String checked) {}

  /// Another attempt will hardly go otherwise.
  private static final class RefusedException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    RefusedException(String message) {
      super(message);
    }
  }

  private final URI place;
  private final Path target;
  private final Optional<String> told;
  private final Patience patience;
  private final Consumer<String> notes;
  private Optional<String> linked = Optional.empty();
  private OptionalLong total = OptionalLong.empty();
  private long noted = System.nanoTime();

  /// @param told the SHA-256 that the file must have, in small hexadecimal digits, if somebody knows it
  /// @param notes hears how it goes
  Pull(URI place, Path target, Optional<String> told, Patience patience, Consumer<String> notes) {
    this.place = place;
    this.target = target;
    this.told = told;
    this.patience = patience;
    this.notes = notes;
  }

  /// Fetches the file.
  ///
  /// @throws Failure if that cannot be
  /// @throws IOException if the disk does not take it
  /// @throws InterruptedException if this thread is interrupted; what came stays, and another run goes on with it
  Pulled run() throws IOException, InterruptedException {
    try (HttpClient client =
            HttpClient.newBuilder()
                .connectTimeout(patience.silence())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        PartFile part = PartFile.open(target, place.toString())) {
      try {
        fetch(client, part);
        requireNoPointer(part);
        return check(client, part);
      } finally {
        // What is under way is not waited for.
        client.shutdownNow();
      }
    }
  }

  private void fetch(HttpClient client, PartFile part) throws IOException, InterruptedException {
    if (part.size() > 0) {
      notes.accept("%s: %s are there".formatted(part.path(), bytes(part.size())));
    }
    int fruitless = 0;
    while (true) {
      long before = part.size();
      try {
        attempt(client, part);
        return;
      } catch (RefusedException e) {
        throw new Failure("%s: %s".formatted(place, e.getMessage()), e);
      } catch (IOException e) {
        fruitless = part.size() > before ? 0 : fruitless + 1;
        // The JDK's client says nothing of it.
        String why =
            e instanceof ConnectException
                ? "nobody answers there"
                : Messages.oneLine(e.getMessage());
        if (fruitless >= patience.fruitless()) {
          throw new Failure(
              "%s: %s, at %s; what came is kept in %s, and the same command goes on"
                  .formatted(place, why, bytes(part.size()), part.path()),
              e);
        }
        notes.accept("%s; asking again, from %s on".formatted(why, bytes(part.size())));
        Thread.sleep(patience.pause().multipliedBy(fruitless));
      }
    }
  }

  /// Has the rest come, if the place still has what the first part is of.
  private void attempt(HttpClient client, PartFile part) throws IOException, InterruptedException {
    boolean goesOn = part.size() > 0 && (!part.state().isEmpty() || expected().isPresent());
    HttpResponse<InputStream> response = get(client, goesOn ? part : null);
    try (InputStream body = response.body()) {
      Served served = Served.of(response.statusCode(), response.headers());
      switch (served.status()) {
        case 200 -> {
          if (part.size() > 0) {
            notes.accept("the file has changed, or is served whole only; it is begun anew");
          }
          part.restart(served.state());
        }
        case 206 -> {
          requireRest(part, served);
          if (total.isPresent() && !total.equals(served.total())) {
            total = OptionalLong.empty();
            part.restart("");
            throw new IOException("the file's length has changed");
          }
        }
        case 416 -> {
          boolean isWhole = served.total().isPresent() && served.total().getAsLong() == part.size();
          if (isWhole && goesOn) {
            total = served.total();
            return;
          }
          part.restart("");
          throw new IOException("the file has become shorter");
        }
        case 408, 425, 429, 500, 502, 503, 504 ->
            throw new IOException("HTTP status " + served.status());
        default -> throw new RefusedException("HTTP status " + served.status());
      }
      total = served.total();
      requireSpace(part);
      copy(body, part);
    }
    if (total.isPresent() && part.size() != total.getAsLong()) {
      throw new IOException(
          "%s came of %s".formatted(bytes(part.size()), bytes(total.getAsLong())));
    }
  }

  private static void requireRest(PartFile part, Served served) throws IOException {
    boolean isSame =
        part.state().isEmpty() || served.state().isEmpty() || part.state().equals(served.state());
    if (served.from() != part.size() || !isSame) {
      part.restart("");
      throw new IOException("another part came than was asked for, or of another file");
    }
  }

  private Optional<String> expected() {
    return told.or(() -> linked);
  }

  /// Asks for the file, or for what is missing of it.
  private HttpResponse<InputStream> get(HttpClient client, @Nullable PartFile part)
      throws IOException, InterruptedException {
    URI uri = place;
    for (int hop = 0; hop <= REDIRECTIONS_MAX; hop++) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri)
              .timeout(patience.silence())
              .header("Accept-Encoding", "identity");
      if (part != null) {
        request.header("Range", "bytes=%d-".formatted(part.size()));
        if (!part.state().isEmpty()) {
          request.header("If-Range", part.state());
        }
      }
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      linked = linked.or(() -> Served.linkedSha256(response.headers()));
      if (response.statusCode() / 100 != 3) {
        String coding = response.headers().firstValue("Content-Encoding").orElse("identity");
        if (!coding.equals("identity")) {
          response.body().close();
          throw new RefusedException("it comes as %s, which was not asked for".formatted(coding));
        }
        return response;
      }
      response.body().close();
      uri = next(uri, response);
    }
    throw new RefusedException("more than %d redirections".formatted(REDIRECTIONS_MAX));
  }

  private static URI next(URI from, HttpResponse<?> response) throws IOException {
    String location =
        response
            .headers()
            .firstValue("Location")
            .orElseThrow(() -> new RefusedException("a redirection to nowhere"));
    URI next;
    try {
      next = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("a redirection to what is no URL");
    }
    if (!isHttp(next) || isSecure(from) && !isSecure(next)) {
      throw new RefusedException("a redirection to " + next.getScheme());
    }
    return next;
  }

  private static String scheme(URI uri) {
    return Objects.requireNonNullElse(uri.getScheme(), "").toLowerCase(Locale.ROOT);
  }

  private static boolean isSecure(URI uri) {
    return scheme(uri).equals("https");
  }

  /// {@return whether files can be fetched from there}
  static boolean isHttp(URI uri) {
    return (scheme(uri).equals("http") || isSecure(uri)) && uri.getHost() != null;
  }

  private void requireSpace(PartFile part) throws IOException {
    if (total.isEmpty()) {
      return;
    }
    long needed = total.getAsLong() - part.size();
    long free = Files.getFileStore(part.path()).getUsableSpace();
    if (needed > free) {
      throw new Failure(
          "%s: %s are missing, and the disk has room for %s"
              .formatted(part.path(), bytes(needed), bytes(free)));
    }
  }

  private void copy(InputStream body, PartFile part) throws IOException, InterruptedException {
    byte[] block = new byte[BLOCK];
    try (Silence silence = new Silence(patience.silence())) {
      for (int read = silence.read(body, block); read >= 0; read = silence.read(body, block)) {
        part.append(block, read);
        if (total.isPresent() && part.size() > total.getAsLong()) {
          part.restart("");
          throw new IOException("more came than %s".formatted(bytes(total.getAsLong())));
        }
        progress(part);
      }
    }
  }

  private void progress(PartFile part) {
    long now = System.nanoTime();
    if (now - noted < PROGRESS_NANOS) {
      return;
    }
    noted = now;
    String of = total.isPresent() ? " of " + bytes(total.getAsLong()) : "";
    notes.accept("%s%s".formatted(bytes(part.size()), of));
  }

  private static String bytes(long count) {
    return Amounts.count(count, "byte");
  }

  // --- What came ---

  /// Some places serve, in a large file's stead, a text that says which one it is.
  private void requireNoPointer(PartFile part) throws IOException {
    if (part.size() > POINTER_MAX) {
      return;
    }
    String text = Files.readString(part.path(), StandardCharsets.ISO_8859_1);
    if (text.startsWith("version https://git-lfs.github.com/spec/")) {
      part.discard();
      throw new Failure(
          "%s: what is there is a pointer of Git LFS and not the file; Hugging Face has files at …/resolve/…"
              .formatted(place));
    }
  }

  private Pulled check(HttpClient client, PartFile part) throws IOException, InterruptedException {
    String found = part.sha256();
    String whose = told.isPresent() ? "--sha256" : linked.isPresent() ? "X-Linked-ETag" : "";
    Optional<String> wanted = expected();
    if (wanted.isEmpty()) {
      wanted = sidecar(client);
      whose = wanted.isPresent() ? place.getPath() + ".sha256" : "";
    }
    if (wanted.isPresent() && !wanted.get().equals(found)) {
      part.discard();
      throw new Failure(
          "%s: its SHA-256 is %s, and by %s it is %s; what came was thrown away"
              .formatted(place, found, whose, wanted.get()));
    }
    part.finish();
    return new Pulled(part.size(), found, whose);
  }

  /// {@return what a file beside it says that its SHA-256 is, as `sha256sum` writes it; nothing if there is none}
  private Optional<String> sidecar(HttpClient client) throws InterruptedException {
    try {
      URI beside =
          new URI(place.getScheme(), place.getAuthority(), place.getPath() + ".sha256", null, null);
      HttpResponse<InputStream> response =
          client.send(
              HttpRequest.newBuilder(beside).timeout(patience.silence()).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        String text = new String(body.readNBytes(SIDECAR_MAX), StandardCharsets.ISO_8859_1);
        String first = text.strip().split("\\s", 2)[0].toLowerCase(Locale.ROOT);
        return Optional.of(first)
            .filter(word -> response.statusCode() == 200 && word.matches("[0-9a-f]{64}"));
      }
    } catch (IOException | URISyntaxException e) {
      // Nobody has said that there is one.
      return Optional.empty();
    }
  }
}
