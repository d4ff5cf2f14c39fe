package opml.cli;

import java.util.concurrent.Callable;
import opml.cli.console.ExitCode;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Writes what a shell needs to complete commands and options.
@Command(
    name = "completion",
    description =
        "Prints what completes commands and options in bash and zsh, to be sourced there.",
    footer = {"  source <(opml completion)"})
@SuppressWarnings("NullAway.Init") // filled by picocli
final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().getOut().println(AutoComplete.bash("opml", spec.root().commandLine()));
    return ExitCode.OK;
  }
}
