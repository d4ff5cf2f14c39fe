package opml.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.util.Optional;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.cli.option.AccountConverter;
import opml.cli.option.ArgumentValues;
import opml.cli.option.EtherConverter;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.devchain.NodeKind;
import opml.twins.Twins;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Runs command lines.
public final class Cli {
  private Cli() {}

  /// Runs a command and returns its exit code; no command at all is a question for help. Nothing that goes wrong shows
  /// more than one line on `err`, but for wrong usage, which also shows where help is.
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    String[] words = arguments.length == 0 ? new String[] {"help"} : arguments;
    Optional<String> flaw = Twins.flaw();
    if (flaw.isPresent()) {
      err.println("opml: " + Messages.oneLine(flaw.get()));
      err.flush();
      return ExitCode.USAGE;
    }
    try {
      int code = commandLine().setOut(out).setErr(err).execute(words);
      out.flush();
      return code;
    } catch (OutOfMemoryError e) {
      err.println("opml: not enough memory; give Java more with JAVA_TOOL_OPTIONS=-Xmx8g");
      return ExitCode.FAILED;
    } catch (Error e) {
      err.println("opml: " + Messages.of(e));
      return ExitCode.FAILED;
    } finally {
      err.flush();
    }
  }

  /// {@return the whole command line, ready to be executed}
  public static CommandLine commandLine() {
    return new CommandLine(new OpmlCommand())
        .setUsageHelpAutoWidth(true)
        .setAbbreviatedOptionsAllowed(false)
        .setUnmatchedOptionsAllowedAsOptionParameters(false)
        .registerConverter(Wei.class, new EtherConverter())
        .registerConverter(Address.class, new AccountConverter())
        .registerConverter(int.class, ArgumentValues::integer)
        .registerConverter(Integer.class, ArgumentValues::integer)
        .registerConverter(long.class, ArgumentValues::longInteger)
        .registerConverter(Long.class, ArgumentValues::longInteger)
        .registerConverter(double.class, ArgumentValues::decimal)
        .registerConverter(URI.class, ArgumentValues::url)
        .registerConverter(NodeKind.class, ArgumentValues::node)
        .setParameterExceptionHandler(Cli::misused)
        .setExecutionExceptionHandler(Cli::failed);
  }

  private static int misused(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("opml: " + Messages.oneLine(e.getMessage()));
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    return ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) {
    command.getOut().flush();
    command.getErr().println("opml: " + Messages.whole(e));
    return e instanceof Failure failure && failure.isAboutAnArgument()
        ? ExitCode.USAGE
        : ExitCode.FAILED;
  }
}
