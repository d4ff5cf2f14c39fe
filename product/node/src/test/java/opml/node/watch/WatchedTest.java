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
import opml.agent.Assessment.Outlook;
import opml.core.account.Wei;
import opml.game.solver.Verdict;
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
  void claimsAndGamesAreCountedByWhatTheOwnRunSaysAndByWhatBecomesOfThem() {
    PlayedGame game = having(2);
    game.claim(Verdict.WRONG, Outlook.FINAL);
    game.claim(Verdict.WRONG, Outlook.UNKNOWN);
    game.claim(Verdict.WRONG, Outlook.DEAD);
    assertThat(text(game))
        .contains(
            "opml_claims_live{agreement=\"wrong\",forecast=\"dead\"} 1.0",
            "opml_claims_live{agreement=\"right\",forecast=\"final\"} 0.0",
            "opml_claims_live{agreement=\"unknown\",forecast=\"unknown\"} 0.0",
            "opml_games_running{agreement=\"right\",forecast=\"server\"} 1.0",
            "opml_games_running{agreement=\"unbound\",forecast=\"challenger\"} 0.0",
            "\nopml_wrong_claims_unchallenged 2.0\n",
            "\nopml_wrong_claims_final 0.0\n",
            "\nopml_least_slack_seconds 20000.0\n",
            "\nopml_credits_unclaimed_eth 1.0E-17\n");
    assertThat(text(game).lines().filter(line -> line.startsWith("opml_claims_live{"))).hasSize(12);
    assertThat(text(game).lines().filter(line -> line.startsWith("opml_games_running{")))
        .hasSize(12);
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
  void severalNodesAreOnePageAndEachIsToldByItsName() throws IOException, InterruptedException {
    PlayedGame game = having(2);
    game.role.looked();
    WatchedNode runs = new WatchedNode(Optional.of("a"));
    WatchedNode fails = new WatchedNode(Optional.of("b"));
    NodeMetrics metrics = new NodeMetrics(game.meter, (_, _) -> {}, Optional.of("a"));
    metrics.show(game.node);
    runs.runs(game.node, metrics);
    fails.doesNotRun("has failed: its chain is away");
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (WatchServer server = WatchServer.start(any, List.of(runs, fails));
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> live = get(client, server, "/health/live");
      assertThat(live.statusCode()).isEqualTo(503);
      assertThat(live.body()).isEqualTo("not live\nb: the node has failed: its chain is away\n");
      String text = get(client, server, "/metrics").body();
      assertThat(text)
          .contains("\nopml_live{config=\"a\"} 1.0\n", "\nopml_live{config=\"b\"} 0.0\n")
          .contains("\nopml_ready{config=\"b\"} 0.0\n", "\nopml_head_block{config=\"a\"} 7.0\n")
          .contains("opml_look_age_seconds{config=\"a\",role=\"serve\"}");
      assertThat(text.lines().filter("# TYPE opml_live gauge"::equals)).hasSize(1);

      NodeMetrics others = new NodeMetrics(game.meter, (_, _) -> {}, Optional.of("b"));
      others.fault("x", "is away");
      others.show(game.node);
      fails.runs(game.node, others);
      assertThat(get(client, server, "/health/live").body()).isEqualTo("live\n");
      assertThat(get(client, server, "/metrics").body())
          .contains("opml_live{config=\"b\"} 1.0", "opml_head_block{config=\"b\"} 7.0")
          .contains("opml_node_faults_total{config=\"b\",node=\"x\"} 1.0");
    }
  }

  private static HttpResponse<String> get(HttpClient client, WatchServer server, String path)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(server.url().resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString());
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
