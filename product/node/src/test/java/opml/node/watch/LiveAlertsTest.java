package opml.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import opml.agent.Assessment.Outlook;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.game.claim.RequestId;
import opml.game.solver.Verdict;
import opml.hub.Journal.Entry;
import opml.node.watch.AccountMoney.Holding;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The committed rules over a node's own pages, which a real Prometheus scrapes: what each alert is for happens, one
/// after the other, and it fires, and no other. How long a rule waits (`for: 5m`) is cut to an instant; all else
/// stands.
class LiveAlertsTest {
  private static final Path RULES =
      Path.of("../../docs/node/alerts.yml").toAbsolutePath().normalize();
  private static final Pattern RULE = Pattern.compile("(?m)^ +- alert: (\\w+)$");
  private static final Pattern FIRING = Pattern.compile("\"alertname\":\"(\\w+)\"");
  private static final Pattern PLACE = Pattern.compile("Listening on\" address=(\\S+)");
  private static final long PATIENCE = Duration.ofMinutes(2).toNanos();

  @TempDir private Path folder;

  private volatile Wei balance = Wei.ether(3);
  private final List<String> stopped = new CopyOnWriteArrayList<>();
  private final PlayedGame game =
      new PlayedGame(
          PlayedGame.SELF,
          10_000,
          Optional.of(() -> Optional.of(new Holding(balance, Wei.ZERO))),
          stopped);

  /// What happens, by the alert that is for it. A game has 9,900 s left in the beginning.
  private Map<String, Runnable> injections() {
    Map<String, Runnable> injections = new LinkedHashMap<>();
    injections.put("OpmlHeadStandsStill", () -> game.now = PlayedGame.NOW + 400);
    injections.put("OpmlClockLow", () -> game.now = PlayedGame.NOW + 9_400);
    injections.put("OpmlNodeFaults", () -> often(() -> game.metrics.fault("a", "is away")));
    injections.put("OpmlLooksFail", () -> often(() -> game.role.trouble("away")));
    injections.put("OpmlBalanceLow", () -> balance = Wei.ether(1));
    injections.put("OpmlBudgetFull", () -> game.exposed = 10);
    injections.put("OpmlNotReady", () -> stopped.add(PlayedGame.ROLE));
    injections.put("OpmlWrongClaimUnchallenged", () -> game.claim(Verdict.WRONG, Outlook.FINAL));
    injections.put("OpmlRightClaimLost", () -> game.claim(Verdict.RIGHT, Outlook.DEAD));
    injections.put("OpmlClaimUnbound", () -> game.claim(Verdict.UNBOUND, Outlook.FINAL));
    injections.put("OpmlLittleTimeToAct", () -> game.lastMoment = PlayedGame.NOW + 9_500);
    injections.put("OpmlWrongResultFinal", () -> game.wrongFinal = 1);
    injections.put("OpmlHubCannotPay", () -> game.unclaimed = BigInteger.ONE.negate());
    injections.put(
        "OpmlSelfAuditFailed",
        () ->
            game.role.tell(
                new Entry.Audited(new RequestId(Bytes32.ZERO), 3, Optional.of("another"))));
    injections.put("OpmlFinalBlockLeft", () -> game.belowFinal = Optional.of("block 5 is gone"));
    return injections;
  }

  private static void often(Runnable what) {
    for (int i = 0; i < 10; i++) {
      what.run();
    }
  }

  @Test
  void everyRuleFiresWhenWhatItIsForHappensAndNotBefore() throws Exception {
    String rules = Files.readString(RULES);
    Map<String, Runnable> injections = injections();
    assertThat(injections.keySet()).as("each rule has one").isEqualTo(names(RULE, rules));
    game.role.looked();
    game.metrics.nodes(List.of("a"));
    game.claim(Verdict.RIGHT, Outlook.FINAL);
    game.claim(Verdict.WRONG, Outlook.DEAD);
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (WatchServer server = WatchServer.start(any, game.node, game.metrics);
        HttpClient client = HttpClient.newHttpClient()) {
      Process prometheus = prometheus(server.url(), rules);
      try {
        URI place = place(prometheus);
        assertThat(await(client, place, "opml_ready", Set.of())).contains("\"1\"]");
        Set<String> expected = new TreeSet<>();
        for (Map.Entry<String, Runnable> injection : injections.entrySet()) {
          expected.add(injection.getKey());
          injection.getValue().run();
          await(client, place, "ALERTS{alertstate=\"firing\"}", expected);
        }
      } finally {
        prometheus.toHandle().destroyForcibly();
        prometheus.waitFor();
      }
    }
  }

  private Process prometheus(URI node, String rules) throws IOException {
    Files.writeString(folder.resolve("rules.yml"), rules.replaceAll("for: \\d+m", "for: 100ms"));
    Path config = folder.resolve("prometheus.yml");
    Files.writeString(
        config,
        """
        global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms}
        rule_files: [rules.yml]
        scrape_configs:
          - job_name: opml
            static_configs: [{targets: ["%s"]}]
        """
            .formatted(node.getAuthority()));
    try {
      return new ProcessBuilder(
              "prometheus",
              "--config.file=" + config,
              "--storage.tsdb.path=" + folder.resolve("data"),
              "--web.listen-address=127.0.0.1:0")
          .redirectErrorStream(true)
          .redirectOutput(folder.resolve("log").toFile())
          .start();
    } catch (IOException e) {
      System.err.println("NOT TESTED: alerts of a live node, there is no prometheus on the PATH");
      return Assumptions.abort("prometheus is not installed");
    }
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  private URI place(Process prometheus) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE;
    while (true) {
      Matcher place = PLACE.matcher(log());
      if (place.find()) {
        return URI.create("http://" + place.group(1));
      }
      assertThat(prometheus.isAlive() && System.nanoTime() < end).as(log()).isTrue();
      Thread.sleep(50);
    }
  }

  /// {@return the answer that has some result at last, or just these alerts, if they are any}
  private String await(HttpClient client, URI place, String query, Set<String> alerts)
      throws IOException, InterruptedException {
    String words = URLEncoder.encode(query, StandardCharsets.UTF_8);
    HttpRequest question =
        HttpRequest.newBuilder(place.resolve("/api/v1/query?query=" + words)).build();
    long end = System.nanoTime() + PATIENCE;
    while (true) {
      String told = client.send(question, HttpResponse.BodyHandlers.ofString()).body();
      if (told.contains("\"metric\"") && names(FIRING, told).equals(alerts)) {
        return told;
      }
      assertThat(System.nanoTime()).as("%s: %s%n%s", alerts, told, log()).isLessThan(end);
      Thread.sleep(100);
    }
  }

  private static Set<String> names(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(result -> result.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
