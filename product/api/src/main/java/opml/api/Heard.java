package opml.api;

import java.util.List;

/// What a generation tells whoever waits for it.
sealed interface Heard {
  /// A part of an answer.
  ///
  /// @param answer which one, by its number
  /// @param chances of the tokens that begin in this text, if that was asked for
  record Said(int answer, String text, List<Chance> chances) implements Heard {
    public Said {
      chances = List.copyOf(chances);
    }
  }

  /// An answer is at its end.
  ///
  /// @param reason `stop`, or `length` where there was no more room
  /// @param tokens of the answer
  record Ended(int answer, String reason, int tokens) implements Heard {}

  /// All answers are at their end.
  record Done() implements Heard {}

  /// There will be no answer.
  record Failed(ApiException why) implements Heard {}
}
