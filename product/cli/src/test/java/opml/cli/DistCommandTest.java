package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import opml.cli.console.ExitCode;
import opml.tree.Tree;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// The whole of it, which takes a minute or two; the parts have tests of every day in `lab`.
@Tag("launcher")
@EnabledIfSystemProperty(named = "opml.dist", matches = "true")
class DistCommandTest {
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  @TempDir Path folder;

  @Test
  void everythingIsReachedAndReported() throws IOException {
    Path build =
        Checkout.build()
            .orElseGet(
                () -> Assumptions.abort("NOT TESTED: nothing is built that could be shipped"));
    Path report = folder.resolve("dist.json");
    Run run =
        Run.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dopml.home=" + Tree.here().root(),
                "-jar",
                build.resolve("opml.jar").toString(),
                "dist",
                "--into",
                folder.resolve("made").toString(),
                "--report",
                report.toString())
            .in(Tree.here().root())
            .start()
            .join(PATIENCE);
    JsonNode dist = new ObjectMapper().readTree(report.toFile()).get("dist");
    assertThat(dist.fieldNames())
        .toIterable()
        .containsExactly("exposure", "identical", "healthy", "archive_mb", "image_mb");
    assertThat(dist.get("healthy").asBoolean()).as("%s", run).isTrue();
    assertThat(dist.get("identical").asBoolean()).isTrue();
    assertThat(dist.get("exposure").asDouble()).isPositive().isLessThanOrEqualTo(2);
    assertThat(run.endsWith(ExitCode.OK).out()).contains("healthy", "the same bytes");
  }
}
