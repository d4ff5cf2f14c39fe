package opml.cli.command.market;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import opml.cli.console.Failure;
import opml.cli.console.Problems;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// Whether models that an agent does not have are fetched, and how.
@SuppressWarnings("NullAway.Init") // filled by picocli
final class FetchOptions {
  @Option(
      names = "--fetch",
      description =
          "Fetch models that are missing from where they were published, and check them against their ids; so it is"
              + " where no --model is given. A model may take a quarter of Java's memory to run.")
  private boolean fetch;

  @Option(
      names = "--fetch-from",
      split = ",",
      paramLabel = "KIND",
      defaultValue = "https,http",
      converter = SourceConverter.class,
      description =
          "What places are good: https, http, local (addresses of this machine and its network), file"
              + " (default: ${DEFAULT-VALUE}).")
  private Set<Download.Source> sources = new LinkedHashSet<>();

  @Option(
      names = "--fetch-max",
      paramLabel = "MB",
      defaultValue = "4096",
      description =
          "The largest file to fetch; four times as much is kept at most, and what was used longest ago goes first"
              + " (default: ${DEFAULT-VALUE}).")
  private int maxMegabytes;

  @Option(
      names = "--fetch-timeout",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description =
          "How long a file may take; a place that sends nothing for 10 s, or less than 64 kB/s, is given up before"
              + " (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Option(
      names = "--fetch-into",
      paramLabel = "DIR",
      description = "Where fetched files are kept (default: ~/.cache/opml/models).")
  private Optional<Path> folder;

  /// What picocli makes of a kind.
  static final class SourceConverter implements ITypeConverter<Download.Source> {
    @Override
    public Download.Source convert(String text) {
      return Fetching.source(text)
          .orElseThrow(
              () ->
                  new TypeConversionException("'" + text + "' is not https, http, local or file"));
    }
  }

  /// @throws Failure if the numbers are out of range
  void requireSane() {
    new Problems()
        .when(maxMegabytes < 1, "--fetch-max " + maxMegabytes + ": expected are MB, at least 1")
        .when(timeout < 1, "--fetch-timeout " + timeout + ": expected are seconds, at least 1")
        .fail();
  }

  /// {@return whether an agent with so many models of its own fetches others}
  boolean isOn(int models) {
    return fetch || models == 0;
  }

  /// {@return how models are fetched}
  Fetching fetching() {
    return new Fetching(sources, maxMegabytes, timeout, folder);
  }
}
