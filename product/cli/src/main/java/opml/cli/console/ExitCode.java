package opml.cli.console;

/// What a command's process ends with.
public final class ExitCode {
  public static final int OK = 0;

  /// The command was understood and did not succeed.
  public static final int FAILED = 1;

  /// The command was not understood.
  public static final int USAGE = 2;

  private ExitCode() {}
}
