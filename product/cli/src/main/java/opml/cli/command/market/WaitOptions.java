package opml.cli.command.market;

import java.time.Duration;
import java.util.Optional;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.option.OutputFiles;
import opml.cli.option.OutputOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How `request` and `result` wait for a result, and where they put it.
@SuppressWarnings("NullAway.Init") // filled by picocli
final class WaitOptions {
  @Option(
      names = "--wait",
      description = "Wait until the result is final, which takes the window and all disputes.")
  boolean wait;

  @Option(
      names = "--poll",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "Pause between two looks at the chain (default: ${DEFAULT-VALUE}).")
  private double poll;

  @Mixin private OutputOptions output;

  @Option(
      names = "--outputs",
      paramLabel = "PLACE",
      description =
          "Where the server publishes outputs of more than 24,576 bytes: a folder, or its address, http or https."
              + " They are checked against the root on the chain; without it, the model's file is run.")
  private Optional<String> outputs;

  /// {@return what finds outputs that the chain has the root of}
  LongOutputs longOutputs(Console console) {
    return new LongOutputs(console, outputs);
  }

  /// {@return where the output goes, if it goes to files}
  ///
  /// @throws Failure if it cannot go there
  Optional<OutputFiles> outputFiles(Optional<RequestedModel> model) {
    return output.files(model.flatMap(RequestedModel::output));
  }

  /// Writes a final result that was shown.
  ///
  /// @throws Failure if it is that the model fails, is not known, or cannot be written
  void finish(Console console, ClaimedResult result, Optional<OutputFiles> target) {
    if (result.isFailure()) {
      throw new Failure("the model fails on this input");
    }
    if (target.isPresent()) {
      byte[] bytes =
          result.bytes().orElseThrow(() -> new Failure(LongOutputs.hint(result.output())));
      target.get().write(console, result.model().output(), bytes);
    }
  }

  /// {@return the pause between two looks}
  ///
  /// @throws Failure if it is none
  Duration pause() {
    return pause(poll);
  }

  /// {@return so many seconds as the pause between two looks}
  ///
  /// @throws Failure if that is none
  static Duration pause(double seconds) {
    if (!(seconds >= 0.001 && seconds <= 3_600)) {
      throw new Failure("--poll " + seconds + ": expected are seconds, from 0.001 to 3600");
    }
    return Duration.ofMillis((long) (seconds * 1_000));
  }
}
