package opml.api;

/// How an interface of OpenAI's writes answers, whole or as a stream of events.
interface Form extends Whole {
  /// The stream begins.
  void begin(Events out);

  /// A part of an answer is heard.
  void hear(Heard.Said said, Events out);

  /// An answer is at its end.
  void hear(Heard.Ended ended, Events out);

  /// All answers are at their end.
  void end(Events out);

  /// Something went wrong within a stream.
  void fail(ApiException why, Events out);
}
