package opml.cli;

import java.util.concurrent.Callable;
import opml.cli.console.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What the launcher does before any of this is there: known here so that it is explained as every other command is.
@Command(
    name = "build",
    description = {
      "Compiles everything, with all checks of the sources but the tests.",
      "Every other command builds by itself what changed, as --quick does."
    },
    footer = {"  opml build", "  opml build --quick"})
final class BuildCommand implements Callable<Integer> {
  @Option(
      names = "--quick",
      description =
          "For daily work: compile what changed and what depends on it, and check nothing.")
  private boolean quick;

  @Override
  public Integer call() {
    throw new Failure(quick ? "only ./opml builds --quick" : "only ./opml builds");
  }
}
