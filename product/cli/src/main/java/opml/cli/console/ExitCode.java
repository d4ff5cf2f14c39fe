package opml.cli.console;

/// What a command's process ends with.
///
/// An argument is what stands on the command line and what lies in the files that it names: with a file that is not
/// there, cannot be opened, is damaged or of another kind, a command was not understood, whichever it is
/// ([Messages#isAboutAnArgument]). A command that judges something keeps [#FAILED] for its verdict: whatever else goes
/// wrong there says nothing about what is judged, and is [#USAGE].
public final class ExitCode {
  public static final int OK = 0;

  /// The command was understood and did not succeed; of one that judges, that what it judges is wrong.
  public static final int FAILED = 1;

  /// The command was not understood, or one of its arguments, or a file that one names, is not what it must be.
  public static final int USAGE = 2;

  /// A signal ended the command: SIGHUP, SIGINT or SIGTERM.
  public static final int HUNG_UP = 129;

  public static final int INTERRUPTED = 130;
  public static final int TERMINATED = 143;

  /// The exit codes, as help shows them.
  public static final String DONE_HELP = "0:done";

  public static final String FAILED_HELP = "1:failed; one line on standard error says why";
  public static final String USAGE_HELP =
      "2:bad arguments: unknown, missing, or, like a damaged file, not what was expected";
  public static final String INTERRUPTED_HELP = "130:interrupted by Ctrl-C";
  public static final String TERMINATED_HELP = "143:ended by SIGTERM, within five seconds";

  private ExitCode() {}
}
