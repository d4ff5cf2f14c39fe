package opml.llm.session;

import opml.llm.tape.Sampling;

/// Guesses how a text goes on, sooner than its model tells: several tokens that are right are then taken in one step.
/// A wrong guess costs time and changes nothing.
public interface Drafter extends AutoCloseable {
  /// Tokens of a guess, at most.
  int MOST = 16;

  /// Guesses nothing.
  Drafter NONE = (_, _, _, _) -> 0;

  /// Guesses the tokens behind a text and one token more.
  ///
  /// @param next the token behind the text, which the text does not have yet
  /// @param into filled from 0 on
  /// @param most tokens to guess
  /// @return how many were guessed, 0 to `most`
  int draft(BatchText text, int next, int[] into, int most);

  /// Hears how the text's tokens are chosen.
  default void choose(Sampling sampling) {}

  @Override
  default void close() {}
}
