package opml.lab.bench;

import java.io.Serial;

/// A measurement that cannot be had, or that shows two results where there must be one.
public final class BenchException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public BenchException(String message) {
    super(message);
  }

  public BenchException(String message, Throwable cause) {
    super(message, cause);
  }
}
