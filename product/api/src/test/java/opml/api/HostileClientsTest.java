package opml.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that send slowly, do not read, or leave: none is worked for, and nothing that it held is kept.
class HostileClientsTest {
  private static final String CHAT = "/v1/chat/completions";

  /// 128 answers of a thousand tokens: more than anybody waits for.
  private static final String ENDLESS =
      "{'messages':[{'role':'user','content':'x'}],'n':128,'temperature':1%s}";

  @TempDir private Path folder;

  private TinyServer server;

  @BeforeEach
  void begin() throws IOException {
    server =
        TinyServer.byHeart(
            folder,
            "",
            Map.of('x', List.of("On ", "and ", ""), 'y', List.of("Yes.")),
            Duration.ofMillis(500));
  }

  @AfterEach
  void end() {
    server.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(1 << 10);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    return socket;
  }

  private static void head(OutputStream out, String path, int length) throws IOException {
    out.write(
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(path, length)
            .getBytes(UTF_8));
  }

  private Socket ask(String path, String json) throws IOException {
    Socket socket = connect();
    byte[] body = json.replace('\'', '"').getBytes(UTF_8);
    head(socket.getOutputStream(), path, body.length);
    socket.getOutputStream().write(body);
    return socket;
  }

  private void assertServes() {
    assertThat(server.post(CHAT, "{'messages':[{'role':'user','content':'y'}]}").body())
        .contains("Yes.");
  }

  @Test
  void whoLeavesAStreamIsNotWorkedFor() throws Exception {
    try (Socket client = ask(CHAT, ENDLESS.formatted(",'stream':true"))) {
      assertThat(client.getInputStream().read()).isPositive();
    }
    server.until("opml_requests_cancelled_total 1");
    server.until("opml_requests_running 0");
    assertServes();
  }

  @Test
  void whoLeavesWithoutAStreamIsNotWorkedFor() throws Exception {
    try (Socket _ = ask(CHAT, ENDLESS.formatted(""))) {
      server.until("opml_requests_running 1");
    }
    server.until("opml_requests_cancelled_total 1");
    server.until("opml_requests_running 0");
    assertServes();
  }

  @Test
  void whoNeverReadsIsNotWorkedFor() throws Exception {
    try (Socket _ = ask(CHAT, ENDLESS.formatted(",'stream':true"))) {
      server.until("opml_requests_cancelled_total 1");
      server.until("opml_requests_running 0");
    }
    assertServes();
  }

  @Test
  void whoLeavesWhileTextsAreEmbeddedIsNotWorkedFor() throws Exception {
    String text = "'%s',".formatted("x".repeat(1_000));
    String many = "{'input':[%s'x']}".formatted(text.repeat(500));
    try (Socket _ = ask("/v1/embeddings", many)) {
      server.until("opml_models_loaded 1");
    }
    server.until("opml_requests_cancelled_total 1");
    assertServes();
  }

  @Test
  void aBodyThatTricklesIsRefusedAndItsConnectionClosed() throws Exception {
    try (Socket client = connect()) {
      OutputStream out = client.getOutputStream();
      head(out, CHAT, 1 << 20);
      Thread trickle =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (true) {
                        out.write(' ');
                        Thread.sleep(10);
                      }
                    } catch (IOException | InterruptedException e) {
                      // The server has closed it.
                      return;
                    }
                  });
      String answer = answer(client);
      assertThat(answer).startsWith("HTTP/1.1 408").contains("request_timeout");
      trickle.join();
    }
    assertServes();
  }

  /// {@return all that comes until the server closes the connection}
  private static String answer(Socket client) throws IOException {
    StringBuilder answer = new StringBuilder();
    try {
      InputStream in = client.getInputStream();
      for (int c = in.read(); c >= 0; c = in.read()) {
        answer.append((char) c);
      }
    } catch (SocketException e) {
      // Closed while something was on its way there.
      return answer.toString();
    }
    return answer.toString();
  }

  @Test
  void aBodysDeadlineFollowsFromItsLengthAlone() throws IOException {
    AtomicLong nanos = new AtomicLong();
    RequestBytes bytes = new RequestBytes(Duration.ofSeconds(30), nanos::get);
    try (BodyRoom.Share share = bytes.share()) {
      int[] read = {0};
      InputStream trickle = slow(new byte[1_000], 1, 1_000_000_000L, nanos, read);
      assertThatThrownBy(() -> bytes.read(trickle, share))
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.status()).isEqualTo(ApiException.TOO_SLOW));
      assertThat(read[0]).isEqualTo(31);
      // Twice as fast as it has to be, for ten minutes.
      byte[] long_ = new byte[RequestBytes.MOST_BYTES];
      long pause = 1_000_000_000L * (1 << 12) / (2 * RequestBytes.BYTES_PER_SECOND);
      InputStream steady = slow(long_, 1 << 12, pause, nanos, read);
      assertThat(bytes.read(steady, share)).hasSize(long_.length);
    }
  }

  /// {@return a body that comes some bytes at a time}
  private static InputStream slow(
      byte[] body, int atOnce, long pause, AtomicLong nanos, int[] read) {
    return new ByteArrayInputStream(body) {
      @Override
      public synchronized int read(byte[] to, int from, int count) {
        nanos.addAndGet(pause);
        int some = super.read(to, from, Math.min(count, atOnce));
        read[0] += Math.max(some, 0);
        return some;
      }
    };
  }
}
