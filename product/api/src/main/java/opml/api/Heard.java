package opml.api;

/// What a generation tells whoever waits for it.
sealed interface Heard {
  /// A part of an answer.
  ///
  /// @param prompt which answer, by the number of its prompt
  record Said(int prompt, String text) implements Heard {}

  /// What an answer was made of, told before its end.
  ///
  /// @param limit tokens that it might have had
  /// @param tokens of the answer, with the one that ends it
  @SuppressWarnings("ArrayRecordComponent") // nobody keeps it
  record Made(int prompt, int limit, int[] tokens) implements Heard {}

  /// An answer is at its end.
  ///
  /// @param reason `stop`, or `length` where there was no more room
  /// @param tokens of the answer
  record Ended(int prompt, String reason, int tokens) implements Heard {}

  /// All answers are at their end.
  record Done() implements Heard {}

  /// There will be no answer.
  record Failed(ApiException why) implements Heard {}
}
