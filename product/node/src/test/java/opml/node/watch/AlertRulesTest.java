package opml.node.watch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.hub.Journal.Entry;
import opml.node.config.ConfigFile;
import opml.node.config.NodeConfig;
import opml.node.watch.AccountMoney.Holding;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Holds what is committed for operators to what the node does.
class AlertRulesTest {
  private static final Path DOCS = Path.of("../../docs").toAbsolutePath().normalize();
  private static final Pattern METRIC = Pattern.compile("\\bopml_[a-z_]+");

  @TempDir private Path folder;

  private static Set<String> metrics(String text) {
    return METRIC
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> exported() {
    PlayedGame game =
        new PlayedGame(
            PlayedGame.SELF,
            500,
            Optional.of(() -> Optional.of(new Holding(Wei.ether(1), Wei.ZERO))),
            List.of());
    game.role.looked();
    game.role.tell(new Entry.Skipped("request 1", "its fee is too low"));
    game.metrics.nodes(List.of("a"));
    game.metrics.fault("a", "lies about a header: its hash is another");
    Bytes32 zero = Bytes32.ZERO;
    game.meter.mined(
        PlayedGame.SELF,
        Call.transfer(PlayedGame.OTHER, Wei.ZERO),
        new Receipt(
            new TxHash(zero),
            1,
            zero,
            PlayedGame.SELF,
            Optional.empty(),
            true,
            21_000,
            Wei.gwei(1),
            List.of()));
    return metrics(new String(game.metrics.text(), UTF_8));
  }

  @Test
  void everyMetricOfARuleIsExported() throws IOException {
    for (String name : List.of("node/alerts.yml", "node/alerts_test.yml")) {
      Set<String> named = metrics(Files.readString(DOCS.resolve(name)));
      assertThat(named).as(name).isNotEmpty();
      assertThat(exported()).as(name).containsAll(named);
    }
  }

  @Test
  void everyExportedMetricIsDescribed() throws IOException {
    assertThat(metrics(Files.readString(DOCS.resolve("node.md")))).containsAll(exported());
  }

  @Test
  void theDashboardShowsEveryExportedMetricAndNoOther() throws IOException {
    assertThat(metrics(String.join("\n", shown()))).isEqualTo(exported());
  }

  @Test
  void promtoolTakesTheRulesAndTheirTestsPass() throws IOException, InterruptedException {
    promtool(DOCS.resolve("node"), "check", "rules", "alerts.yml");
    promtool(DOCS.resolve("node"), "test", "rules", "alerts_test.yml");
  }

  @Test
  void promtoolTakesWhatTheDashboardAsksFor() throws IOException, InterruptedException {
    StringBuilder rules = new StringBuilder("groups: [{name: dashboard, rules: [\n");
    for (String asked : shown()) {
      String full = asked.replace("$__rate_interval", "1m").replace("$instance", ".*");
      rules.append("{record: 'shown', expr: '%s'},%n".formatted(full));
    }
    Files.writeString(folder.resolve("shown.yml"), rules.append("]}]\n"));
    promtool(folder, "check", "rules", "shown.yml");
  }

  /// {@return what the dashboard asks Prometheus for, in the order of its panels}
  private static List<String> shown() throws IOException {
    JsonNode board = new ObjectMapper().readTree(DOCS.resolve("node/dashboard.json").toFile());
    return board.findValuesAsText("expr");
  }

  private static void promtool(Path folder, String... words)
      throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(Stream.concat(Stream.of("promtool"), Stream.of(words)).toList())
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      System.err.println("NOT TESTED: promtool %s, there is none".formatted(List.of(words)));
      Assumptions.abort("promtool is not installed");
      return;
    }
    String told = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(told).isZero();
  }

  @Test
  void theExampleIsRight() throws Exception {
    NodeConfig config = ConfigFile.read(DOCS.resolve("node/node.toml"));
    assertThat(config.roles()).hasSize(2);
    assertThat(config.web().port()).isEqualTo(9464);
  }

  @Test
  void theRolesThatTheExampleLeavesOutAreRightAndAsTheyAreWithoutTheirSettings() throws Exception {
    String text = Files.readString(DOCS.resolve("node/node.toml"));
    int begin = text.indexOf("# [[role]]");
    int end = text.indexOf("[web]");
    String roles = text.substring(begin, end).replaceAll("(?m)^# ", "");
    Path full =
        Files.writeString(
            folder.resolve("roles.toml"), text.substring(0, begin) + roles + text.substring(end));
    Path plain =
        Files.writeString(
            folder.resolve("plain.toml"), "[account]\nkey-file = 'k'\n[[role]]\nkind = 'settle'\n");
    NodeConfig config = ConfigFile.read(full);
    assertThat(config.roles()).hasSize(4);
    assertThat(config.roles().get(2).settling())
        .isPresent()
        .isEqualTo(ConfigFile.read(plain).roles().getFirst().settling());
  }

  /// What is commented out is the value that holds without it, so putting it in changes nothing.
  @Test
  void theExampleTellsTheValuesThatHoldWithoutIt() throws Exception {
    String whole = Files.readString(DOCS.resolve("node/node.toml"));
    // Roles that are commented out as a whole are tried above.
    String text = whole.replaceAll("(?m)^# \\[\\[role]].*\\n(#.*\\n)*", "");
    assertThat(text).isNotEqualTo(whole);
    String full =
        text.lines()
            .map(
                line ->
                    line.matches(
                            "# (name|dry-run|quorum|trust|deployment|least-balance|fee-ceiling|drain"
                                + "|per-request|per-day|in-all"
                                + "|callbacks|callback-gas-max|min-fee|poll|self-audit"
                                + "|survived-gas-price|address = \"127.*|ready-within|format|summary-every)\\b.*")
                        ? line.substring(2)
                        : line)
            .collect(Collectors.joining("\n"));
    assertThat(full).isNotEqualTo(text);
    Path file = folder.resolve("node.toml");
    NodeConfig fuller = ConfigFile.read(Files.writeString(file, full));
    assertThat(fuller).isEqualTo(ConfigFile.read(Files.writeString(file, text)));
  }
}
