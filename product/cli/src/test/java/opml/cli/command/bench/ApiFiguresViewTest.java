package opml.cli.command.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import opml.cli.console.Json;
import opml.lab.bench.api.ApiFigures;
import opml.lab.bench.api.ApiFigures.Client;
import opml.lab.bench.api.ApiFigures.Dispute;
import opml.lab.bench.api.ApiFigures.Equal;
import opml.lab.bench.api.ApiFigures.Missing;
import opml.lab.bench.api.ApiFigures.Peer;
import opml.lab.bench.api.ApiFigures.Schema;
import opml.lab.bench.api.ApiFigures.Soak;
import opml.lab.bench.api.ApiPart;
import opml.lab.bench.receipt.ReceiptFigures;
import org.junit.jupiter.api.Test;

class ApiFiguresViewTest {
  private static final double NONE = Double.NaN;

  private static ApiFigures figures(
      Schema schema, long gas, int failedTests, List<Missing> missing) {
    return new ApiFigures(
        6.5,
        0.97,
        0.07,
        1.75,
        schema,
        new Equal(900, 0),
        new Soak(10_000, 0, 0, 0.04),
        new ReceiptFigures(256, 0.75, 16, 1.5),
        List.of(new Client("openai (npm)", 2, failedTests)),
        List.of(new Dispute("a lie", gas, 8)),
        new Peer(4, 0.25, 0.5),
        missing);
  }

  private static final ApiFigures GOOD =
      figures(new Schema(1_000, 1_000, 0.03), 1_300_000, 0, List.of());

  @Test
  void theReportHasTheFormThatIsPromised() throws IOException {
    JsonNode json = new ObjectMapper().readTree(Json.line(ApiFiguresView.json(GOOD)));
    JsonNode promised =
        new ObjectMapper()
            .readTree(
                """
                {"streams": 6.5, "overhead": 0.97, "prefix_ratio": 0.07, "speculative": 1.75,
                 "schema": {"valid": 1000, "of": 1000, "share": 0.03},
                 "equal": {"answers": 900, "different": 0},
                 "soak": {"requests": 10000, "lost": 0, "wrong": 0, "heap_growth": 0.04},
                 "receipt": {"p99_ms": 0.75, "check_ratio": 0.09375},
                 "clients": [{"name": "openai (npm)", "tests": 2, "failed": 0}],
                 "disputes": [{"what": "a lie", "gas": 1300000, "moves": 8}],
                 "peer": {"streams": 4.0, "prefix_ratio": 0.25, "share": 0.5},
                 "missing": []}
                """);
    assertThat(json).isEqualTo(promised);
  }

  @Test
  void whatWasNotMeasuredIsNull() throws IOException {
    ApiFigures some = figures(new Schema(0, 0, NONE), 1_300_000, 0, List.of());
    JsonNode json = new ObjectMapper().readTree(Json.line(ApiFiguresView.json(some)));
    assertThat(json.path("schema").path("share").isNull()).isTrue();
    assertThat(ApiFiguresView.text(some)).contains("not measured");
  }

  @Test
  void llamaCppStandsBesideWhatItWasMeasuredFor() {
    assertThat(ApiFiguresView.text(GOOD).lines().filter(line -> line.contains("llama.cpp")))
        .satisfiesExactly(
            streams -> assertThat(streams).contains("16 texts", "6.5", "llama.cpp 4"),
            prefix -> assertThat(prefix).contains("shared", "0.07", "llama.cpp 0.25"),
            masks -> assertThat(masks).contains("masks", "3.00 % of decode", "llama.cpp 50.0 %"));
  }

  @Test
  void everyGoalMustBeReachedAndEveryFigureBeThere() {
    assertThat(ApiFiguresView.areReached(GOOD)).isTrue();
    assertThat(
            List.of(
                figures(new Schema(999, 1_000, 0.03), 1_300_000, 0, List.of()),
                figures(new Schema(1_000, 1_000, 0.06), 1_300_000, 0, List.of()),
                figures(new Schema(1_000, 1_000, 0.03), 2_000_001, 0, List.of()),
                figures(new Schema(1_000, 1_000, 0.03), 1_300_000, 1, List.of()),
                figures(
                    new Schema(1_000, 1_000, 0.03),
                    1_300_000,
                    0,
                    List.of(new Missing(ApiPart.PEER, "it is not there")))))
        .noneMatch(ApiFiguresView::areReached);
  }
}
