package opml.cli.console;

/// What a command's process ends with.
public final class ExitCode {
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

  private ExitCode() {}
}
