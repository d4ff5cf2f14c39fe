package opml.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where what a long run measured is to be written, besides being shown.
public final class ReportOption {
  @Option(
      names = "--report",
      paramLabel = "FILE.json",
      description = "Write what came of it as JSON.")
  private @Nullable Path report;

  /// {@return where it is to be written, if anywhere}
  public Optional<Path> file() {
    return Optional.ofNullable(report);
  }

  /// Makes sure that there is a place for the report: what cannot be written is better known before a long run.
  public void begin() {
    write("{}\n");
  }

  /// Writes the report, if one is wanted.
  public void end(Map<String, @Nullable Object> json) {
    write(Json.line(json) + "\n");
  }

  private void write(String text) {
    if (report == null) {
      return;
    }
    try {
      Files.writeString(report, text);
    } catch (NoSuchFileException e) {
      throw new Failure("--report " + report + ": cannot be written: its folder is not there", e);
    } catch (IOException e) {
      throw new Failure("--report " + report + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
