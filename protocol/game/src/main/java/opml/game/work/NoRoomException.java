package opml.game.work;

import java.io.Serial;

/// A run does not fit the memory of this process, whatever else is given back. Nothing was tried, and nothing is harmed
/// but what needed that run.
public final class NoRoomException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /// @param what does not fit
  /// @param bytes that it takes
  /// @param most that it may take
  public NoRoomException(String what, long bytes, long most) {
    super(message(what, bytes, most));
  }

  /// {@return what is said of something that does not fit}
  public static String message(String what, long bytes, long most) {
    return "%s takes %,d MiB of memory, and this process has room for %,d: give it a larger heap (-Xmx)"
        .formatted(what, (bytes + (1 << 20) - 1) >> 20, most >> 20);
  }
}
