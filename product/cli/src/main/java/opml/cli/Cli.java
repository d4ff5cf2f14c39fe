package opml.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.util.Arrays;
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
import picocli.CommandLine.Model.OptionSpec;
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
    CommandLine line = commandLine().setOut(out).setErr(err);
    try {
      int code = line.execute(words);
      if (out.checkError() && code == ExitCode.OK) {
        // A full disk, or a reader that went away: what was asked for did not arrive.
        err.println("opml: cannot write to standard output");
        return inVain(line);
      }
      return code;
    } catch (OutOfMemoryError e) {
      err.println("opml: not enough memory; give Java more with JAVA_TOOL_OPTIONS=-Xmx8g");
      return inVain(line);
    } catch (Error e) {
      err.println("opml: " + Messages.of(e));
      return inVain(line);
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
        .registerConverter(Float.class, ArgumentValues::real)
        .registerConverter(URI.class, ArgumentValues::url)
        .registerConverter(NodeKind.class, ArgumentValues::node)
        .setParameterExceptionHandler(Cli::misused)
        .setExecutionExceptionHandler(Cli::failed);
  }

  private static int misused(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("opml: " + Messages.oneLine(asWritten(e, arguments)));
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    return ExitCode.USAGE;
  }

  /// {@return what is wrong with an option, by the name that was written}: picocli knows it by its longest one only
  private static String asWritten(ParameterException e, String... arguments) {
    String message = String.valueOf(e.getMessage());
    if (!(e.getArgSpec() instanceof OptionSpec option)) {
      return message;
    }
    String written = option.longestName();
    for (int i = 0; i < arguments.length; i++) {
      String name = arguments[i].split("=", 2)[0];
      if (Arrays.asList(option.names()).contains(name)) {
        written = name;
        String value = name.equals(arguments[i]) ? at(i + 1, arguments) : arguments[i];
        if (value.endsWith(String.valueOf(e.getValue()))) {
          break;
        }
      }
    }
    return message.replace("'%s'".formatted(option.longestName()), "'%s'".formatted(written));
  }

  private static String at(int index, String... words) {
    return index < words.length ? words[index] : "";
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) {
    command.getOut().flush();
    command.getErr().println("opml: " + Messages.whole(e));
    if (Messages.isAboutAnArgument(e)) {
      return ExitCode.USAGE;
    }
    return e instanceof Failure failure && failure.isVerdict()
        ? ExitCode.FAILED
        : command.getCommandSpec().exitCodeOnExecutionException();
  }

  /// {@return what the command that was asked for ends with if it cannot do it}: 1, unless that is a verdict there
  private static int inVain(CommandLine line) {
    return Optional.ofNullable(line.getParseResult())
        .map(parsed -> parsed.asCommandLineList().getLast())
        .map(command -> command.getCommandSpec().exitCodeOnExecutionException())
        .orElse(ExitCode.FAILED);
  }
}
