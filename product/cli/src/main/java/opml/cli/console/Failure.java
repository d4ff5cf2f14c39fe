package opml.cli.console;

import java.io.Serial;

/// A command cannot do what it was asked to, for a reason that its user can understand: the message names the file,
/// place or thing and what was expected. One that is about an argument, or a file that one names, is wrong usage:
/// [#misuse], or a message that begins with an option, as in `--port 65536: expected is …`. One that is an answer,
/// since the command was to judge something and found it wrong, is a [#verdict].
public final class Failure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private enum Kind {
    IN_VAIN,
    MISUSE,
    VERDICT
  }

  private final Kind kind;

  public Failure(String message) {
    this(message, message.startsWith("--") ? Kind.MISUSE : Kind.IN_VAIN);
  }

  public Failure(String message, Throwable cause) {
    this(message);
    initCause(cause);
  }

  private Failure(String message, Kind kind) {
    super(message);
    this.kind = kind;
  }

  /// {@return a failure about an argument}
  public static Failure misuse(String message) {
    return new Failure(message, Kind.MISUSE);
  }

  /// {@return a failure about an argument, with what it follows from}
  public static Failure misuse(String message, Throwable cause) {
    Failure failure = misuse(message);
    failure.initCause(cause);
    return failure;
  }

  /// {@return that what a command was to judge is wrong}
  public static Failure verdict(String message) {
    return new Failure(message, Kind.VERDICT);
  }

  /// {@return whether the command was asked wrongly, as opposed to rightly and in vain}
  public boolean isAboutAnArgument() {
    return kind == Kind.MISUSE;
  }

  /// {@return whether the command did what it was asked to, and this is what it found}
  public boolean isVerdict() {
    return kind == Kind.VERDICT;
  }
}
