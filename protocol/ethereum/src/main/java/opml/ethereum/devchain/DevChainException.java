package opml.ethereum.devchain;

import java.io.Serial;

/// The development chain could not be found, installed or started.
public final class DevChainException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public DevChainException(String message) {
    super(message);
  }

  public DevChainException(String message, Throwable cause) {
    super(message, cause);
  }
}
