package opml.node.watch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import opml.core.account.Wei;
import opml.hub.Journal.Entry;
import opml.node.watch.AccountMoney.Holding;
import org.junit.jupiter.api.Test;

class WatchedTest {
  private static PlayedGame having(long ether) {
    return new PlayedGame(
        PlayedGame.SELF,
        500,
        Optional.of(() -> Optional.of(new Holding(Wei.ether(ether), Wei.gwei(5)))),
        List.of());
  }

  private static String text(PlayedGame game) {
    return new String(game.metrics.text(), UTF_8);
  }

  @Test
  void theOwnClockThatRunsIsToldByWhatIsLeftOfIt() {
    assertThat(text(having(2)))
        .contains("\nopml_clock_slack_seconds 400.0\n", "\nopml_games_running_own 1.0\n")
        .contains("\nopml_head_block 7.0\n", "\nopml_head_age_seconds 12.0\n")
        .contains("\nopml_exposure_eth 3.0\n", "\nopml_exposure_limit_eth 10.0\n")
        .contains("\nopml_exposure_day_eth 5.0\n", "\nopml_exposure_day_limit_eth 20.0\n")
        .contains("\nopml_draining 0.0\n");
  }

  @Test
  void aClockOfTheOtherSideIsNoOwnOne() {
    PlayedGame waits = new PlayedGame(PlayedGame.OTHER, 500, Optional.empty(), List.of());
    assertThat(text(waits))
        .contains("\nopml_games_running_own 1.0\n")
        .doesNotContain("opml_clock_slack_seconds", "opml_balance_eth");
  }

  @Test
  void whoHasNotLookedOrCannotPayOrHasEndedIsNotReady() {
    PlayedGame game = having(2);
    assertThat(game.node.whyNotReady())
        .containsExactly("the role serve has not seen the chain yet");
    game.role.looked();
    assertThat(game.node.whyNotReady()).isEmpty();
    assertThat(text(game)).contains("\nopml_ready 1.0\n", "\nopml_live 1.0\n");

    PlayedGame poor = having(0);
    poor.role.looked();
    assertThat(poor.node.whyNotReady()).singleElement().asString().contains("the account has");
    assertThat(text(poor)).contains("\nopml_ready 0.0\n", "\nopml_live 1.0\n");

    PlayedGame unknown =
        new PlayedGame(PlayedGame.SELF, 1, Optional.of(Optional::empty), List.of("serve"));
    unknown.role.looked();
    assertThat(unknown.node.whyNotReady())
        .containsExactly("the role serve has ended", "nobody knows yet what the account has");
    assertThat(text(unknown)).contains("\nopml_ready 0.0\n", "\nopml_live 0.0\n");
  }

  @Test
  void looksAndFaultsAndSkipsAreCounted() {
    PlayedGame game = having(2);
    game.role.looked();
    game.role.trouble("away");
    game.role.tell(new Entry.Skipped("request 1", "its fee is below 0.25 ETH"));
    game.role.tell(new Entry.Skipped("request 2", "its fee is below 0.5 ETH"));
    game.role.tell(new Entry.Trouble("request 3", "why"));
    game.metrics.nodes(List.of("a", "b"));
    game.metrics.fault("a", "is away");
    game.metrics.fault("b", "lies about receipts: those of block 5 hash to 0x01");
    game.metrics.fault("b", "lies about the weather: it is fine");
    assertThat(text(game))
        .contains(
            "opml_looks_total{role=\"serve\"} 1.0",
            "opml_looks_failed_total{role=\"serve\"} 1.0",
            "opml_skipped_total{reason=\"its fee is below\"} 2.0",
            "opml_troubles_total{role=\"serve\"} 1.0",
            "opml_node_faults_total{node=\"a\"} 1.0",
            "opml_node_faults_total{node=\"b\"} 2.0",
            "opml_node_lies_total{kind=\"receipts\",node=\"b\"} 1.0")
        .doesNotContain("weather");
  }

  @Test
  void strangersCannotMakeAnyNumberOfReasons() {
    SkipKinds kinds = new SkipKinds();
    for (char a = 'a'; a <= 'z'; a++) {
      for (char b = 'a'; b <= 'z'; b++) {
        kinds.of("" + a + b);
      }
    }
    assertThat(kinds.of("one more")).isEqualTo(SkipKinds.OTHER);
    assertThat(kinds.of("aa: 17")).isEqualTo("aa");
  }

  @Test
  void onlyThreePagesAreServedAndOnlyRead() throws IOException, InterruptedException {
    PlayedGame game = having(0);
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (WatchServer server = WatchServer.start(any, game.node, game.metrics);
        HttpClient client = HttpClient.newHttpClient()) {
      for (String row :
          List.of(
              "GET /health/live 200",
              "HEAD /health/live 200",
              "GET /health/ready 503",
              "GET /metrics 200",
              "GET / 404",
              "GET /metrics/ 404",
              "POST /metrics 405")) {
        String[] words = row.split(" ", -1);
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(server.url().resolve(words[1]))
                    .method(words[0], HttpRequest.BodyPublishers.noBody())
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(row).isEqualTo(Integer.parseInt(words[2]));
      }
    }
  }
}
