package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import opml.cli.console.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateCommandTest {
  @TempDir private Path folder;

  @Test
  void gamesOfASeedHaveOneHistoryAndAReport() throws IOException {
    Path report = folder.resolve("games.json");
    CliRun run =
        CliRun.of("simulate", "games", "--count", 20, "--seed", 7, "--report", report, "--json");
    assertThat(run.code()).as(run.out() + run.err()).isEqualTo(ExitCode.OK);
    JsonNode shown = run.json().getFirst();
    JsonNode written = new ObjectMapper().readTree(report.toFile());
    for (JsonNode json : new JsonNode[] {shown, written}) {
      assertThat(json.path("games").asInt()).isEqualTo(20);
      assertThat(json.path("honest_lost").asInt(-1)).isZero();
      assertThat(json.path("over_budget").asInt(-1)).isZero();
      assertThat(json.path("history").asText()).matches("[0-9a-f]{16}");
      assertThat(json.path("canaries").isArray()).isTrue();
    }
    CliRun again = CliRun.of("simulate", "games", "--count", 20, "--seed", 7);
    assertThat(again.out())
        .contains("20 games", "0 honest losses", "history " + shown.path("history").asText());
  }

  @Test
  void aReportWithoutAPlaceIsToldBeforeAnyGame() {
    CliRun.of("simulate", "games", "--count", 1_000_000, "--report", folder.resolve("none/r.json"))
        .failsWith("--report ", "cannot be written: its folder is not there");
  }

  @Test
  void noGamesAreNoSimulation() {
    CliRun run = CliRun.of("simulate", "games", "--count", 0);
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--count 0", "at least 1");
  }
}
