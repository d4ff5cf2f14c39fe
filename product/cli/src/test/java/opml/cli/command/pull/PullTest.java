package opml.cli.command.pull;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import opml.cli.console.Failure;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Fetching from a server that breaks off, lies, and has its file changed meanwhile.
class PullTest {
  private static final Pull.Patience PATIENCE =
      new Pull.Patience(Duration.ofSeconds(20), Duration.ZERO, 3);

  @TempDir private Path folder;

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private final byte[] bytes = new byte[300_000];
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final List<String> notes = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private HttpServer server;
  private Path target;

  /// What a server does when it is asked.
  @FunctionalInterface
  private interface Answer {
    /// @param time how often it was asked before
    void to(HttpExchange exchange, int time) throws IOException;
  }

  @BeforeEach
  void begin() throws IOException {
    random.nextBytes(bytes);
    target = folder.resolve("model.gguf");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void end() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void on(String path, Answer answer) {
    int[] times = {0};
    server.createContext(
        path,
        exchange -> {
          asked.add(
              "%s %s %s"
                  .formatted(
                      exchange.getRequestURI().getPath(),
                      exchange.getRequestHeaders().getFirst("Range"),
                      exchange.getRequestHeaders().getFirst("If-Range")));
          try (exchange) {
            if (exchange.getRequestURI().getPath().equals(path)) {
              answer.to(exchange, times[0]++);
            } else {
              // A context has all that begins as it does.
              exchange.sendResponseHeaders(404, -1);
            }
          }
        });
  }

  /// Serves a file as it is asked for, and breaks off after some bytes.
  ///
  /// @param tag the file's state; empty for none
  private static void serve(HttpExchange exchange, String tag, byte[] all, int most)
      throws IOException {
    serve(exchange, tag, all, most, exchange.getRequestHeaders().getFirst("If-Range"));
  }

  private static void serve(
      HttpExchange exchange, String tag, byte[] all, int most, @Nullable String condition)
      throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (!tag.isEmpty()) {
      exchange.getResponseHeaders().set("ETag", tag);
    }
    boolean isPart = range != null && (condition == null || condition.equals(tag));
    int from = isPart ? Integer.parseInt(range.substring(6, range.length() - 1)) : 0;
    if (isPart) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes %d-%d/%d".formatted(from, all.length - 1, all.length));
    }
    int count = Math.min(most, all.length - from);
    exchange.sendResponseHeaders(isPart ? 206 : 200, all.length - from);
    OutputStream out = exchange.getResponseBody();
    out.write(all, from, count);
    out.flush();
    if (count < all.length - from) {
      throw new IOException("the connection breaks here");
    }
  }

  private URI at(String path) {
    return URI.create("http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path));
  }

  private Pull.Pulled pull(String told) throws IOException, InterruptedException {
    return new Pull(
            at("/model.gguf"),
            target,
            told.isEmpty() ? Optional.empty() : Optional.of(told),
            PATIENCE,
            notes::add)
        .run();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void assertFetched() throws IOException {
    assertThat(Files.readAllBytes(target)).as("seed %d", seed).isEqualTo(bytes);
    assertNothingElse("model.gguf");
  }

  private void assertNothingElse(String... names) throws IOException {
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsOnly(names);
    }
  }

  @Test
  void aConnectionThatBreaksIsGoneOnWithWhereItWas() throws Exception {
    on("/model.gguf", (exchange, _) -> serve(exchange, "\"a\"", bytes, 70_001));
    Pull.Pulled pulled = pull("");
    assertFetched();
    assertThat(pulled).isEqualTo(new Pull.Pulled(bytes.length, sha256(bytes), ""));
    assertThat(asked.getFirst()).isEqualTo("/model.gguf null null");
    assertThat(asked.getLast()).isEqualTo("/model.gguf.sha256 null null");
    // A connection that breaks may take with it what was on its way.
    int at = 0;
    for (String again : asked.subList(1, asked.size() - 1)) {
      assertThat(again).matches("/model.gguf bytes=[0-9]+- \"a\"");
      int from = Integer.parseInt(again.replaceAll("^.*=|-.*$", ""));
      assertThat(from).as(again).isGreaterThan(at).isLessThanOrEqualTo(at + 70_001);
      at = from;
    }
    assertThat(at).isGreaterThanOrEqualTo(bytes.length - 70_001);
    assertThat(notes).filteredOn(note -> note.contains("asking again")).hasSize(asked.size() - 2);
  }

  @Test
  void aLaterRunGoesOnWithWhatAnEarlierOneHasLeft() throws Exception {
    on(
        "/model.gguf",
        (exchange, time) ->
            serve(exchange, "\"a\"", bytes, time == 0 ? 123_456 : time < 4 ? 0 : 300_000));
    assertThatThrownBy(() -> pull(""))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("is kept in");
    assertNothingElse("model.gguf.part", "model.gguf.part.of");
    // a broken connection may take what was on its way
    long kept = Files.size(folder.resolve("model.gguf.part"));
    assertThat(kept).isBetween(1L, 123_456L);
    pull("");
    assertFetched();
    assertThat(asked.subList(asked.size() - 2, asked.size()))
        .containsExactly(
            "/model.gguf bytes=%d- \"a\"".formatted(kept), "/model.gguf.sha256 null null");
  }

  @Test
  void aFileThatChangesMeanwhileIsBegunAnew() throws Exception {
    byte[] old = Arrays.copyOf(bytes, 280_000);
    old[5]++;
    on(
        "/model.gguf",
        (exchange, time) -> {
          if (time == 0) {
            serve(exchange, "\"old\"", old, 100_000);
          } else {
            serve(exchange, "\"new\"", bytes, 300_000);
          }
        });
    pull("");
    assertFetched();
    assertThat(asked).contains("/model.gguf bytes=100000- \"old\"");
  }

  @Test
  void aPartOfAnotherFileIsNotJoined() throws Exception {
    byte[] old = bytes.clone();
    old[5]++;
    on(
        "/model.gguf",
        (exchange, time) -> {
          // It does not heed what the part must be of.
          boolean isOld = time == 0;
          serve(
              exchange,
              isOld ? "\"old\"" : "\"new\"",
              isOld ? old : bytes,
              time < 2 ? 100_000 : 300_000,
              null);
        });
    pull("");
    assertFetched();
  }

  @Test
  void withoutANameForItsStateAPartIsOnlyGoneOnWithIfTheWholeIsChecked() throws Exception {
    on(
        "/model.gguf",
        (exchange, time) -> serve(exchange, "", bytes, time % 2 == 0 ? 100_000 : 300_000));
    pull("");
    assertFetched();
    assertThat(asked.subList(0, 2)).containsOnly("/model.gguf null null");
    Files.delete(target);
    asked.clear();
    pull(sha256(bytes));
    assertFetched();
    assertThat(asked).containsExactly("/model.gguf null null", "/model.gguf bytes=100000- null");
  }

  @Test
  void aLengthThatIsNotKeptIsNotBelieved() throws Exception {
    on(
        "/model.gguf",
        (exchange, _) -> {
          exchange.getResponseHeaders().set("ETag", "\"a\"");
          if (exchange.getRequestHeaders().containsKey("Range")) {
            exchange.getResponseHeaders().set("Content-Range", "bytes */1000");
            exchange.sendResponseHeaders(416, -1);
          } else {
            exchange.sendResponseHeaders(200, 1_001);
            exchange.getResponseBody().write(bytes, 0, 1_000);
            exchange.getResponseBody().flush();
            throw new IOException("there is no more");
          }
        });
    // 1,001 bytes were promised, and later it says that there are 1,000: these it has.
    assertThat(pull("").bytes()).isEqualTo(1_000);
  }

  @Test
  void aPartThatBeginsElsewhereOrIsOfAnotherLengthIsThrownAway() throws Exception {
    on(
        "/model.gguf",
        (exchange, time) -> {
          exchange.getResponseHeaders().set("ETag", "\"a\"");
          switch (time) {
            case 1 -> {
              exchange.getResponseHeaders().set("Content-Range", "bytes 5-9/300000");
              exchange.sendResponseHeaders(206, 5);
              exchange.getResponseBody().write(bytes, 5, 5);
            }
            case 3 -> {
              exchange.getResponseHeaders().set("Content-Range", "bytes 1000-1004/1005");
              exchange.sendResponseHeaders(206, 5);
              exchange.getResponseBody().write(bytes, 0, 5);
            }
            case 5 -> {
              exchange.sendResponseHeaders(206, 5);
              exchange.getResponseBody().write(bytes, 0, 5);
            }
            default -> serve(exchange, "\"a\"", bytes, time < 6 ? 1_000 : 300_000);
          }
        });
    pull("");
    assertFetched();
  }

  @Test
  void whatIsNotTheFileOfAHashIsThrownAway() throws Exception {
    on("/model.gguf", (exchange, _) -> serve(exchange, "\"a\"", bytes, 300_000));
    assertThatThrownBy(() -> pull("0".repeat(64)))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("SHA-256 is " + sha256(bytes));
    assertNothingElse();
    byte[] beside = (sha256(bytes) + "  model.gguf\n").getBytes(UTF_8);
    boolean[] isRight = {true};
    on(
        "/model.gguf.sha256",
        (exchange, _) ->
            serve(exchange, "", isRight[0] ? beside : ("0" + "1".repeat(63)).getBytes(UTF_8), 300));
    assertThat(pull("").checked()).isEqualTo("/model.gguf.sha256");
    Files.delete(target);
    isRight[0] = false;
    assertThatThrownBy(() -> pull("")).hasMessageContaining("by /model.gguf.sha256 it is 01111");
    assertNothingElse();
    assertThat(pull(sha256(bytes)).checked()).isEqualTo("--sha256");
  }

  @Test
  void theHashThatARedirectionTellsIsChecked() throws Exception {
    String[] linked = {sha256(bytes)};
    on(
        "/model.gguf",
        (exchange, _) -> {
          exchange.getResponseHeaders().set("X-Linked-ETag", "\"%s\"".formatted(linked[0]));
          exchange.getResponseHeaders().set("Location", "/blob");
          exchange.sendResponseHeaders(302, -1);
        });
    on("/blob", (exchange, _) -> serve(exchange, "\"a\"", bytes, 200_000));
    assertThat(pull("").checked()).isEqualTo("X-Linked-ETag");
    assertFetched();
    Files.delete(target);
    linked[0] = "f".repeat(64);
    assertThatThrownBy(() -> pull("")).hasMessageContaining("by X-Linked-ETag it is ffff");
    assertNothingElse();
  }

  @Test
  void aPlaceThatIsBusyIsAskedAgainAndOneThatRefusesIsNot() throws Exception {
    on(
        "/model.gguf",
        (exchange, time) -> {
          if (time < 2) {
            exchange.sendResponseHeaders(503, -1);
          } else {
            serve(exchange, "\"a\"", bytes, 300_000);
          }
        });
    pull("");
    assertFetched();
    assertThat(asked).hasSize(4);
    Files.delete(target);
    server.removeContext("/model.gguf");
    assertThatThrownBy(() -> pull("")).hasMessageContaining("HTTP status 404");
    for (String location : List.of("file:///etc/hostname", "/model.gguf", "http://[")) {
      on(
          "/model.gguf",
          (exchange, _) -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(307, -1);
          });
      assertThatThrownBy(() -> pull(""))
          .isInstanceOf(Failure.class)
          .hasMessageContaining("redirection");
      server.removeContext("/model.gguf");
    }
  }

  @Test
  void aPlaceThatFallsSilentIsAskedAgain() throws Exception {
    on(
        "/model.gguf",
        (exchange, time) -> {
          if (time > 0) {
            serve(exchange, "\"a\"", bytes, 300_000);
            return;
          }
          exchange.getResponseHeaders().set("ETag", "\"a\"");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes, 0, 1_000);
          exchange.getResponseBody().flush();
          try {
            closed.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    new Pull(
            at("/model.gguf"),
            target,
            Optional.empty(),
            new Pull.Patience(Duration.ofSeconds(1), Duration.ZERO, 1_000),
            notes::add)
        .run();
    assertFetched();
    assertThat(notes).anyMatch(note -> note.contains("nothing came for 1 s"));
  }

  @Test
  void whatTheDiskHasNoRoomForIsNotBegun() {
    on(
        "/model.gguf",
        (exchange, _) -> {
          exchange.sendResponseHeaders(200, Long.MAX_VALUE / 2);
          exchange.getResponseBody().flush();
        });
    assertThatThrownBy(() -> pull(""))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("the disk has room for");
  }

  @Test
  void aPointerOfGitLfsIsNotTakenForTheFile() throws Exception {
    byte[] pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n".getBytes(UTF_8);
    on("/model.gguf", (exchange, _) -> serve(exchange, "\"a\"", pointer, 300));
    assertThatThrownBy(() -> pull("")).hasMessageContaining("a pointer of Git LFS");
    assertNothingElse();
  }

  @Test
  void twoDoNotFetchIntoOneFile() throws Exception {
    on("/model.gguf", (exchange, _) -> serve(exchange, "\"a\"", bytes, 300_000));
    try (PartFile _ = PartFile.open(target, "elsewhere")) {
      assertThatThrownBy(() -> pull(""))
          .isInstanceOf(Failure.class)
          .hasMessageContaining("already");
    }
    // What came from elsewhere is no part of it.
    pull("");
    assertFetched();
  }

  @Test
  void whoIsInterruptedKeepsWhatCame() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    on(
        "/model.gguf",
        (exchange, time) -> {
          if (time > 0) {
            serve(exchange, "\"a\"", bytes, 300_000);
            return;
          }
          exchange.getResponseHeaders().set("ETag", "\"a\"");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes, 0, 1_000);
          exchange.getResponseBody().flush();
          begun.countDown();
          try {
            closed.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Thread here = Thread.currentThread();
    threads.execute(
        () -> {
          try {
            begun.await();
            while (Files.size(folder.resolve("model.gguf.part")) < 1_000) {
              Thread.onSpinWait();
            }
          } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
          here.interrupt();
        });
    assertThatThrownBy(() -> pull("")).isInstanceOf(InterruptedException.class);
    Thread.interrupted();
    assertNothingElse("model.gguf.part", "model.gguf.part.of");
    pull("");
    assertFetched();
    assertThat(asked).contains("/model.gguf bytes=1000- \"a\"");
  }
}
