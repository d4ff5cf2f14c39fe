package opml.cli.command.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import opml.cli.console.Json;
import opml.lab.bench.llm.LlmFigures;
import opml.lab.bench.llm.LlmFigures.Case;
import opml.lab.bench.llm.LlmFigures.Check;
import opml.lab.bench.llm.LlmFigures.Claim;
import opml.lab.bench.llm.LlmFigures.Dispute;
import opml.lab.bench.llm.LlmFigures.Greedy;
import opml.lab.bench.llm.LlmFigures.Missing;
import opml.lab.bench.llm.LlmFigures.Opened;
import opml.lab.bench.llm.LlmFigures.Perplexity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlmReportTest {
  @TempDir Path folder;

  private static LlmFigures figures(List<Missing> missing) {
    return new LlmFigures(
        List.of(
            new Case("a", LlmFigures.Test.DECODE, 12.5, 10, true, 0.9),
            new Case("a", LlmFigures.Test.PROMPT, 3, 4, false, Double.NaN)),
        List.of(new Case("a", LlmFigures.Test.PROMPT, 2, 4, false, 0.5)),
        List.of(new Opened("a", 1.5, 0.5, 0.25, 0.125, 64)),
        List.of(new Check("a", 8, 2)),
        List.of(new Claim("a", 8, List.of(new Claim.Part("a tape", 0.01)), 3, 2)),
        List.of(new Perplexity("a", 200, 5.5, 5, "llama.cpp", 0.005)),
        List.of(new Greedy("a", false, 7, 1e-4, -1e-4, "llama.cpp")),
        List.of(new Dispute("a", 5, 7, 1_300_000, Double.NaN)),
        missing);
  }

  private Path written(String text) throws IOException {
    return Files.writeString(folder.resolve("report.json"), text);
  }

  @Test
  void aReportIsTakenUpAgainWithAllThatItHasButWhatIsMissing() throws IOException {
    LlmFigures figures =
        figures(List.of(new Missing("b", LlmFigures.Test.CHECK, "too little memory")));
    Path file = written(Json.line(LlmReport.json(figures)));
    assertThat(LlmReport.read(file)).isEqualTo(figures(List.of()));
    assertThat(LlmReport.read(written("{}"))).isEqualTo(LlmFigures.NONE);
  }

  @Test
  void theGreatestSharesStandForAll() {
    var json = LlmReport.json(figures(List.of()));
    assertThat(json).containsEntry("check_ratio", 0.25).containsEntry("load_s", 1.5);
    assertThat((double) json.get("commitment_share")).isEqualTo(0.01 / 8);
  }

  @Test
  void whatIsNoReportIsRefused() throws IOException {
    Path file = written("{\"cases\": [{\"model\": \"a\"}]}");
    assertThatThrownBy(() -> LlmReport.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no report of bench llm");
    assertThatThrownBy(() -> LlmReport.read(written("{"))).isInstanceOf(IOException.class);
  }
}
