package opml.ethereum.key;

import java.io.Serial;

/// A key file that is missing, open to others, or not a key. The message names the file and what to
/// do, never what is in it.
public final class KeyException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public KeyException(String message) {
    super(message);
  }

  public KeyException(String message, Throwable cause) {
    super(message, cause);
  }
}
