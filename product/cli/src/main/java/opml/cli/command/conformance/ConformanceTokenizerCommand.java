package opml.cli.command.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.core.codec.Names;
import opml.lab.conformance.tokenizer.TokenizerConformance;
import opml.lab.conformance.tokenizer.TokenizerDifference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// A tokenizer against another implementation's ids.
@Command(
    name = "tokenizer",
    description = {
      "Holds the tokenizer of a GGUF file against the ids that lie beside it.",
      "As llama.cpp's tests have them: FILE.gguf.inp has texts, with a line __ggml_vocab_test__ after each, and"
          + " FILE.gguf.out a line of ids for each. Fails if any differ."
    },
    exitCodeList = {
      "0:done, and all ids are right",
      "1:failed, or a text has other ids",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml conformance tokenizer ggml-vocab-gpt-2.gguf",
      "  opml conformance tokenizer ggml-vocab-gpt-2.gguf --json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ConformanceTokenizerCommand implements Callable<Integer> {
  /// Differences that people are shown, and ids of each.
  private static final int SHOWN = 10;

  private static final int SHOWN_IDS = 40;

  @Mixin private Console console;

  @Parameters(paramLabel = "FILE.gguf", description = "The file with the tokenizer.")
  private Path file;

  @Override
  public Integer call() {
    TokenizerConformance.Report report;
    try {
      report = TokenizerConformance.run(file);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
    console.show(
        Json.object(
            "file", file,
            "tokens", report.tokens(),
            "texts", report.texts(),
            "passed", report.texts() - report.differences().size(),
            "differences",
                report.differences().stream().map(ConformanceTokenizerCommand::json).toList()),
        () -> text(report));
    return report.passes() ? 0 : 1;
  }

  private static Map<String, @Nullable Object> json(TokenizerDifference difference) {
    return Json.object(
        "number", difference.number(),
        "text", difference.text(),
        "got", difference.got(),
        "expected", difference.expected());
  }

  private static String text(TokenizerConformance.Report report) {
    StringBuilder text = new StringBuilder();
    report.differences().stream()
        .limit(SHOWN)
        .forEach(
            difference ->
                text.append(
                    "text %d, '%s':%n  got      %s%n  expected %s%n"
                        .formatted(
                            difference.number(),
                            Names.shown(difference.text()),
                            ids(difference.got()),
                            ids(difference.expected()))));
    if (report.differences().size() > SHOWN) {
      text.append("and %d more%n".formatted(report.differences().size() - SHOWN));
    }
    return "%s%d of %d texts have their ids; %s tokens"
        .formatted(
            text,
            report.texts() - report.differences().size(),
            report.texts(),
            Amounts.count(report.tokens()));
  }

  private static String ids(List<Integer> ids) {
    String first =
        ids.stream().limit(SHOWN_IDS).map(String::valueOf).collect(Collectors.joining(" "));
    return ids.size() <= SHOWN_IDS ? first : first + " … (%d ids)".formatted(ids.size());
  }
}
