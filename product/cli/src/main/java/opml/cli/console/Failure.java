package opml.cli.console;

import java.io.Serial;

/// A command cannot do what it was asked to, for a reason that its user can understand: the message names the file,
/// place or thing and what was expected. One that is about an argument is wrong usage: [#misuse], or a message that
/// begins with an option, as in `--port 65536: expected is …`.
public final class Failure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final boolean misuse;

  public Failure(String message) {
    this(message, message.startsWith("--"));
  }

  public Failure(String message, Throwable cause) {
    this(message);
    initCause(cause);
  }

  private Failure(String message, boolean misuse) {
    super(message);
    this.misuse = misuse;
  }

  /// {@return a failure about an argument}
  public static Failure misuse(String message) {
    return new Failure(message, true);
  }

  /// {@return whether the command was asked wrongly, as opposed to rightly and in vain}
  public boolean isAboutAnArgument() {
    return misuse;
  }
}
