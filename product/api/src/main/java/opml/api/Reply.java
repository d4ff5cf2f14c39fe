package opml.api;

import io.helidon.webserver.http.ServerResponse;

/// What is sent once a body was read, and nothing of the body but what is told here is held any more: clients may read
/// an answer as slowly as they like, and others need the room.
///
/// @param heldBytes about how much is held until the answer was sent, as bytes of a body count; [#ALL] for the body
record Reply(long heldBytes, Sending sending) {
  /// All of the body is held, and nothing else.
  static final long ALL = -1;

  /// What answers, and tells the status that it answered with.
  @FunctionalInterface
  interface Sending {
    int to(ServerResponse response) throws InterruptedException;
  }
}
