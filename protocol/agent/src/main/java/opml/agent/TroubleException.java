package opml.agent;

import java.io.Serial;

/// A job was not done, and its message says why in words for a person.
final class TroubleException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  TroubleException(String why) {
    super(why);
  }

  TroubleException(String why, Throwable cause) {
    super(why, cause);
  }
}
