package opml.api;

import java.util.Optional;

/// What is worked on for a client, who hears of it.
interface Errand {
  /// {@return what is heard next; nothing if that takes longer}
  Optional<Heard> next(long millis) throws InterruptedException;

  /// Nobody waits any more.
  void cancel();
}
