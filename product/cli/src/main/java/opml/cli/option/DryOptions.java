package opml.cli.option;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import opml.llm.tape.DrySampling;
import picocli.CommandLine.Option;

/// What is taken off tokens by which a text would repeat a sequence of its own, with llama.cpp's names and defaults.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class DryOptions {
  private static final String NO_BREAKER = "none";

  @Option(
      names = "--dry-multiplier",
      paramLabel = "N",
      description =
          "What a token loses if the --dry-allowed-length tokens before it have stood before it already, times"
              + " --dry-base for each token more that has: 0 for nothing (default: 0; 0.8 is usual), with --temp"
              + " 0, too. The other --dry options need it.")
  private Optional<Float> multiplier;

  @Option(
      names = "--dry-base",
      paramLabel = "N",
      description = "What it loses more for longer ones, from 1 on (default: 1.75).")
  private Optional<Float> base;

  @Option(
      names = "--dry-allowed-length",
      paramLabel = "N",
      description =
          "How many tokens before it a token must repeat to lose anything, itself not counted: with 2, the third token"
              + " of a sequence that comes again is the first to lose; with 0, each that has been there (default: 2).")
  private Optional<Integer> allowedLength;

  @Option(
      names = "--dry-penalty-last-n",
      paramLabel = "N",
      description =
          "Among how many of the last tokens sequences are looked for, -1 for all (default: -1).")
  private Optional<Integer> lastN;

  @Option(
      names = "--dry-sequence-breaker",
      paramLabel = "TEXT",
      description =
          "A text that no sequence goes over, in place of a line's end, ':', '\"' and '*'; as often"
              + " as there are such, 60 bytes together at most; none for no such text.")
  private List<String> breakers = List.of();

  /// {@return whether anything was asked for}
  boolean isThere() {
    return !breakers.isEmpty()
        || Stream.of(multiplier, base, allowedLength, lastN).anyMatch(Optional::isPresent);
  }

  /// {@return what is taken off}
  ///
  /// @throws IllegalArgumentException if a number is out of its range, or breakers are, or nothing follows from them
  DrySampling dry() {
    if (multiplier.isEmpty() && isThere()) {
      throw new IllegalArgumentException(
          "dry-multiplier: without it, the other options of repeated sequences are of no effect;"
              + " expected is a number, 0.8 for one");
    }
    List<String> texts = breakers.stream().filter(text -> !text.equals(NO_BREAKER)).toList();
    return DrySampling.of(
        multiplier.orElse(0f),
        base.orElse(DrySampling.BASE),
        allowedLength.orElse(DrySampling.ALLOWED_LENGTH),
        lastN.orElse(DrySampling.LAST_N),
        breakers.isEmpty() ? DrySampling.BREAKERS : texts);
  }
}
