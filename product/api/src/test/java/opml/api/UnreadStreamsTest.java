package opml.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams that nobody reads, of a server that would wait for their clients for longer than any test: they give up
/// their places to others, and go on as if nothing had been.
class UnreadStreamsTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final int PARALLEL = 3;

  /// A thousand tokens for each copy, with so much told of each that no buffer on the way holds them.
  private static final String LONG =
      "{'messages':[{'role':'user','content':'x'}],'stream':true,'logprobs':true,'top_logprobs':20,"
          + "'logit_bias':{'2':-100},%s}";

  /// Answers that hang on what was said before in all ways there are.
  private static final List<String> KINDS =
      List.of(
          "'temperature':1,'seed':7",
          "'temperature':2,'frequency_penalty':0.7,'presence_penalty':0.5",
          "'temperature':2,'grammar':'root ::= ([a-m] [n-z]+ [0-9] [A-Z ]*)*'");

  @TempDir private Path folder;

  private @Nullable TinyServer server;

  @AfterEach
  void end() {
    if (server != null) {
      server.close();
    }
  }

  private TinyServer start(int parallel, int waiting) throws IOException {
    TinyServer started =
        TinyServer.byHeart(
            folder,
            "",
            Map.of('x', List.of("On ", "and ", ""), 'y', List.of("Yes.")),
            new ApiSettings(
                "127.0.0.1", 0, Optional.empty(), parallel, waiting, Duration.ofHours(1)));
    server = started;
    return started;
  }

  private static void assertServes(TinyServer served) throws Exception {
    CompletableFuture<HttpResponse<String>> answer =
        served.later(CHAT, "{'messages':[{'role':'user','content':'y'}]}");
    assertThat(answer.get(5, TimeUnit.MINUTES).body()).contains("Yes.");
  }

  private static String all(InputStream stream) throws IOException {
    try (stream) {
      return new String(stream.readAllBytes(), UTF_8).replace(": waiting\n\n", "");
    }
  }

  @Test
  void whoDoesNotReadGivesUpItsPlaceToThoseWhoWait() throws Exception {
    TinyServer served = start(PARALLEL, 100);
    List<InputStream> unread = new ArrayList<>();
    for (int i = 0; i < PARALLEL; i++) {
      unread.add(served.open(CHAT, LONG.formatted("'n':8,'temperature':1,'seed':" + i)));
    }
    served.until("opml_requests_running 3");
    for (int i = 0; i < PARALLEL + 1; i++) {
      assertServes(served);
    }
    for (InputStream stream : unread) {
      stream.close();
    }
    served.until("opml_requests_parked 0");
    served.until("opml_requests_running 0");
    served.until("opml_requests_cancelled_total 3");
  }

  @Test
  void theirBodiesLeaveRoomForThoseOfOthers() throws Exception {
    TinyServer served = start(PARALLEL, 100);
    // Four of these take all the room that there is.
    String blanks = " ".repeat(RequestBytes.MOST_BYTES - 1_000);
    List<String> large =
        List.of(
            LONG.formatted(KINDS.getFirst()) + blanks,
            "{'input':'x','stream':true,'temperature':1}" + blanks);
    List<InputStream> unread = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String path = i % 2 == 0 ? CHAT : "/v1/responses";
      InputStream stream = served.open(path, large.get(i % 2));
      assertThat((char) stream.read()).as("%s, a stream and no error", path).isIn(':', 'd', 'e');
      unread.add(stream);
    }
    assertServes(served);
    for (InputStream stream : unread) {
      stream.close();
    }
    served.until("opml_requests_running 0");
  }

  @Test
  void whoGaveUpItsPlaceHearsWhatItWouldHaveHeardAlone() throws Exception {
    TinyServer served = start(PARALLEL, 100);
    List<String> alone = new ArrayList<>();
    for (String kind : KINDS) {
      alone.add(all(served.open(CHAT, LONG.formatted(kind))));
    }
    List<InputStream> unread = new ArrayList<>();
    for (int i = 0; i < 2 * PARALLEL; i++) {
      unread.add(served.open(CHAT, LONG.formatted(KINDS.get(i % KINDS.size()))));
    }
    served.until("opml_requests_parked 3");
    // The last ones are read first, those that are parked while others are stalled in their places.
    for (int i = unread.size() - 1; i >= 0; i--) {
      assertThat(all(unread.get(i))).as(KINDS.get(i % KINDS.size())).isEqualTo(alone.get(i % 3));
    }
    assertThat(alone).doesNotHaveDuplicates().allMatch(text -> text.endsWith("data: [DONE]\n\n"));
  }

  @Test
  void noMoreAreParkedThanMayWait() throws Exception {
    TinyServer served = start(1, 2);
    List<InputStream> unread = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      unread.add(served.open(CHAT, LONG.formatted(KINDS.getFirst())));
      served.until("opml_requests_parked %d".formatted(Math.min(i, 2)));
    }
    assertServes(served);
    // The fourth was parked for whoever was served just now, so the second was given up, too.
    assertThat(all(unread.get(0))).contains("Too many clients do not read their answers.");
    assertThat(all(unread.get(1))).contains("Too many clients do not read their answers.");
    assertThat(all(unread.get(2))).endsWith("data: [DONE]\n\n");
    unread.get(3).close();
  }
}
