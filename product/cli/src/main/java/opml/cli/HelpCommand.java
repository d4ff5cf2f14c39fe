package opml.cli;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import opml.cli.console.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Explains a command, as its own `--help` does.
@Command(
    name = "help",
    description = "Explains a command.",
    footer = {"  opml help", "  opml help model run"})
@SuppressWarnings("NullAway.Init") // filled by picocli
final class HelpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "Which one; without it, all.")
  private List<String> names = List.of();

  @Override
  public Integer call() {
    CommandLine explained = spec.root().commandLine();
    for (String name : names) {
      explained =
          Objects.requireNonNullElseGet(
              explained.getSubcommands().get(name), () -> refuse(String.join(" ", names)));
    }
    explained.usage(spec.commandLine().getOut());
    return ExitCode.OK;
  }

  private CommandLine refuse(String command) {
    throw new ParameterException(
        spec.commandLine(), "there is no command '%s' to explain".formatted(command));
  }
}
