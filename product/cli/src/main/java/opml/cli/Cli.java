package opml.cli;

import java.io.PrintWriter;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.cli.option.AccountConverter;
import opml.cli.option.EtherConverter;
import opml.core.account.Address;
import opml.core.account.Wei;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Runs command lines.
public final class Cli {
  public static final int OK = 0;

  /// The command was understood and did not succeed.
  public static final int FAILED = 1;

  /// The command was not understood, or one of its arguments is not what it must be.
  public static final int USAGE = 2;

  /// A signal ended the command: SIGHUP, SIGINT or SIGTERM.
  public static final int HUNG_UP = 129;

  public static final int INTERRUPTED = 130;
  public static final int TERMINATED = 143;

  /// The exit codes, as help shows them.
  public static final String DONE_HELP = "0:done";

  public static final String FAILED_HELP = "1:failed; one line on standard error says why";
  public static final String USAGE_HELP =
      "2:bad arguments: unknown, missing, or not what was expected";
  public static final String INTERRUPTED_HELP = "130:interrupted by Ctrl-C";
  public static final String TERMINATED_HELP = "143:ended by SIGTERM, within five seconds";

  private Cli() {}

  /// Runs a command and returns its exit code; no command at all is a question for help. Nothing that goes wrong shows
  /// more than one line on `err`, but for wrong usage, which also shows where help is.
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    String[] words = arguments.length == 0 ? new String[] {"help"} : arguments;
    try {
      int code = commandLine().setOut(out).setErr(err).execute(words);
      out.flush();
      return code;
    } catch (OutOfMemoryError e) {
      err.println("opml: not enough memory; give Java more with JAVA_TOOL_OPTIONS=-Xmx8g");
      return FAILED;
    } catch (Error e) {
      err.println("opml: " + Messages.of(e));
      return FAILED;
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
    command.getErr().println("opml: " + Messages.of(e));
    return e instanceof Failure failure && failure.isAboutAnArgument() ? USAGE : FAILED;
  }
}
