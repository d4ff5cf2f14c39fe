package opml.cli.console;

import java.io.Serial;

/// A command cannot do what it was asked to, for a reason that its user can understand: the message names the file,
/// place or thing and what was expected. A message that begins with an option, as in `--port 65536: expected is …`, is
/// about that argument.
public final class Failure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public Failure(String message) {
    super(message);
  }

  public Failure(String message, Throwable cause) {
    super(message, cause);
  }

  /// {@return whether the command was asked wrongly, as opposed to rightly and in vain}
  public boolean isAboutAnArgument() {
    String words = getMessage();
    return words != null && words.startsWith("--");
  }
}
