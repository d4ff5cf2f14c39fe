package opml.cli.option;

import java.nio.file.Path;
import java.util.Optional;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Problems;
import opml.engine.plan.Team;
import opml.engine.run.Residence;
import opml.llm.session.Drafter;
import opml.llm.session.Drafting;
import opml.llm.session.TextEngine;
import picocli.CommandLine.Option;

/// How it is guessed what a model will say, so that it says several tokens at once. No guess changes what that is.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class DraftOptions {
  @Option(
      names = {"-md", "--model-draft"},
      paramLabel = "FILE",
      description =
          "A smaller model with the same vocabulary, which guesses what the model will say (default: what is said is"
              + " guessed to be what was said before).")
  private Optional<Path> file;

  @Option(
      names = {"--draft-max", "--draft"},
      paramLabel = "N",
      defaultValue = "7",
      description =
          "Tokens that are guessed at once, at most; 0 for no guesses, which change the time alone"
              + " (default: ${DEFAULT-VALUE}).")
  private int most;

  /// Notes what is wrong with these options.
  public void check(Problems problems) {
    problems.when(
        most < 0 || most > Drafter.MOST,
        "--draft-max %d: expected are 0 to %d tokens".formatted(most, Drafter.MOST));
  }

  /// {@return how texts of a model are guessed ahead}
  ///
  /// @param residence of a smaller model's weights
  /// @throws Failure if the smaller model does not fit
  public Drafting ready(
      TextEngine engine, EngineOptions options, Residence residence, Team team, Console console) {
    if (most == 0 || file.isEmpty()) {
      return new Drafting(most, Optional.empty());
    }
    Path smaller = file.get();
    TextEngine draft =
        options.ready(smaller, options.open(smaller), residence, team, console).engine();
    Drafting drafting = new Drafting(most, Optional.of(draft));
    try {
      drafting.open(engine).close();
    } catch (IllegalArgumentException e) {
      throw new Failure("--model-draft %s: %s".formatted(smaller, e.getMessage()), e);
    }
    return drafting;
  }
}
