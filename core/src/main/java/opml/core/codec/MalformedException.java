package opml.core.codec;

import java.io.Serial;

/// Bytes that do not mean anything: too short, too long, out of range or not canonical. The message
/// names the source, the offset and what was expected there.
public final class MalformedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public MalformedException(String message) {
    super(message);
  }
}
