package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import opml.ethereum.devchain.AnvilBinary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A node, a process of its own, that is killed at any moment. `-Dopml.chaos.kills=N` kills it more often,
/// `-Dopml.seed=S` at known moments.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class ChaosCommandTest {
  private static final int KILLS = Integer.getInteger("opml.chaos.kills", 5);

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final long seed =
      Long.getLong("opml.seed", ThreadLocalRandom.current().nextInt(1, 1_000_000));

  @TempDir private Path folder;

  @Test
  void nothingIsLostSentTwiceOrLate() throws IOException {
    Path report = folder.resolve("chaos.json");
    CliRun run =
        CliRun.start(
            "chaos",
            "--kills",
            KILLS,
            "--deletions",
            1,
            "--store",
            "sqlite",
            "--seed",
            seed,
            "--report",
            report);
    run.join(PATIENCE.multipliedBy(KILLS));
    assertThat(run.code()).as("seed %d: %s%s", seed, run.out(), run.err()).isZero();
    JsonNode chaos = new ObjectMapper().readTree(report.toFile()).at("/chaos/0");
    assertThat(chaos.path("kills").asInt()).isEqualTo(KILLS);
    assertThat(chaos.path("games").asInt()).as("seed %d", seed).isPositive();
  }

  @Test
  void aPlanThatIsNoneIsRefusedWithAllReasons() {
    CliRun.of("chaos", "--kills", 0, "--deletions", 7, "--store", "floppy")
        .blamesAny(
            "--kills 0", "--deletions 7", "--store floppy: expected are sqlite and postgres");
  }
}
