package opml.cli.console;

import java.io.Serial;

/// A command cannot do what it was asked to, for a reason that its user can understand: the message names the file,
/// place or thing and what was expected.
public final class Failure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public Failure(String message) {
    super(message);
  }

  public Failure(String message, Throwable cause) {
    super(message, cause);
  }
}
