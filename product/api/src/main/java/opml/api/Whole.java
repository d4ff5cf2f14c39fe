package opml.api;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// How an answer is written that is sent once all of it was heard.
interface Whole {
  /// Keeps a part of an answer.
  void keep(Heard.Said said);

  /// Keeps that an answer is at its end.
  void keep(Heard.Ended ended);

  /// Keeps what an answer was made of, in a stream, too.
  void keep(Heard.Made made);

  /// {@return all that was kept}
  ObjectNode whole();
}
